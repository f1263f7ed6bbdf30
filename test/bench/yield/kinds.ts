import { createHash } from 'node:crypto';
import { Random } from '../../support/random.ts';
import { loudBinary, quietBinary } from './binary.ts';
import type { Conversation } from './exchange.ts';
import { loudMeta, quietMeta } from './meta.ts';
import { type Recording, record } from './recording.ts';
import { type Pace, simulate } from './simulation.ts';
import { fiveKeys, mixed, textRounds, unanswered } from './text.ts';

interface Kind {
  readonly converse: (random: Random) => Conversation;
  readonly pace: Pace;
}

const waits: Pace = { depth: 1, thinkUs: [30, 3000], apart: 0.1 };

function pipeline(depth: number): Pace {
  return { depth, thinkUs: [2, 40], apart: 0.5 };
}

const streams: Pace = { depth: 1, thinkUs: [20, 300], apart: 0 };

/** Every kind of traffic by its name. */
export const kinds = {
  waiting: { converse: textRounds(mixed), pace: waits },
  batches: { converse: textRounds(mixed, 10), pace: waits },
  'pipeline-3': { converse: textRounds(mixed), pace: pipeline(3) },
  'pipeline-8': { converse: textRounds(mixed), pace: pipeline(8) },
  'pipeline-32': { converse: textRounds(mixed), pace: pipeline(32) },
  'pipeline-gets': { converse: textRounds([(requests) => requests.get()]), pace: pipeline(8) },
  'pipeline-sets': { converse: textRounds([(requests) => requests.set()]), pace: pipeline(8) },
  'pipeline-sets-adds': {
    converse: textRounds([(requests) => requests.set(), (requests) => requests.add()]),
    pace: pipeline(8),
  },
  'pipeline-five-keys': { converse: fiveKeys, pace: pipeline(8) },
  'meta-opaque': { converse: loudMeta({ key: false, opaque: true }), pace: pipeline(8) },
  'meta-nameless': { converse: loudMeta({ key: false, opaque: false }), pace: pipeline(8) },
  'meta-quiet-key': { converse: quietMeta({ key: true, opaque: false }), pace: waits },
  'meta-quiet-opaque': { converse: quietMeta({ key: false, opaque: true }), pace: waits },
  'meta-quiet-nameless': { converse: quietMeta({ key: false, opaque: false }), pace: waits },
  'binary-opaque': { converse: loudBinary(true), pace: pipeline(8) },
  'binary-opaque-0': { converse: loudBinary(false), pace: pipeline(8) },
  'binary-quiet-opaque': { converse: quietBinary(true, 'getkq'), pace: waits },
  'binary-quiet-opaque-0': { converse: quietBinary(false, 'getkq'), pace: waits },
  'binary-getq-opaque-0': { converse: quietBinary(false, 'getq'), pace: waits },
  'noreply-single': { converse: unanswered(1, 1), pace: streams },
  'noreply-several': { converse: unanswered(2, 8), pace: streams },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as readonly KindName[];

export function isKindName(word: string): word is KindName {
  return Object.hasOwn(kinds, word);
}

/** A connection of this kind with about so many requests; the same arguments always give the same bytes. */
export function generate(kind: KindName, seed: number, requests: number): Recording {
  const random = randomOf(kind, seed, requests);
  const { converse, pace }: Kind = kinds[kind];
  return record(simulate(converse(random), pace, requests, random));
}

/** A generator for whatever these words name. */
export function randomOf(...words: readonly (string | number)[]): Random {
  return new Random(createHash('sha256').update(words.join(' ')).digest().readUInt32LE(0));
}
