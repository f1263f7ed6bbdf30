import { latin1, u16be } from '../../bytes.ts';
import { maxKeyLength, maxValueLength } from '../constants.ts';
import { Swallower } from '../server-habits.ts';
import { type Answer, AnswerShape } from './answer.ts';
import { LineWords } from './line-words.ts';
import { bringsBack, flag, isRefusedSomewhere } from './meta-flags.ts';
import { digits, fits32, integer, signed32, unsigned } from './numbers.ts';
import type { Request } from './request.ts';

/**
 * Meta commands and their answers. A request is `<command> <key> [<size>] <flags>*`, where a flag is a letter with an
 * optional token behind it; an answer is a code of two letters and the flags that were asked for.
 * Source: protocol.txt, "Meta Commands".
 */

const blank = 0x20;

/** Words that the server looks at (MFLAG_MAX_OPT_LENGTH); with more it takes no data block either. */
const mostWords = 19;

/** The letter before a size in the form of before 1.6.0. */
const oldSize = 0x53;

/** More flags than the letters that there are. */
const mostFlags = 256;

/** Every command but `ms` and `mn`. */
export function readMetaGet(request: Request, words: LineWords): boolean {
  return readMeta(request, words, 2);
}

/** `ms <key> <size> <flags>*`, or before 1.6.0 `ms <key> S<size> <flags>*`, which later versions refuse. */
export function readMetaSet(request: Request, words: LineWords): boolean {
  const isOldForm = words.bytes[words.start(2)] === oldSize;
  const size = integer(words.bytes, words.start(2) + (isOldForm ? 1 : 0), words.end(2));
  const isAccepted = readMeta(request, words, 3);
  const length = size === undefined ? -1 : signed32(size);
  if (size === undefined || length < 0 || length > maxValueLength) {
    request.args = words.text(2);
    return false;
  }
  request.bytes = length;
  const isReadByNewer = words.isPlainSize(2) && fits32(size) && !hasOddFlag(words);
  if (!isAccepted) {
    if (isReadByNewer) request.doubtBlock(length, Swallower.newer);
    return false;
  }
  // Where a flag is refused the server swallows the block all the same.
  if (isReadByNewer) request.valueLength = length;
  else request.doubtBlock(length, isOldForm ? Swallower.oldest : Swallower.older);
  return true;
}

/** Behind a flag that is neither a letter nor a digit 1.6.45 runs the block, and 1.6.18 swallows it. */
function hasOddFlag(words: LineWords): boolean {
  for (let index = 3; index < words.kept; index++) {
    if (!isAlphanumeric(words.bytes[words.start(index)] as number)) return true;
  }
  return false;
}

function isAlphanumeric(byte: number): boolean {
  const letter = byte | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (byte >= 0x30 && byte <= 0x39);
}

/** `me` looks at no flag but `b`, and so is always answered. */
export function readMetaDebug(request: Request, words: LineWords): boolean {
  const isAccepted = readMeta(request, words, 2);
  request.isQuiet = false;
  request.isRisky = false;
  return isAccepted;
}

/** `mn` takes no key. */
export function readMetaNoop(): boolean {
  return true;
}

function readMeta(request: Request, words: LineWords, flagsFrom: number): boolean {
  const key = words.text(1);
  request.keys = [key];
  if (words.count > flagsFrom) request.setExtra('metaFlags', words.texts(flagsFrom).join(' '));
  for (let index = flagsFrom; index < words.kept; index++) {
    const letter = words.bytes[words.start(index)] as number;
    const isSound = readRequestFlag(request, words, index);
    if (!isSound || isRefusedSomewhere(letter, request.flagSet)) request.isRisky = true;
    request.flagSet |= flag(letter);
  }
  if (request.returnedKey !== undefined) {
    const isDecoded = request.extra?.keyBase64 === true;
    request.returnedKey = isDecoded ? Buffer.from(request.keys[0] as string, 'latin1').toString('base64') : key;
  }
  return key.length <= maxKeyLength && words.count <= mostWords;
}

/** A letter with, perhaps, a token behind it. False where the server refuses the token. */
function readRequestFlag(request: Request, words: LineWords, index: number): boolean {
  const { bytes } = words;
  const token = words.start(index) + 1;
  const end = words.end(index);
  switch (String.fromCharCode(bytes[token - 1] as number)) {
    case 'O':
      request.opaque = latin1(bytes, token, end);
      return end - token <= mostOpaque;
    case 'k':
      // Which form it comes back in is known when all flags are read.
      request.returnedKey = '';
      return true;
    case 'M':
      return token < end && modes.get(request.command)?.includes(latin1(bytes, token, token + 1)) !== false;
    case 'q':
      request.isQuiet = true;
      // A retrieval asks for an answer all the same: silence tells that it missed.
      request.noreply = !request.retrieves;
      return true;
    case 'b':
      return readBase64Key(request, words.text(1));
    case 'F':
      request.flags = unsigned(bytes, token, end);
      return request.flags !== undefined && fits32(request.flags);
    case 'C':
      request.cas = unsigned(bytes, token, end);
      return request.cas !== undefined;
    case 'D':
      request.delta = unsigned(bytes, token, end);
      return request.delta !== undefined;
    case 'J':
      return unsigned(bytes, token, end) !== undefined;
    case 'N':
    case 'R':
      return integer(bytes, token, end) !== undefined;
    case 'T': {
      const exptime = integer(bytes, token, end);
      if (exptime !== undefined) request.exptime = exptime;
      return exptime !== undefined;
    }
    default:
      return true;
  }
}

/** Longest opaque, in bytes. */
const mostOpaque = 31;

/** The first byte of the mode that may stand behind `M`. */
const modes: ReadonlyMap<string, string> = new Map([
  ['ms', 'EAPRSeaprs'],
  ['ma', 'IDid+-'],
]);

/** What the server can't decode it refuses: such a key stays as it was sent. */
function readBase64Key(request: Request, token: string): boolean {
  const key = decodeBase64(token);
  if (key === undefined) return false;
  request.keys = [key];
  request.setExtra('keyBase64', true);
  return true;
}

/**
 * Base64 as the server 1.6.18 decodes it, Latin-1: other characters are left out, and what is left has to be whole
 * groups of four. The first of them with padding, one or two characters at any place, is the last. Undefined where the
 * server refuses the text.
 */
function decodeBase64(text: string): string | undefined {
  const characters = text.replace(/[^A-Za-z0-9+/=]+/g, '');
  if (characters.length === 0 || characters.length % 4 !== 0) return undefined;
  const paddedAt = characters.indexOf('=');
  const groups = paddedAt < 0 ? characters : characters.slice(0, (paddedAt | 3) + 1);
  const padding = groups.split('=').length - 1;
  if (padding > 2) return undefined;
  const bytes = Buffer.from(groups.replaceAll('=', 'A'), 'base64');
  return bytes.toString('latin1', 0, bytes.length - padding);
}

/** Codes of two letters that answer meta commands, by their bytes. */
const codes: ReadonlyMap<number, string> = new Map(
  ['HD', 'VA', 'EN', 'NF', 'NS', 'EX', 'MN', 'ME'].map((code) => [u16be(Buffer.from(code), 0), code]),
);

const words = new LineWords();

/** In place of the size of an answer's data block. */
export const noBlock = -1;
export const noMetaAnswer = -2;

/**
 * Reads a meta answer's line, `bytes[start, end)`. Returns the size of its data block, `noBlock` or
 * `noMetaAnswer`.
 */
export function readMetaAnswer(answer: Answer, bytes: Buffer, start: number, end: number): number {
  if (end - start < 2 || (end - start > 2 && bytes[start + 2] !== blank)) return noMetaAnswer;
  const code = codes.get(u16be(bytes, start));
  if (code === undefined) return noMetaAnswer;
  const isAlone = end - start === 2;
  if (isAlone && (code === 'VA' || code === 'ME')) return noMetaAnswer;
  answer.shape = AnswerShape.meta;
  answer.text = code;
  if (isAlone) return noBlock;
  words.read(bytes, start, end, mostFlags);
  if (code === 'ME') {
    if (words.count > 1) answer.key = words.text(1);
    answer.answerFlags = words.behind(2);
    return noBlock;
  }
  if (code !== 'VA') return readAnswerFlags(answer, 1, noBlock);
  const size = words.count > 1 ? digits(bytes, words.start(1), words.end(1)) : -1;
  return size < 0 || size > 0xffffffff ? noMetaAnswer : readAnswerFlags(answer, 2, size);
}

function readAnswerFlags(answer: Answer, first: number, size: number): number {
  answer.answerFlags = words.behind(first);
  for (let index = first; index < words.kept; index++) readAnswerFlag(answer, index);
  return size;
}

function readAnswerFlag(answer: Answer, index: number): void {
  const { bytes } = words;
  const token = words.start(index) + 1;
  const end = words.end(index);
  answer.flagSet |= flag(bytes[token - 1] as number);
  switch (String.fromCharCode(bytes[token - 1] as number)) {
    case 'O':
      answer.opaque = latin1(bytes, token, end);
      return;
    case 'k':
      answer.key = latin1(bytes, token, end);
      return;
    case 'f':
      answer.flags = unsigned(bytes, token, end);
      return;
    case 'c':
      answer.cas = unsigned(bytes, token, end);
      return;
    case 'W':
      answer.won = true;
      return;
    case 'X':
      answer.stale = true;
      return;
    case 'Z':
      answer.alreadyWon = true;
  }
}

/** Whether success brings back what the flags of a request ask for, and nothing else. */
export function bringsBackItsFlags(request: Request, { text, flagSet }: Answer): boolean {
  return (text !== 'HD' && text !== 'VA') || bringsBack(request.command, request.flagSet, flagSet);
}

/** Whether a meta answer names another request, by an opaque or key that this one did not send. */
export function isOfAnother(request: Request, answer: Answer): boolean {
  if (answer.opaque !== undefined && answer.opaque !== request.opaque) return true;
  return answer.key !== undefined && answer.text !== 'ME' && !isReturnedKey(request, answer.key);
}

/**
 * A key that was sent in base64 comes back decoded where the item was not stored under it in base64, and one that was
 * sent plainly comes back in base64 where it was (1.6.18).
 */
function isReturnedKey({ returnedKey, keys }: Request, key: string): boolean {
  if (returnedKey === undefined) return false;
  return key === returnedKey || key === keys[0] || key === Buffer.from(keys[0] ?? '', 'latin1').toString('base64');
}

/**
 * Codes that answer a command. In quiet mode the one to be expected is left out: a miss of `mg`, success of `ms`, `md`
 * and `ma`.
 */
export function isExpectedCode({ command, isQuiet }: Pick<Request, 'command' | 'isQuiet'>, code: string): boolean {
  switch (command) {
    case 'mg':
      return code === 'HD' || code === 'VA' || (code === 'EN' && !isQuiet);
    case 'ms':
      return code === 'NS' || code === 'EX' || code === 'NF' || (code === 'HD' && !isQuiet);
    case 'md':
      return code === 'NF' || code === 'EX' || (code === 'HD' && !isQuiet);
    case 'ma':
      return code === 'NF' || code === 'NS' || code === 'EX' || ((code === 'HD' || code === 'VA') && !isQuiet);
    case 'mn':
      return code === 'MN';
    default:
      return code === 'ME' || code === 'EN';
  }
}
