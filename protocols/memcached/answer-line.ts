import { holdsText, latin1 } from '../bytes.ts';
import { type Answer, AnswerShape } from './answer.ts';
import { noBlock, noMetaAnswer, readMetaAnswer } from './meta.ts';
import { unsigned } from './numbers.ts';

/**
 * The lines of the server's text protocol, all but `VALUE`, told from their own form.
 * Source: protocol.txt; for what it leaves out, `proto_text.c`, `logger.c` and `tls.c` of memcached.
 */

/** What a line does to the answer under way. */
export const LineRole = {
  ends: 0,
  continues: 1,
  opensBlock: 2,
  /** A line that answers nothing, such as what `watch` makes the server log. */
  isLogged: 3,
  isUnknown: 4,
} as const;

export type LineRole = (typeof LineRole)[keyof typeof LineRole];

/** One-line answers that are common enough to be recognised without making a string. */
const commonAnswers = [
  { text: 'END', shape: AnswerShape.end },
  { text: 'STORED', shape: AnswerShape.word },
  { text: 'DELETED', shape: AnswerShape.word },
  { text: 'NOT_FOUND', shape: AnswerShape.word },
  { text: 'NOT_STORED', shape: AnswerShape.word },
  { text: 'EXISTS', shape: AnswerShape.word },
  { text: 'TOUCHED', shape: AnswerShape.word },
  { text: 'OK', shape: AnswerShape.word },
  { text: 'ERROR', shape: AnswerShape.error },
] as const;

/** `Error …` is what `refresh_certs` gets (`tls.c`). */
const errorWords = /^(?:ERROR|CLIENT_ERROR|SERVER_ERROR|Error)(?![A-Za-z_])/;

const anyWord = /^(?:[A-Z][A-Z_]+|Error)(?:[ :][ -~]*)?$/;

const knownWords = new RegExp(
  `^(?:${[
    'ERROR',
    'CLIENT_ERROR',
    'SERVER_ERROR',
    'Error',
    'VERSION',
    'RESET',
    'BUSY',
    'BADCLASS',
    'NOTSTARTED',
    'NOSPARE',
    'NOTFULL',
    'UNSAFE',
    'SAME',
    'WATCHER_TOO_MANY',
    'WATCHER_FAILED',
    'MEMLIMIT_TOO_SMALL',
    'MEMLIMIT_ADJUST_FAILED',
  ].join('|')})(?: [ -~]*)?$`,
);

/**
 * Reads one line, `bytes[start, end)` without its line end, into the answer and says what it does. Where it opens a
 * block, `answer.bytes` is the block's size. `isCautious`: in the middle of a stream, where the bytes may be any, only
 * known words count.
 */
export function readAnswerLine(
  answer: Answer,
  bytes: Buffer,
  start: number,
  end: number,
  isCautious: boolean,
): LineRole {
  const length = end - start;
  for (const { text, shape } of commonAnswers) {
    if (text.length === length && holdsText(bytes, start, text)) return endWith(answer, text, shape);
  }
  if (length === 2 && answer.lines > 0 && holdsText(bytes, start, 'EN')) {
    return endWith(answer, 'EN', AnswerShape.end);
  }
  if (isListLine(bytes, start, end)) {
    answer.lines++;
    return LineRole.continues;
  }
  if (isLogLine(bytes, start, end)) return LineRole.isLogged;
  // Version 1.6.45 sends a stray empty line after the error of a retrieval with a bad key.
  if (length === 0) return LineRole.isLogged;
  const blockLength = readMetaAnswer(answer, bytes, start, end);
  if (blockLength === noBlock) return LineRole.ends;
  if (blockLength !== noMetaAnswer) {
    answer.bytes = blockLength;
    return LineRole.opensBlock;
  }
  const text = latin1(bytes, start, end);
  const number = text.trimEnd();
  if (unsigned(bytes, start, start + number.length) !== undefined) {
    answer.shape = AnswerShape.number;
    answer.text = number;
    return LineRole.ends;
  }
  // A word in capitals starts every other answer.
  if (!(isCautious ? knownWords : anyWord).test(text)) return LineRole.isUnknown;
  return endWith(answer, text, errorWords.test(text) ? AnswerShape.error : AnswerShape.word);
}

/** The end line of values and lists has the shape of what it ends. */
export function endWith(answer: Answer, text: string, shape: AnswerShape): LineRole {
  answer.text = text;
  answer.shape = shape;
  if (shape === AnswerShape.end) {
    if (answer.keys.length > 0) answer.shape = AnswerShape.values;
    else if (answer.lines > 0) answer.shape = AnswerShape.lines;
  }
  return LineRole.ends;
}

/** Lines of stats (STAT), stats cachedump (ITEM), stats detail dump (PREFIX), metadump (key=) and mgdump (mg). */
function isListLine(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  switch (bytes[start]) {
    case 0x53:
      return length >= 5 && holdsText(bytes, start, 'STAT ');
    case 0x49:
      return length >= 5 && holdsText(bytes, start, 'ITEM ');
    case 0x50:
      return length >= 7 && holdsText(bytes, start, 'PREFIX ');
    case 0x6b:
      return length >= 4 && holdsText(bytes, start, 'key=');
    case 0x6d:
      return length >= 3 && holdsText(bytes, start, 'mg ');
    default:
      return false;
  }
}

/** What `watch` makes the server write: events, and how many of them a slow watcher missed (`logger.c`). */
function isLogLine(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  return (length > 3 && holdsText(bytes, start, 'ts=')) || (length > 8 && holdsText(bytes, start, 'skipped='));
}

/** Answers that bring back a key, in which the server takes any byte but blanks, line ends and NUL. */
export const linesWithKeys = /^(?:VALUE|VA|HD|EN|NF|NS|EX|ME|ITEM|PREFIX) /;

/**
 * Offset of the first byte that no line of memcached's has outside a key, its end left aside; -1 where there is none.
 */
export function findControl(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte < 0x20 && byte !== 0x0d) return at;
  }
  return -1;
}
