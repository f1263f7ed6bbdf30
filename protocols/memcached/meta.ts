import { type Answer, AnswerShape } from './answer.ts';
import { AnswerForm, maxKeyLength, maxValueLength } from './constants.ts';
import { integer, unsigned } from './numbers.ts';
import type { Request } from './request.ts';

/**
 * Meta commands and their answers. A request is `<command> <key> [<size>] <flags>*`, where a flag is a letter with an
 * optional token behind it; an answer is a code of two letters and the flags that were asked for.
 * Source: protocol.txt, "Meta Commands".
 */

/** Answer forms by command; the table of command-line.ts uses them. */
export function readMetaGet(request: Request, words: string[]): boolean {
  return readMeta(request, words, 2);
}

/** `ms <key> <size> <flags>*`, or before 1.6.0 `ms <key> S<size> <flags>*`, which later versions refuse. */
export function readMetaSet(request: Request, words: string[]): boolean {
  const size = words[2] as string;
  const isOldForm = size.startsWith('S');
  const length = integer(isOldForm ? size.slice(1) : size);
  const isAccepted = readMeta(request, words, 3);
  if (Number.isNaN(length) || length < 0 || length > maxValueLength) return false;
  request.bytes = length;
  if (isOldForm) {
    request.doubtfulBlock = length + 2;
    return true;
  }
  // Even where the flags are refused the server swallows the block, but not where the key is too long.
  if ((words[1] as string).length <= maxKeyLength) request.valueLength = length;
  return isAccepted;
}

/** `mn` takes no key. */
export function readMetaNoop(): boolean {
  return true;
}

function readMeta(request: Request, words: string[], flagsFrom: number): boolean {
  const key = words[1] as string;
  request.keys = [key];
  if (words.length > flagsFrom) request.setExtra('metaFlags', words.slice(flagsFrom).join(' '));
  for (let index = flagsFrom; index < words.length; index++) readRequestFlag(request, words[index] as string);
  const binaryKey = request.extra?.keyBase64 === true ? Buffer.from(key, 'base64') : undefined;
  if (binaryKey !== undefined) request.keys = [binaryKey.toString('latin1')];
  if (request.returnedKey !== undefined) request.returnedKey = binaryKey?.toString('base64') ?? key;
  return key.length <= maxKeyLength;
}

function readRequestFlag(request: Request, flag: string): void {
  const token = flag.slice(1);
  switch (flag[0]) {
    case 'O':
      request.opaque = token;
      return;
    case 'k':
      // Which form it comes back in is known when all flags are read.
      request.returnedKey = '';
      return;
    case 'q':
      request.isQuiet = true;
      return;
    case 'b':
      request.setExtra('keyBase64', true);
      return;
    case 'F':
      request.flags = unsigned(token);
      return;
    case 'C':
      request.cas = unsigned(token);
      return;
    case 'D':
      request.delta = unsigned(token);
      return;
    case 'T': {
      const exptime = integer(token);
      if (!Number.isNaN(exptime)) request.exptime = exptime;
    }
  }
}

/** Codes of two letters that answer meta commands. */
const codes: ReadonlySet<string> = new Set(['HD', 'VA', 'EN', 'NF', 'NS', 'EX', 'MN', 'ME']);

/**
 * Reads a meta answer's line. Returns the size of its data block, -1 where it has none, and -2 where the line is no
 * meta answer.
 */
export function readMetaAnswer(answer: Answer, line: string): number {
  const code = line.slice(0, 2);
  if (!codes.has(code) || (line.length > 2 && line[2] !== ' ')) return -2;
  answer.shape = AnswerShape.meta;
  answer.text = code;
  if (line.length === 2) return code === 'VA' || code === 'ME' ? -2 : -1;
  const words = line.split(' ');
  if (code === 'ME') {
    answer.key = words[1];
    return -1;
  }
  const size = code === 'VA' ? integer(words[1] ?? '') : -1;
  if (Number.isNaN(size) || size < -1 || (code === 'VA' && size < 0)) return -2;
  for (let index = code === 'VA' ? 2 : 1; index < words.length; index++) readAnswerFlag(answer, words[index] as string);
  return size;
}

function readAnswerFlag(answer: Answer, flag: string): void {
  const token = flag.slice(1);
  switch (flag[0]) {
    case 'O':
      answer.opaque = token;
      return;
    case 'k':
      answer.key = token;
      return;
    case 'f':
      answer.flags = unsigned(token);
      return;
    case 'c':
      answer.cas = unsigned(token);
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

/** Whether a meta answer's code, opaque and key are such that it may answer the request. */
export function fitsMeta(request: Request, answer: Answer): boolean {
  if (request.answerForm !== AnswerForm.meta || !codesOf(request.command).includes(answer.text)) return false;
  if (answer.opaque !== undefined && answer.opaque !== request.opaque) return false;
  return answer.key === undefined || answer.key === request.returnedKey || answer.text === 'ME';
}

/** Whether a meta answer says itself which of several requests it answers. */
export function identifies(request: Request, answer: Answer): boolean {
  return (
    (answer.opaque !== undefined && answer.opaque === request.opaque) ||
    (answer.key !== undefined && answer.key === request.returnedKey)
  );
}

function codesOf(command: string): readonly string[] {
  switch (command) {
    case 'mg':
      return ['HD', 'VA', 'EN'];
    case 'ms':
      return ['HD', 'NS', 'EX', 'NF'];
    case 'md':
      return ['HD', 'NF', 'EX'];
    case 'ma':
      return ['HD', 'VA', 'NF', 'NS', 'EX'];
    case 'mn':
      return ['MN'];
    default:
      return ['ME', 'EN'];
  }
}
