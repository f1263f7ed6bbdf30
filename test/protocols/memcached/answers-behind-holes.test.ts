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

/**
 * That the server has received a request does not mean that it has read it: of a client that keeps several requests
 * under way there is no quiet point while it sends on. Seen with npm's memcached, which sends without waiting.
 */
describe('a client that keeps two requests under way', () => {
  it('has no answer paired with the wrong request behind a hole', () => {
    const recorder = new SessionRecorder();
    const say = (fromClient: boolean, text: string): void => recorder.data(fromClient, Buffer.from(text));
    say(true, 'set a 0 0 1\r\nx\r\n');
    say(true, 'add b 0 0 1\r\nx\r\n');
    // STORED for a.
    recorder.gap(false, 8);
    say(true, 'add c 0 0 1\r\nx\r\n');
    // For b; the server has received c, and not read it.
    say(false, 'NOT_STORED\r\n');
    say(true, 'set d 0 0 1\r\nx\r\n');
    // For c.
    say(false, 'NOT_STORED\r\n');
    say(true, 'set e 0 0 1\r\nx\r\n');
    // For d and e.
    say(false, 'STORED\r\nSTORED\r\n');
    recorder.end();
    assert.deepEqual(wrong(recorder, /[bc]/), []);
  });

  it('has no answer paired with the wrong request where an answer and the next request are missing', () => {
    const recorder = new SessionRecorder();
    const say = (fromClient: boolean, text: string): void => recorder.data(fromClient, Buffer.from(text));
    say(true, 'set a 0 0 1\r\nx\r\n');
    // STORED for a; then the client sends `set b`, and more without waiting.
    recorder.gap(true, 16);
    recorder.gap(false, 8);
    say(true, 'add c 0 0 1\r\nx\r\n');
    say(true, 'set d 0 0 1\r\nx\r\n');
    // For b, c and d.
    say(false, 'STORED\r\nNOT_STORED\r\nSTORED\r\n');
    recorder.end();
    assert.deepEqual(wrong(recorder, /c/), []);
  });
});

/** What is told with another status than it has: requests whose key matches are not stored, others are. */
function wrong(recorder: SessionRecorder, notStored: RegExp): string[] {
  return recorder.transactions
    .filter(({ keys, status }) => {
      const truth = notStored.test(keys[0] ?? '') ? 'not_stored' : 'stored';
      return status !== truth && status !== 'unknown';
    })
    .map(({ line, status }) => `${line} => ${status}`);
}
