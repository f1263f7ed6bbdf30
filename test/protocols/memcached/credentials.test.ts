import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionRecorder } from '../../support/session-recorder.ts';

/** Exchanges, each a request and its answer, with one connection: what is told of the commands. */
function told(...exchanges: readonly (readonly [string, string])[]): string[] {
  const recorder = new SessionRecorder();
  for (const [request, answer] of exchanges) {
    recorder.data(true, Buffer.from(request));
    recorder.data(false, Buffer.from(answer));
  }
  return recorder.events.filter((event) => !event.startsWith('line '));
}

const error = 'ERROR\r\n';
const unauthenticated = 'CLIENT_ERROR unauthenticated\r\n';

test('words behind an unknown command are kept once the client is authenticated, or needs not be', () => {
  assert.deepEqual(told(['version\r\n', 'VERSION 1\r\n'], ['someone secret\r\n', error]).slice(1), [
    'error: someone args="secret" result="ERROR" (16 > 7)',
  ]);
});

test('before that, they may be a user and a password behind a line that was refused', () => {
  const refused = told(['set k 0 0 14 1 2\r\n', unauthenticated], ['someone secret\r\n', unauthenticated]);
  assert.doesNotMatch(refused.join(), /secret/);
  assert.match(told(['stats items\r\n', unauthenticated]).join(), /args="items"/);
});
