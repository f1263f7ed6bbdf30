import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SessionRecorder } from '../../support/session-recorder.ts';

/**
 * Where a hole leaves open to which request an answer belongs, its word decides: no server says TOUCHED to an append.
 * Seen with Cache::Memcached::Fast, which sends on without waiting: an answer and the request behind it were lost.
 */
describe('an answer behind a hole', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['append k 0 0 1\r\nx\r\n', 'TOUCHED\r\n', 'touched'],
    ['touch k 100\r\n', 'STORED\r\n', 'stored'],
    ['delete k\r\n', 'STORED\r\n', 'stored'],
    ['set k 0 0 1\r\nx\r\n', 'DELETED\r\n', 'deleted'],
    ['version\r\n', 'DELETED\r\n', 'deleted'],
    ['delete k\r\n', 'OK\r\n', 'ok'],
    ['touch k 100\r\n', 'EXISTS\r\n', 'exists'],
  ];
  for (const [request, answer, status] of cases) {
    it(`${answer.trim()} is not told of ${request.split(' ')[0]?.trim()}`, () => {
      const recorder = new SessionRecorder();
      recorder.data(true, Buffer.from('set k 0 0 1\r\nx\r\n'));
      recorder.gap(true, 13);
      recorder.gap(false, 8);
      recorder.data(true, Buffer.from(request));
      recorder.data(false, Buffer.from(answer));
      recorder.end();
      assert.deepEqual(
        recorder.transactions.filter((transaction) => transaction.status === status),
        [],
      );
    });
  }
});
