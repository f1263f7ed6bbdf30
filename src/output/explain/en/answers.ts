import { grouped } from '../numbers.ts';
import { type ItemValues, once, type Text } from '../texts.ts';
import { bytesText } from './amounts.ts';

/** What is said of answers. */

const words = {
  STORED: 'the value is stored.',
  NOT_STORED:
    'not stored, since the condition was not met: add wants no item under the key; replace, append and prepend want one.',
  EXISTS: 'not stored: somebody has changed the item since, its cas unique is another one.',
  NOT_FOUND: 'the server has no item under this key.',
  DELETED: 'the item is gone.',
  TOUCHED: 'the item has its new expiration time.',
  OK: 'done.',
  RESET: 'the statistics begin anew.',
  BUSY: 'it is under way already; later it may work.',
  NOSPARE: 'the class has no page to give.',
  BADCLASS: 'there is no such slab class.',
  NOTFULL: 'the class that is to get the page is not full.',
  UNSAFE: 'the class can give no page right now.',
  SAME: 'both classes are the same.',
  ERROR: 'the server does not know the command, or not in this form.',
  CLIENT_ERROR: 'the request was not as the protocol wants it; the words behind it say why.',
  SERVER_ERROR: 'the server could not do it; the words behind it say why.',
};

/** Of the binary protocol. Source: memcached protocol_binary.h. */
const statuses: Readonly<Record<number, string>> = {
  0: 'success',
  1: 'there is no item under the key',
  2: 'there is one under the key already, or its cas unique is another one',
  3: 'the value is too large',
  4: 'the request does not have the form that its opcode wants',
  5: 'not stored, since the condition was not met',
  6: 'the value is not a number',
  7: 'the key belongs to another server',
  32: 'not authenticated',
  33: 'authentication goes on',
  129: 'the server does not know the opcode',
  130: 'out of memory',
  131: 'not supported',
  132: 'an internal error',
  133: 'the server is busy',
  134: 'failed for the time being',
};

/** What took most of the time that the client waited. */
const causes = {
  request: 'the client took most of it, between the first and the last byte of its request',
  queue: 'most of it was waiting for the answers to earlier requests of this connection',
  server: 'the server took most of it',
  transfer: 'most of it passed between the first and the last byte of the answer',
  retransmission: 'a packet had to be sent again in the part that took most of it',
  zero_window: 'a receiver had no room in the part that took most of it',
  delayed_ack: 'in the part that took most of it a sender waited for an acknowledgment that the other side had put off',
};

const item: Text<ItemValues> = {
  first: ({ key, flags, bytes, cas }) =>
    `VALUE ${key} ${flags ?? '…'} ${bytes}${cas === undefined ? '' : ` ${cas}`}: a hit. The key;${flags === undefined ? '' : ` flags ${flags}, as they were stored;`} ${bytesText(bytes)} of value in the next line${cas === undefined ? '' : `; cas unique ${cas}`}. END: the answer is over.`,
  again: ({ flags, bytes, cas }) =>
    `a hit${flags === undefined ? '' : `, flags ${flags}`}, ${bytesText(bytes)} of value${cas === undefined ? '' : `, cas unique ${cas}`}`,
};

export const answerTexts = {
  more: ({ count }: { count: number }) => `${grouped(count)} more`,
  words,
  /** `ERROR Too many open connections`. */
  errorWithWords: 'the server refuses; the words behind it say why.',
  statuses,
  causes,
  item,
  miss: {
    first: () =>
      'END without a VALUE: a miss. The server has no item under the key: never stored, expired, deleted, or dropped for want of memory.',
    again: () => 'a miss',
  } satisfies Text<object>,
  /** Of several keys; items that were found with the bytes of their values, as far as those are shown. */
  several: {
    first: ({ found, missed }) =>
      `One VALUE for each item that was found${found === '' ? '' : ` (${found})`}${missed === '' ? '' : `, none for ${missed}`}, then END.`,
    again: ({ found, missed }) => `found: ${found || 'none'}${missed === '' ? '' : `; not found: ${missed}`}`,
  } satisfies Text<{ found: string; missed: string }>,
  sized: ({ key, bytes }: { key: string; bytes: number }) => `${key}, ${bytesText(bytes)}`,
  number: {
    first: ({ number }) => `${number}: the number that the item has now.`,
    again: ({ number }) => `now ${grouped(number)}`,
  } satisfies Text<{ number: string }>,
  version: once<object>(() => 'The version of the server.'),
  lines: once<object>(() => 'One line for each entry; a line with END, or EN after mgdump, closes the list.'),
  binaryLines: once<object>(() => 'One message for each entry; one without a key closes the list.'),
  binaryHit: {
    first: ({ flags, bytes, cas }) =>
      `A hit: in the extras flags ${flags}, as they were stored; then ${bytesText(bytes)} of value${cas === undefined ? '' : `; cas unique ${cas} in the header`}.`,
    again: ({ flags, bytes, cas }) =>
      `a hit, flags ${flags}, ${bytesText(bytes)} of value${cas === undefined ? '' : `, cas unique ${cas}`}`,
  } satisfies Text<{ flags: string; bytes: string; cas: string | undefined }>,
  status: {
    first: ({ code, text }) => `Status ${code}: ${text}.`,
    again: ({ code }) => `status ${code}`,
  } satisfies Text<{ code: string; text: string }>,
  cas: {
    first: ({ cas }) => `cas unique ${cas}: the number that the item has now; it changes with each change.`,
    again: ({ cas }) => `cas unique ${cas}`,
  } satisfies Text<{ cas: string }>,
  silentMiss: once<{ command: string }>(
    ({ command }) =>
      `${command}: no answer came, which from a quiet command means a miss; the answer that came next proves it.`,
  ),
  latency: once<{ us: number }>(
    ({ us }) =>
      `${us} us: microseconds from the packet with the request's last byte to the one with the answer's first.`,
  ),
  waited: once<{ us: number }>(
    ({ us }) => `${us} us in all: from the packet with the request's first byte to the one with the answer's last.`,
  ),
  cause: once<{ cause: string; text: string }>(({ cause, text }) => `${cause}: ${text}.`),
  unanswered: once<{ command: string }>(({ command }) => `${command}: an answer was due, and none came.`),
  unknown: once<{ command: string }>(
    ({ command }) => `${command}: its answer was not captured, or can't be told from others.`,
  ),
  misfit: once<{ command: string }>(
    ({ command }) => `What came in the place of the answer to ${command} is no answer to it.`,
  ),
  unasked: once<object>(() => 'An answer that no request was due: [unasked …] shows its first line.'),
};
