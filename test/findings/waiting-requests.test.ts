import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Transaction } from '../../protocols/transaction.ts';
import { WaitingRequests } from '../../src/findings/waiting-requests.ts';

function requestAt(start: number): Transaction {
  const request = new Transaction('text', 'get', 'get a');
  request.requestStart = start;
  return request;
}

test('requests that wait are the same as a set of them holds, whatever is answered when', () => {
  // Numbers as of a linear congruential generator: which one is answered, mostly the oldest.
  let seed = 1;
  const below = (most: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 16) % most;
  };
  const waiting = new WaitingRequests();
  const set = new Set<Transaction>();
  const gone: Transaction[] = [];
  for (let round = 0; round < 20_000; round++) {
    if (below(2) === 0 || round % 1000 < 200) {
      // Of some nobody knows where they begin.
      const request = requestAt(below(10) === 0 ? -1 : round);
      waiting.add(request);
      set.add(request);
    } else {
      const all = [...set];
      const request =
        (below(4) === 0 ? gone[below(gone.length)] : all[below(3) === 0 ? below(all.length) : 0]) ?? requestAt(round);
      assert.equal(waiting.delete(request), set.delete(request));
      gone.push(request);
    }
    assert.equal(waiting.size, set.size);
    assert.equal(waiting.oldest, [...set][0]);
    if (round % 100 === 0) assert.deepEqual(waiting.all(), [...set]);
  }
});

test('what has not been added is not among them', () => {
  const waiting = new WaitingRequests();
  const [first, second, third] = [requestAt(10), requestAt(20), requestAt(30)] as const;
  assert.equal(waiting.delete(first), false);
  assert.equal(waiting.oldest, undefined);
  waiting.add(second);
  assert.equal(waiting.delete(first), false);
  assert.equal(waiting.delete(third), false);
  assert.equal(waiting.delete(requestAt(20)), false);
  assert.equal(waiting.delete(second), true);
  assert.deepEqual(waiting.all(), []);
});
