import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Chunk, ParserCase } from './case-documents.ts';
import { SessionRecorder } from './session-recorder.ts';

/** What is to hold of the cases of one protocol. */
interface CaseRules {
  /** Sizes of gaps, besides all the rest of a packet. */
  readonly gaps: readonly number[];
  /** The answered ones are told in the order of the whole traffic's, with gaps too. */
  readonly isInOrder: boolean;
  /** Whether a transaction told with a gap may be this one of the whole traffic. */
  isSame(told: Transaction, original: Transaction): boolean;
}

/** Above this many bytes only every so manyth split and gap is tried, so that long cases stay quick. */
const manyBytes = 400;

/** Tests each case as it is, at every split, and with a gap at every offset. */
export function testCases(what: string, cases: readonly ParserCase[], rules: CaseRules): void {
  describe(`${what} cases`, () => {
    for (const example of cases) {
      it(example.name, () => {
        assert.deepEqual(run(example, example.traffic).events, example.events);
      });
    }
  });

  describe(`${what} cases at every split`, () => {
    for (const example of cases) {
      it(example.name, () => {
        const expected = withSums(example.events);
        for (const [split, traffic] of splits(example.traffic)) {
          assert.deepEqual(withSums(run(example, traffic).events), expected, split);
        }
      });
    }
  });

  describe(`${what} cases with a gap at every offset`, () => {
    for (const example of cases) {
      it(example.name, () => {
        const whole = run(example, example.traffic).transactions;
        for (const [index, { bytes }] of example.traffic.entries()) {
          const { length } = bytes;
          for (let at = 0; at < length; at += step(length)) {
            for (const size of [...rules.gaps, length - at]) {
              if (at + size > length) continue;
              const { transactions } = runWithGap(example, index, at, size);
              const where = `packet ${index + 1}, ${size} bytes from ${at} missing`;
              assertNothingMadeUp(transactions, whole, where, rules);
            }
          }
        }
      });
    }
  });
}

/**
 * Bytes that are not understood are said where they are seen, so a split divides what is said: only their sums are
 * compared.
 */
function withSums(events: readonly string[]): string[] {
  const sums = { client: 0, server: 0 };
  const others = events.filter((event) => {
    const match = /^not understood (client|server) (\d+)$/.exec(event);
    if (match !== null) sums[match[1] as 'client' | 'server'] += Number(match[2]);
    return match === null;
  });
  return [...others, `not understood: ${sums.client} of the client's, ${sums.server} of the server's`];
}

function run(example: ParserCase, traffic: readonly Chunk[]): SessionRecorder {
  const session = new SessionRecorder(example.isMidStream);
  for (const { fromClient, bytes } of traffic) session.data(fromClient, bytes);
  session.end();
  return session;
}

function runWithGap(example: ParserCase, hole: number, at: number, size: number): SessionRecorder {
  const session = new SessionRecorder(example.isMidStream);
  for (const [index, { fromClient, bytes }] of example.traffic.entries()) {
    if (index !== hole) {
      session.data(fromClient, bytes);
      continue;
    }
    session.data(fromClient, bytes.subarray(0, at));
    session.gap(fromClient, size);
    session.data(fromClient, bytes.subarray(at + size));
  }
  session.end();
  return session;
}

/** Each transaction must be one of the whole traffic's, told once. */
function assertNothingMadeUp(
  told: readonly Transaction[],
  whole: readonly Transaction[],
  where: string,
  { isInOrder, isSame }: CaseRules,
): void {
  const left = [...whole];
  let from = 0;
  for (const transaction of told) {
    const isAnswered = transaction.status !== 'unanswered' && transaction.status !== 'unknown';
    const earliest = isInOrder && isAnswered ? from : 0;
    const at = left.findIndex((original, index) => index >= earliest && isSame(transaction, original));
    const found = `${transaction.command} ${transaction.keys.join(' ')} ${transaction.status}`;
    assert.ok(at >= 0, `${where}: ${found} is made up`);
    left.splice(at, 1);
    if (isAnswered) from = at;
    else if (at < from) from--;
  }
}

/** The traffic byte by byte, and with each packet in two parts. */
function* splits(traffic: readonly Chunk[]): Generator<[string, Chunk[]]> {
  const bytewise = traffic.flatMap(({ fromClient, bytes }) =>
    Array.from(bytes, (byte) => ({ fromClient, bytes: Buffer.from([byte]) })),
  );
  yield ['byte by byte', bytewise];
  for (const [index, { fromClient, bytes }] of traffic.entries()) {
    for (let at = 1; at < bytes.length; at += step(bytes.length)) {
      const parts = [bytes.subarray(0, at), bytes.subarray(at)].map((part) => ({ fromClient, bytes: part }));
      yield [`packet ${index + 1} split at ${at}`, [...traffic.slice(0, index), ...parts, ...traffic.slice(index + 1)]];
    }
  }
}

function step(length: number): number {
  return Math.max(1, Math.floor(length / manyBytes));
}
