import { AnswerForm, maxKeyLength, maxValueLength } from './constants.ts';
import { readMetaGet, readMetaNoop, readMetaSet } from './meta.ts';
import { integer, unsigned } from './numbers.ts';
import { Request } from './request.ts';

/**
 * The grammar of one text command line. What the server refuses here decides how the stream goes on: a storage
 * command takes a data block only if its line is accepted.
 */
interface CommandForm {
  readonly answer: AnswerForm;
  /** Number of words that the server accepts, the command's own included. */
  readonly minWords: number;
  readonly maxWords: number;
  /** Words of success, where the answer is a word; undefined where it may be any that belongs to no other command. */
  readonly words?: readonly string[];
  /** Whether a last word `noreply` is obeyed. */
  readonly noreply: boolean;
  /** Reads the words after the command; false where the server refuses the line. */
  readonly read: (request: Request, words: string[]) => boolean;
}

const blank = 0x20;
/** More bytes, and so more words, than a line has that is no list of keys. */
const longestOtherLine = 64 * 1024;

/** Words up to which the server looks at a line that is not a list of keys (MAX_TOKENS). */
const anyNumber = Number.MAX_SAFE_INTEGER;

const storage: CommandForm = {
  answer: AnswerForm.word,
  words: ['STORED', 'NOT_STORED', 'EXISTS', 'NOT_FOUND'],
  minWords: 5,
  maxWords: 6,
  noreply: true,
  read: readStorage,
};
const retrieval: CommandForm = {
  answer: AnswerForm.retrieval,
  minWords: 2,
  maxWords: anyNumber,
  noreply: false,
  read: readRetrieval,
};
const touchingRetrieval: CommandForm = { ...retrieval, minWords: 3, read: readTouchingRetrieval };
const arithmetic: CommandForm = {
  answer: AnswerForm.number,
  minWords: 3,
  maxWords: 4,
  noreply: true,
  read: readArithmetic,
};
const administration: CommandForm = {
  answer: AnswerForm.word,
  minWords: 1,
  maxWords: anyNumber,
  noreply: true,
  read: acceptAny,
};
const listing: CommandForm = {
  answer: AnswerForm.lines,
  minWords: 1,
  maxWords: anyNumber,
  noreply: false,
  read: acceptAny,
};

const meta: CommandForm = {
  answer: AnswerForm.meta,
  minWords: 2,
  maxWords: anyNumber,
  noreply: false,
  read: readMetaGet,
};

const commandForms: ReadonlyMap<string, CommandForm> = new Map([
  ['get', retrieval],
  ['gets', retrieval],
  ['bget', retrieval],
  ['gat', touchingRetrieval],
  ['gats', touchingRetrieval],
  ['set', storage],
  ['add', storage],
  ['replace', storage],
  ['append', storage],
  ['prepend', storage],
  ['cas', { ...storage, minWords: 6, maxWords: 7, read: readCompareAndSwap }],
  ['delete', { ...storage, words: ['DELETED', 'NOT_FOUND'], minWords: 2, maxWords: 4, read: readDelete }],
  ['incr', arithmetic],
  ['decr', arithmetic],
  ['touch', { ...storage, words: ['TOUCHED', 'NOT_FOUND'], minWords: 3, maxWords: 4, read: readTouch }],
  ['flush_all', { ...administration, maxWords: 3, read: readFlushAll }],
  ['verbosity', { ...administration, minWords: 2 }],
  ['cache_memlimit', { ...administration, minWords: 2, maxWords: 3 }],
  ['slabs', administration],
  ['lru', { ...administration, minWords: 2 }],
  ['extstore', { ...administration, minWords: 2 }],
  ['refresh_certs', administration],
  ['debugtime', administration],
  ['watch', { ...administration, answer: AnswerForm.word }],
  ['mg', meta],
  ['ms', { ...meta, minWords: 3, read: readMetaSet }],
  ['md', meta],
  ['ma', meta],
  ['me', meta],
  ['mn', { ...meta, minWords: 1, read: readMetaNoop }],
  ['stats', listing],
  ['lru_crawler', listing],
  ['debugitem', listing],
  ['version', { ...administration, noreply: false }],
  ['shutdown', { ...administration, answer: AnswerForm.closing, noreply: false }],
  ['quit', { ...administration, answer: AnswerForm.none, noreply: false }],
]);

/** True where a line of any length is legal: the server lets lists of keys grow, every other line ends at 2048 bytes. */
export function mayBeLong(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && bytes[at] === 0x20) at++;
  return (
    end - at >= 5 &&
    bytes[at] === 0x67 &&
    bytes[at + 1] === 0x65 &&
    bytes[at + 2] === 0x74 &&
    (bytes[at + 3] === 0x20 || (bytes[at + 3] === 0x73 && bytes[at + 4] === 0x20))
  );
}

/**
 * Reads one command line, Latin-1, without its line end. Only the blank separates words; several in a row count as one.
 * Never fails: what the server would refuse awaits an error. Of a list of keys the first `mostKeys` are kept.
 */
export function parseCommandLine(line: string, mostKeys: number): Request {
  const mostWords = Math.max(mostKeys, longestOtherLine) + 2;
  const words = splitWords(line, mostWords);
  const name = words[0] ?? '';
  const form = commandForms.get(name);
  if (form === undefined) return unknownCommand(name, line, words);
  const request = new Request(form.answer === AnswerForm.meta ? 'meta' : 'text', name, line, form.answer);
  request.words = form.words;
  request.retrieves = form.answer === AnswerForm.retrieval || name === 'mg' || name === 'me';
  if (words.length < form.minWords || words.length > form.maxWords) {
    // The server counts words before it looks for `noreply`, so this error is always sent.
    if (words.length > 1) request.keys = [words[1] as string];
    return refuse(request);
  }
  if (form.noreply && words[words.length - 1] === 'noreply') request.noreply = true;
  if (!form.read(request, words)) refuse(request);
  if (request.keys.length > mostKeys || words.length === mostWords) limitKeys(request, mostKeys, words.length);
  if (request.noreply) request.answerForm = AnswerForm.none;
  return request;
}

function refuse(request: Request): Request {
  request.refused = true;
  request.answerForm = AnswerForm.error;
  return request;
}

function unknownCommand(name: string, line: string, words: readonly string[]): Request {
  // An HTTP request line makes the server close without a word (a browser that is fooled must get nothing).
  const isHttp = words.length > 1 && (words[words.length - 1] as string).startsWith('HTTP/');
  const request = refuse(new Request('text', asciiLowerCase(name), line, AnswerForm.error));
  if (isHttp) request.answerForm = AnswerForm.closing;
  return request;
}

/** Bytes beyond ASCII are no letters here: which characters they stand for is not known. */
function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Leaves keys out that are too many; `words` are those that were looked at. */
function limitKeys(request: Request, mostKeys: number, words: number): void {
  const kept = request.keys.slice(0, mostKeys);
  request.keysLeftOut = request.keys.length - kept.length + countWords(request.line) - words;
  if (request.keysLeftOut > 0) request.keys = kept;
}

/** The first words of a line, `most` of them at most. For such short lines a loop beats `String.split`. */
function splitWords(line: string, most: number): string[] {
  const words: string[] = [];
  let start = 0;
  for (let at = 0; at < line.length; at++) {
    if (line.charCodeAt(at) !== blank) continue;
    if (at > start && words.push(line.slice(start, at)) === most) return words;
    start = at + 1;
  }
  if (start < line.length) words.push(line.slice(start));
  return words;
}

function countWords(line: string): number {
  let words = 0;
  for (let at = 0, wasBlank = true; at < line.length; at++) {
    const isBlank = line.charCodeAt(at) === blank;
    if (wasBlank && !isBlank) words++;
    wasBlank = isBlank;
  }
  return words;
}

function acceptAny(): boolean {
  return true;
}

function readKey(request: Request, key: string): boolean {
  request.keys = [key];
  return key.length <= maxKeyLength;
}

function readStorage(request: Request, words: string[]): boolean {
  const keyAccepted = readKey(request, words[1] as string);
  const flags = integer(words[2] as string);
  const exptime = integer(words[3] as string);
  const length = integer(words[4] as string);
  if (Number.isNaN(flags) || Number.isNaN(exptime) || Number.isNaN(length)) return false;
  request.flags = flags;
  request.exptime = exptime;
  if (length >= 0) request.bytes = length;
  if (flags < 0 || flags > 0xffffffff || length < 0 || length > maxValueLength) return false;
  if (!keyAccepted) {
    request.doubtfulBlock = length + 2;
    return false;
  }
  request.valueLength = length;
  return true;
}

function readCompareAndSwap(request: Request, words: string[]): boolean {
  readKey(request, words[1] as string);
  request.cas = unsigned(words[5] as string);
  return request.cas !== undefined && readStorage(request, words);
}

function readRetrieval(request: Request, words: string[]): boolean {
  request.keys = words.slice(1);
  return keysFit(request.keys);
}

function readTouchingRetrieval(request: Request, words: string[]): boolean {
  const exptime = integer(words[1] as string);
  request.keys = words.slice(2);
  if (Number.isNaN(exptime)) return false;
  request.exptime = exptime;
  return keysFit(request.keys);
}

function keysFit(keys: readonly string[]): boolean {
  for (const key of keys) if (key.length > maxKeyLength) return false;
  return true;
}

function readDelete(request: Request, words: string[]): boolean {
  const keyAccepted = readKey(request, words[1] as string);
  // Clients of the 1.2 days send a hold time; today's server takes 0 and nothing else.
  const isHeld = words.length > (request.noreply ? 3 : 2);
  return keyAccepted && (!isHeld || words[2] === '0');
}

function readArithmetic(request: Request, words: string[]): boolean {
  const keyAccepted = readKey(request, words[1] as string);
  const delta = unsigned(words[2] as string);
  if (delta === undefined) return false;
  request.delta = delta;
  return keyAccepted;
}

function readTouch(request: Request, words: string[]): boolean {
  const keyAccepted = readKey(request, words[1] as string);
  const exptime = integer(words[2] as string);
  if (Number.isNaN(exptime)) return false;
  request.exptime = exptime;
  return keyAccepted;
}

function readFlushAll(request: Request, words: string[]): boolean {
  if (words.length === (request.noreply ? 2 : 1)) return true;
  const exptime = integer(words[1] as string);
  if (Number.isNaN(exptime)) return false;
  request.exptime = exptime;
  return true;
}
