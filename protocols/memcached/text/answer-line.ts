import { holdsText, latin1 } from '../../bytes.ts';
import { type Answer, AnswerShape } from './answer.ts';
import { commonWords, wordOf } from './answer-words.ts';
import { noBlock, noMetaAnswer, readMetaAnswer } from './meta.ts';
import { digits, unsigned } from './numbers.ts';

/**
 * The lines of the server's text protocol, told from their own form.
 * Source: protocol.txt; for what it leaves out, `proto_text.c` and `logger.c` of memcached.
 */

/** What a line is to the answer under way. */
export const LineRole = {
  /** All of an answer. */
  single: 0,
  /** One more line of a list. */
  item: 1,
  /** It opens a block that ends the answer. */
  lastBlock: 2,
  /** It opens a block behind which the answer goes on. */
  block: 3,
  /** The end of values or a list, or all of an answer that has neither. */
  end: 4,
  /** A line that answers nothing, such as what `watch` makes the server log. */
  aside: 5,
  isUnknown: 6,
} as const;

export type LineRole = (typeof LineRole)[keyof typeof LineRole];

/** Lines in capitals are words that answer something, also where no server is known to say them. */
const anyWord = /^(?:[A-Z][A-Z_]+|Error)(?:[ :][ -~]*)?$/;

/**
 * Reads one line, `bytes[start, end)` without its line end, and says what it is; of a line that is all of an answer
 * `answer` gets what it says, else it is left as it is. `isCautious`: in the middle of a stream, where the bytes may be
 * any, only known words count.
 */
export function readAnswerLine(
  answer: Answer,
  bytes: Buffer,
  start: number,
  end: number,
  isCautious: boolean,
): LineRole {
  const length = end - start;
  for (const { word, shape } of commonWords) {
    if (word.length !== length || !holdsText(bytes, start, word)) continue;
    if (shape === AnswerShape.end) return LineRole.end;
    answer.text = word;
    answer.shape = shape;
    return LineRole.single;
  }
  if (isItem(bytes, start, end)) return LineRole.item;
  if (holdsStart(bytes, start, end, 'CONFIG ')) return LineRole.block;
  if (length === 0 || isLogLine(bytes, start, end)) return LineRole.aside;
  const blockLength = readMetaAnswer(answer, bytes, start, end);
  if (blockLength === noBlock) return LineRole.single;
  if (blockLength !== noMetaAnswer) {
    answer.bytes = blockLength;
    return LineRole.lastBlock;
  }
  const text = latin1(bytes, start, end);
  const number = text.trimEnd();
  if (unsigned(bytes, start, start + number.length) !== undefined) {
    answer.shape = AnswerShape.number;
    answer.text = number;
    return LineRole.single;
  }
  const row = wordOf(text);
  if (row?.shape === AnswerShape.end) return LineRole.end;
  if (row === undefined && (isCautious || !anyWord.test(text))) return LineRole.isUnknown;
  answer.shape = row?.shape === AnswerShape.error ? AnswerShape.error : AnswerShape.word;
  answer.text = text;
  return LineRole.single;
}

/** A block of an answer that has several: `VALUE <key> <flags> <bytes> [<cas unique>]`, or ElastiCache's `CONFIG`. */
export interface BlockLine {
  keyStart: number;
  keyEnd: number;
  flags: number;
  /** Bytes of the block, without the line end behind it. */
  bytes: number;
  casStart: number;
}

const blockLine: BlockLine = { keyStart: 0, keyEnd: 0, flags: 0, bytes: 0, casStart: -1 };

/** Reads the line of a block, behind its word, `bytes[start, end)`; undefined where it is none. One reused object. */
export function readBlockLine(bytes: Buffer, start: number, end: number): BlockLine | undefined {
  const keyEnd = blankOrEnd(bytes, start, end);
  const flagsEnd = blankOrEnd(bytes, keyEnd + 1, end);
  const lengthEnd = blankOrEnd(bytes, flagsEnd + 1, end);
  if (lengthEnd > end) return undefined;
  const length = digits(bytes, flagsEnd + 1, lengthEnd);
  const flags = digits(bytes, keyEnd + 1, flagsEnd);
  if (length < 0 || length > 0xffffffff || flags < 0 || flags > 0xffffffff) return undefined;
  blockLine.keyStart = start;
  blockLine.keyEnd = keyEnd;
  blockLine.flags = flags;
  blockLine.bytes = length;
  blockLine.casStart = lengthEnd + 1 < end ? lengthEnd + 1 : -1;
  if (blockLine.casStart >= 0 && unsigned(bytes, blockLine.casStart, end) === undefined) return undefined;
  return blockLine;
}

/** Lines of stats (STAT), stats cachedump (ITEM), stats detail dump (PREFIX), metadump (key=) and mgdump (mg). */
function isItem(bytes: Uint8Array, start: number, end: number): boolean {
  switch (bytes[start]) {
    case 0x53:
      return holdsStart(bytes, start, end, 'STAT ');
    case 0x49:
      return holdsStart(bytes, start, end, 'ITEM ');
    case 0x50:
      return holdsStart(bytes, start, end, 'PREFIX ');
    case 0x6b:
      return holdsStart(bytes, start, end, 'key=');
    case 0x6d:
      return holdsStart(bytes, start, end, 'mg ');
    default:
      return false;
  }
}

/** What `watch` makes the server write: events, and how many of them a slow watcher missed (`logger.c`). */
function isLogLine(bytes: Uint8Array, start: number, end: number): boolean {
  return holdsStart(bytes, start, end - 1, 'ts=') || holdsStart(bytes, start, end - 1, 'skipped=');
}

export function holdsStart(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  return end - start >= text.length && holdsText(bytes, start, text);
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

/** Offset of the next blank, or `end`; past `end` where `start` is already there. */
function blankOrEnd(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return end + 1;
  let at = start;
  while (at < end && bytes[at] !== 0x20) at++;
  return at;
}
