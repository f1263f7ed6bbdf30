import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Transaction } from '../../../protocols/transaction.ts';
import { type Chunk, type ParserCase, readCases } from '../../support/case-documents.ts';
import { SessionRecorder } from '../../support/session-recorder.ts';

const cases = readCases('test/protocols/memcached/cases');

/** Above this many bytes only every so manyth split and gap is tried, so that long cases stay quick. */
const manyBytes = 400;

describe('memcached cases', () => {
  for (const example of cases) {
    it(example.name, () => {
      assert.deepEqual(run(example, example.traffic).events, example.events);
    });
  }
});

describe('memcached cases at every split', () => {
  for (const example of cases) {
    it(example.name, () => {
      assert.deepEqual(run(example, bytewise(example.traffic)).events, example.events, 'byte by byte');
      for (const [split, traffic] of splits(example.traffic)) {
        assert.deepEqual(run(example, traffic).events, example.events, split);
      }
    });
  }
});

describe('memcached cases with a gap at every offset', () => {
  for (const example of cases) {
    it(example.name, () => {
      const whole = run(example, example.traffic).transactions;
      for (let index = 0; index < example.traffic.length; index++) {
        const { length } = (example.traffic[index] as Chunk).bytes;
        for (let at = 0; at < length; at += step(length)) {
          for (const size of [1, 7, length - at]) {
            if (at + size > length) continue;
            const { transactions } = runWithGap(example, index, at, size);
            assertNothingMadeUp(transactions, whole, `packet ${index + 1}, ${size} bytes from ${at} missing`);
          }
        }
      }
    });
  }
});

function run(example: ParserCase, traffic: readonly Chunk[]): SessionRecorder {
  const recorder = new SessionRecorder(example.isMidStream);
  for (const { fromClient, bytes } of traffic) recorder.data(fromClient, bytes);
  recorder.end();
  return recorder;
}

function runWithGap(example: ParserCase, hole: number, at: number, size: number): SessionRecorder {
  const recorder = new SessionRecorder(example.isMidStream);
  for (const [index, { fromClient, bytes }] of example.traffic.entries()) {
    if (index !== hole) {
      recorder.data(fromClient, bytes);
      continue;
    }
    recorder.data(fromClient, bytes.subarray(0, at));
    recorder.gap(fromClient, size);
    recorder.data(fromClient, bytes.subarray(at + size));
  }
  recorder.end();
  return recorder;
}

/**
 * Each transaction must be one of the whole traffic's, told once, with its status or none; the answered ones in order.
 */
function assertNothingMadeUp(told: readonly Transaction[], whole: readonly Transaction[], where: string): void {
  const left = [...whole];
  let from = 0;
  for (const transaction of told) {
    const isAnswered = transaction.status !== 'unanswered';
    const at = left.findIndex((original, index) => index >= (isAnswered ? from : 0) && isSame(transaction, original));
    const found = `${transaction.command} ${transaction.keys.join(' ')} ${transaction.status}`;
    assert.ok(at >= 0, `${where}: ${found} is made up`);
    left.splice(at, 1);
    if (isAnswered) from = at;
    else if (at < from) from--;
  }
}

function isSame(told: Transaction, original: Transaction): boolean {
  if (told.line !== original.line) return false;
  return told.status === 'unanswered' || (told.status === original.status && told.hits === original.hits);
}

function bytewise(traffic: readonly Chunk[]): Chunk[] {
  return traffic.flatMap(({ fromClient, bytes }) =>
    Array.from(bytes, (byte) => ({ fromClient, bytes: Buffer.from([byte]) })),
  );
}

function* splits(traffic: readonly Chunk[]): Generator<[string, Chunk[]]> {
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
