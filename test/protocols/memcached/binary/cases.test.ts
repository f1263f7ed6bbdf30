import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BinaryRequest } from '../../../../protocols/memcached/binary/request.ts';
import type { Transaction } from '../../../../protocols/transaction.ts';
import type { Chunk, ParserCase } from '../../../support/case-documents.ts';
import { SessionRecorder } from '../../../support/session-recorder.ts';
import { readBinaryCases } from './read-cases.ts';

const cases = readBinaryCases('test/protocols/memcached/binary/cases');

/** Above this many bytes only every so manyth split and gap is tried, so that long cases stay quick. */
const manyBytes = 400;

describe('binary cases', () => {
  for (const example of cases) {
    it(example.name, () => {
      assert.deepEqual(run(example, example.traffic).events, example.events);
    });
  }
});

describe('binary cases at every split', () => {
  for (const example of cases) {
    it(example.name, () => {
      const events = withSums(example.events);
      assert.deepEqual(withSums(run(example, bytewise(example.traffic)).events), events, 'byte by byte');
      for (const [split, traffic] of splits(example.traffic)) {
        assert.deepEqual(withSums(run(example, traffic).events), events, split);
      }
    });
  }
});

describe('binary cases with a gap at every offset', () => {
  for (const example of cases) {
    it(example.name, () => {
      const whole = run(example, example.traffic).transactions;
      for (const [index, { bytes }] of example.traffic.entries()) {
        const { length } = bytes;
        for (let at = 0; at < length; at += step(length)) {
          for (const size of [1, 7, 24, length - at]) {
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

/**
 * Each transaction must be one of the whole traffic's, told once, with its status or with none: a request whose answer
 * is missing is unanswered, and a quiet one silent as far as anyone can tell.
 */
function assertNothingMadeUp(told: readonly Transaction[], whole: readonly Transaction[], where: string): void {
  const left = [...whole];
  for (const transaction of told) {
    const at = left.findIndex((original) => isSame(transaction, original));
    const found = `${transaction.command} ${transaction.keys.join(' ')} ${transaction.status}`;
    assert.ok(at >= 0, `${where}: ${found} is made up`);
    left.splice(at, 1);
  }
}

function isSame(told: Transaction, original: Transaction): boolean {
  if (told.line !== original.line) return false;
  if (told.status === 'unanswered') return true;
  if (told.status === 'no_reply' && (original.status === 'miss' || isDoubtful(told))) return true;
  return told.status === original.status && told.hits === original.hits && told.bytes === original.bytes;
}

/** Of several quiet requests some were answered, and it is not known which. */
function isDoubtful(told: Transaction): boolean {
  return told instanceof BinaryRequest && told.isDoubtful;
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
