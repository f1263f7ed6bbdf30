import type { LoggedCommand } from './server-log.ts';

const words: Readonly<Record<string, string>> = {
  STORED: 'stored',
  NOT_STORED: 'not_stored',
  EXISTS: 'exists',
  NOT_FOUND: 'not_found',
  DELETED: 'deleted',
  TOUCHED: 'touched',
  OK: 'ok',
  RESET: 'ok',
  VERSION: 'ok',
  MN: 'ok',
  ERROR: 'error',
  CLIENT_ERROR: 'client_error',
  SERVER_ERROR: 'server_error',
  NOREPLY: 'no_reply',
};

/** The record's status as the server's own log implies it; undefined where the log does not say. */
export function expectedStatus(command: LoggedCommand): string | undefined {
  return command.protocol === 'binary' ? binaryStatus(command) : textStatus(command);
}

function textStatus({ command, keys = [], replies }: LoggedCommand): string | undefined {
  if (command === 'quit') return 'no_reply';
  // Of a `get` with a bad key the server writes `END` too, before the error that it answers.
  const answers = replies.filter((reply) => !reply.startsWith('sending key '));
  const word = (answers.find((reply) => reply.includes('ERROR')) ?? answers[0])?.split(' ')[0];
  if (word === undefined) return undefined;
  if (word === 'END') {
    if (!/^(?:g(?:et|at)s?|bget)$/.test(command)) return 'ok';
    const hits = replies.filter((reply) => reply.startsWith('sending key ')).length;
    if (hits === 0) return 'miss';
    return hits === keys.length ? 'hit' : 'partial';
  }
  return /^\d+$/.test(word) ? 'ok' : words[word];
}

const successes: readonly (readonly [RegExp, string])[] = [
  [/^(?:get|gat)k?q?$/, 'hit'],
  [/^(?:set|add|replace|append|prepend)q?$/, 'stored'],
  [/^deleteq?$/, 'deleted'],
  [/^touch$/, 'touched'],
  [/^/, 'ok'],
];

function binaryStatus({ command, replyStatus }: LoggedCommand): string | undefined {
  // The server closes in both cases, and writes an answer for one of them.
  if (command.startsWith('quit')) return undefined;
  const retrieves = /^(?:get|gat)/.test(command);
  if (replyStatus < 0) {
    if (!command.endsWith('q')) return undefined;
    return retrieves ? 'miss' : 'no_reply';
  }
  switch (replyStatus) {
    case 0x00:
      return successes.find(([name]) => name.test(command))?.[1];
    case 0x01:
      return retrieves ? 'miss' : 'not_found';
    case 0x02:
      return 'exists';
    case 0x05:
      return 'not_stored';
    case 0x21:
      return 'ok';
    case 0x81:
      return 'error';
  }
  return replyStatus === 0x03 || replyStatus >= 0x82 ? 'server_error' : 'client_error';
}
