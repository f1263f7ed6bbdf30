import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transaction } from '../../protocols/transaction.ts';
import { waitingRequests } from '../../src/statistics/waiting-requests.ts';
import { request } from '../support/hand-made.ts';

/** A request that was sent then, in that packet. */
function sent(line: string, requestUs: number, packet: number): Transaction {
  return Object.assign(request(line), { requestUs, packet });
}

test('counts the requests that wait, and finds the oldest; of one time, that of the first packet', () => {
  const all = [sent('get b c', 5e6, 9), sent('get a', 5e6, 7), sent('version', 6e6, 8)];
  assert.deepEqual(
    waitingRequests((tell) => all.forEach(tell), 7_500_000),
    { count: 3, oldest: { command: 'get', key: 'a', packet: 7, waitedUs: 2_500_000 } },
  );
});

test('none has a key where the command has none, and none has waited for less than no time', () => {
  const waiting = waitingRequests((tell) => tell(sent('version', 6e6, 8)), 5e6);
  assert.deepEqual(waiting?.oldest, { command: 'version', key: undefined, packet: 8, waitedUs: 0 });
  assert.equal(
    waitingRequests(() => undefined, 0),
    undefined,
  );
});
