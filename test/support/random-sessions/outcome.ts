import type { TrueCommand } from './session.ts';

/** What a record has to say of a command. A field is undefined where the answer leaves it open. */
export interface Outcome {
  readonly status: string | undefined;
  readonly hits?: number;
  /** Of values. */
  readonly bytes?: number;
  /** The first line of the answer, with which the record's `result` has to begin. */
  readonly line?: string;
}

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
  STAT: 'ok',
  MN: 'ok',
  EN: 'miss',
  NF: 'not_found',
  NS: 'not_stored',
  EX: 'exists',
  ME: 'hit',
  ERROR: 'error',
  CLIENT_ERROR: 'client_error',
  SERVER_ERROR: 'server_error',
};

const metaSuccess: Readonly<Record<string, string>> = { mg: 'hit', ms: 'stored', md: 'deleted', ma: 'ok' };

/** Of a command of text or meta and its whole answer. */
export function textOutcome({ command, keys, answer }: TrueCommand): Outcome {
  if (answer.length === 0) return { status: command === 'mg' ? 'miss' : 'no_reply' };
  const line = answer.toString('latin1', 0, answer.indexOf('\r\n'));
  const [word = '', size = ''] = line.split(' ');
  if (/^(?:get|gat)s?$/.test(command) && (word === 'VALUE' || word === 'END')) return retrieved(keys.length, answer);
  if (word === 'VA' && command === 'mg') return { status: 'hit', hits: 1, bytes: Number(size), line };
  if (word === 'HD' || word === 'VA') return { status: metaSuccess[command], line };
  if (/^\d+$/.test(line)) return { status: 'ok', line };
  return { status: words[word.replace(/:$/, '')], line };
}

/** Counts `VALUE key flags bytes [cas]` and their blocks. */
function retrieved(asked: number, answer: Buffer): Outcome {
  let hits = 0;
  let bytes = 0;
  for (let at = 0; answer.toString('latin1', at, at + 6) === 'VALUE '; hits++) {
    const end = answer.indexOf('\r\n', at);
    const size = Number(answer.toString('latin1', at, end).split(' ')[3]);
    bytes += size;
    at = end + 2 + size + 2;
  }
  return { status: hits === 0 ? 'miss' : hits === asked ? 'hit' : 'partial', hits, bytes };
}

const binarySuccess: readonly (readonly [RegExp, string])[] = [
  [/^(?:get|gat)/, 'hit'],
  [/^(?:set|add|replace|append|prepend)/, 'stored'],
  [/^delete/, 'deleted'],
  [/^touch/, 'touched'],
  [/^/, 'ok'],
];

/** Of a binary command and its whole answer, frames of 24 bytes and their bodies. */
export function binaryOutcome({ command, answer }: TrueCommand): Outcome {
  const retrieves = /^(?:get|gat)/.test(command);
  // The server closes, and whether that is an answer is a matter of taste.
  if (/^quit/.test(command)) return { status: undefined };
  if (answer.length === 0) return { status: retrieves ? 'miss' : 'no_reply' };
  const status = answer.readUInt16BE(6);
  if (status === 0 && retrieves) {
    const bytes = answer.readUInt32BE(8) - answer.readUInt16BE(2) - (answer[4] ?? 0);
    return { status: 'hit', hits: 1, bytes };
  }
  return { status: binaryStatus(status, command, retrieves) };
}

function binaryStatus(code: number, command: string, retrieves: boolean): string | undefined {
  switch (code) {
    case 0x00:
      return binarySuccess.find(([name]) => name.test(command))?.[1];
    case 0x01:
      return retrieves ? 'miss' : 'not_found';
    case 0x02:
      return 'exists';
    case 0x05:
      return 'not_stored';
    case 0x81:
      return 'error';
  }
  return code === 0x03 || code >= 0x82 ? 'server_error' : 'client_error';
}
