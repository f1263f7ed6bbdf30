import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { binarySurprises, ordinaryBinary } from '../../support/surprises/binary-surprises.ts';
import { type Exchange, type Reaction, reactions, type Surprise } from '../../support/surprises/exchange.ts';
import { Failures } from '../../support/surprises/failures.ts';
import { judge } from '../../support/surprises/judge.ts';
import { ordinaryText } from '../../support/surprises/ordinary-text.ts';
import { batchStream, lockStepStream, type Stream } from '../../support/surprises/stream.ts';
import { textSurprises } from '../../support/surprises/text-surprises.ts';
import { toldOfStream } from '../../support/surprises/told-of-stream.ts';

/** Exchanges in front of the surprise, and as many behind it. */
const around = 20;
/** Of a binary client, whose answers say what they belong to: what goes wrong does so at once. */
const aroundBinary = 10;
const batchSize = 4;

/** The kinds of ordinary exchanges: as many surprises in a row meet other neighbours. */
const kinds = 10;
const text = mixes(ordinaryText, 2 * around + batchSize - 1);
const binary = mixes(ordinaryBinary, 2 * aroundBinary);

const titles: Readonly<Record<Reaction, string>> = {
  answered: 'a command with any answer',
  silent: 'a command without an answer',
  twice: 'a command that is answered twice',
};

for (const reaction of reactions) {
  describe(titles[reaction], () => {
    it('is told once, and all others right, of a client that waits', () => {
      check(withReaction(textSurprises(), reaction), (surprise, index) => {
        const ordinary = text[index % kinds] as Exchange[];
        const after = ordinary.slice(around, 2 * around);
        return lockStepStream(ordinary.slice(0, around), surprise, reaction, after);
      });
    });

    it('is told once, and all others but one right, of a client that sends batches', () => {
      check(withReaction(textSurprises(), reaction), (surprise, index) => {
        const ordinary = text[index % kinds] as Exchange[];
        const among = ordinary.slice(around, around + batchSize - 1);
        const before = batches(ordinary.slice(0, around));
        const after = batches(ordinary.slice(around + batchSize - 1));
        return batchStream(before, among, index % batchSize, surprise, reaction, after);
      });
    });

    it('is told once, and all others right, of a binary client that waits', () => {
      check(withReaction(binarySurprises(), reaction), (surprise, index) => {
        const ordinary = binary[index % kinds] as Exchange[];
        return lockStepStream(ordinary.slice(0, aroundBinary), surprise, reaction, ordinary.slice(aroundBinary));
      });
    });
  });
}

function check(surprises: readonly Surprise[], streamOf: (surprise: Surprise, index: number) => Stream): void {
  const failures = new Failures();
  for (const [index, surprise] of surprises.entries()) {
    const stream = streamOf(surprise, index);
    failures.add(surprise, judge(stream, toldOfStream(stream.packets)), othersAtMost(stream));
  }
  const message = failures.message();
  assert.ok(message === undefined, message);
}

/** In a batch another command may have to pay for a surprise; that a quiet one stays silent is none. */
function othersAtMost({ isBatched, surprise, reaction }: Stream): number {
  return isBatched && (reaction !== 'silent' || surprise.isDue === 'always') ? 1 : 0;
}

/** Silence is the same whatever the answer would have been. */
function withReaction(surprises: readonly Surprise[], reaction: Reaction): readonly Surprise[] {
  if (reaction !== 'silent') return surprises;
  const silent = surprises.map((surprise) => ({ ...surprise, form: 'nothing' }));
  return [...new Map(silent.map((surprise) => [surprise.asked, surprise])).values()];
}

function mixes(ordinary: (count: number, first: number) => Exchange[], count: number): Exchange[][] {
  return Array.from({ length: kinds }, (_, first) => ordinary(count, first));
}

function batches(exchanges: readonly Exchange[]): Exchange[][] {
  return Array.from({ length: exchanges.length / batchSize }, (_, index) =>
    exchanges.slice(index * batchSize, (index + 1) * batchSize),
  );
}
