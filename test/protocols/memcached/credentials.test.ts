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

const lines = (request: string, ...answers: readonly string[]): string => {
  const recorder = new SessionRecorder();
  recorder.data(true, Buffer.from(request));
  for (const answer of answers) recorder.data(false, Buffer.from(answer));
  return recorder.events.join('\n');
};

for (const [what, request] of [
  ['a line without a length', 'set a 0 0\r\nsomeone secret\r\n'],
  ['a length that is none', 'set a 0 0 x\r\nsomeone secret\r\n'],
  ['an add', 'add a 0 0\r\nsomeone secret\r\n'],
  ['an ms', 'ms a x\r\nsomeone secret\r\n'],
  ['a length that is too short', 'set a 0 0 3\r\nsomeone secret\r\n'],
  ['a tab between the two', 'set a 0 0\r\nsomeone\tsecret\r\n'],
  ['several lines', 'set a 0 0\r\nfirst line\r\nsomeone secret\r\n'],
] as const) {
  test(`a value that is read as a command is withheld where it may be a user and a password: ${what}`, () => {
    const text = lines(request, error, error, error);
    assert.doesNotMatch(text, /secret/);
    assert.match(text, /\(withheld\)/);
  });
}

test('behind a command that was accepted it is told, and so is one word, which is no pair', () => {
  const accepted = told(['version\r\n', 'VERSION 1\r\n'], ['set a 0 0\r\n', error], ['some words\r\n', error]);
  assert.match(accepted.join(), /some args="words"/);
  assert.match(lines('set a 0 0\r\nword\r\n', error, error), /line word/);
});

test('a pair in an add or ms that was refused is withheld, and one split by a tab', () => {
  for (const command of ['add a 0 0 14', 'ms a 14', 'set a 0 0 14']) {
    for (const blank of [' ', '\t']) {
      const recorder = new SessionRecorder(false, 100);
      recorder.data(true, Buffer.from(`${command}\r\nsomeone${blank}secret\r\n`));
      recorder.data(false, Buffer.from(unauthenticated));
      assert.doesNotMatch(recorder.events.join(), /secret/, command);
    }
  }
});
