import type { Status } from '../transaction.ts';
import { type Answer, AnswerShape } from './answer.ts';
import { AnswerForm } from './constants.ts';
import { fitsMeta } from './meta.ts';
import type { Request } from './request.ts';

/** What an answer means for its request. */

const statusOfWord: ReadonlyMap<string, Status> = new Map([
  ['STORED', 'stored'],
  ['NOT_STORED', 'not_stored'],
  ['EXISTS', 'exists'],
  ['NOT_FOUND', 'not_found'],
  ['DELETED', 'deleted'],
  ['TOUCHED', 'touched'],
  ['OK', 'ok'],
]);

const statusOfMetaCode: ReadonlyMap<string, Status> = new Map([
  ['VA', 'ok'],
  ['HD', 'ok'],
  ['EN', 'miss'],
  ['NF', 'not_found'],
  ['NS', 'not_stored'],
  ['EX', 'exists'],
  ['MN', 'ok'],
  ['ME', 'hit'],
]);

/** What `HD` and `VA` mean for the commands for which they mean more than success. */
const statusOfSuccess: ReadonlyMap<string, Status> = new Map([
  ['mg', 'hit'],
  ['ms', 'stored'],
  ['md', 'deleted'],
]);

/** What the server says of lines that it can't read, whatever they ask for. */
const badFormat = 'CLIENT_ERROR bad command line format';
const formErrors: ReadonlySet<string> = new Set(['ERROR', badFormat]);

/** Words of success that carry more than the status says. */
const informativeWord = /^(?:VERSION|RESET)(?: |$)/;

/** Whether the first line of an answer names the request: by a key that it asks for, or by its opaque. */
export function isNamed(request: Request, line: string): boolean {
  if (request.answerForm === AnswerForm.retrieval) {
    return line.startsWith('VALUE ') && request.keys.includes(line.split(' ', 2)[1] as string);
  }
  if (request.answerForm !== AnswerForm.meta || request.opaque === undefined) return false;
  return /^(?:VA \d+|HD|EN|NF|NS|EX) /.test(line) && line.split(' ').includes(`O${request.opaque}`);
}

/**
 * An answer can't have been sent before its request arrived, nor lie in what the client had received when it sent
 * the request.
 */
export function isPossible(request: Request, answer: Answer): boolean {
  return answer.start >= request.acknowledged && (answer.acknowledged < 0 || answer.acknowledged >= request.lineEnd);
}

/** True where the answer's shape, and its keys, are such that it may answer the request. */
export function fits(request: Request, answer: Answer): boolean {
  switch (answer.shape) {
    case AnswerShape.error:
      return true;
    case AnswerShape.values:
      return findsInOrder(request, answer);
    case AnswerShape.end:
      return request.answerForm === AnswerForm.retrieval || request.answerForm === AnswerForm.lines;
    case AnswerShape.lines:
      return request.answerForm === AnswerForm.lines;
    case AnswerShape.meta:
      // `EN` alone is also the end of an empty mgdump.
      return fitsMeta(request, answer) || (request.answerForm === AnswerForm.lines && answer.text === 'EN');
    case AnswerShape.number:
      return request.answerForm === AnswerForm.number;
    case AnswerShape.word:
      return fitsWord(request, answer.text);
  }
}

function fitsWord(request: Request, text: string): boolean {
  // The words that could be its answer are what it keeps silent about.
  if (request.isQuiet) return false;
  switch (request.answerForm) {
    case AnswerForm.number:
      return text === 'NOT_FOUND';
    case AnswerForm.meta:
      // Before 1.6.0 the code for success was OK.
      return text === 'OK' && request.command !== 'mn';
    case AnswerForm.word:
    case AnswerForm.lines:
    case AnswerForm.closing:
      if (request.words !== undefined) return request.words.includes(text);
      return text === 'OK' || !statusOfWord.has(text);
    default:
      return false;
  }
}

/**
 * Whether an error can be about a request that the server does not refuse for its form. Of a run of quiet requests it
 * is then the refused one that got it.
 */
export function mayGetError(request: Request, answer: Answer): boolean {
  if (answer.shape !== AnswerShape.error) return true;
  // No other command is answered so (`tls.c`).
  if (answer.text.startsWith('Error ')) return request.command === 'refresh_certs';
  if (request.refused || !formErrors.has(answer.text)) return true;
  // Some versions refuse it.
  if (request.doubtfulBlock > 0) return true;
  return !isReadAsByServer(request);
}

/** True where all that the server looks at in a line is looked at here, too. */
function isReadAsByServer({ answerForm, words }: Request): boolean {
  if (answerForm === AnswerForm.word) return words !== undefined;
  return answerForm === AnswerForm.retrieval || answerForm === AnswerForm.number || answerForm === AnswerForm.meta;
}

/**
 * Whether a retrieval is refused for the length of a key. The server then forgets the answers that it has not sent yet
 * (`process_get_command` in `proto_text.c`).
 */
export function forgetsAnswers(request: Request, answer: Answer): boolean {
  return request.refused && request.retrieves && request.protocol === 'text' && answer.text === badFormat;
}

/** Writes the answer into its request. */
export function settle(request: Request, answer: Answer): void {
  request.answerUs = answer.startUs;
  request.endUs = answer.endUs;
  request.responseBytes = answer.length;
  switch (answer.shape) {
    case AnswerShape.values:
    case AnswerShape.end:
      if (request.retrieves) settleRetrieval(request, answer);
      else settleList(request, answer);
      return;
    case AnswerShape.lines:
      settleList(request, answer);
      return;
    case AnswerShape.number:
      request.status = 'ok';
      request.result = answer.text;
      request.outcome = answer.text;
      return;
    case AnswerShape.error:
      request.status = statusOfError(answer.text);
      request.result = answer.text;
      request.outcome = answer.text;
      return;
    case AnswerShape.word:
      if (request.answerForm === AnswerForm.meta) settleMeta(request, answer);
      else settleWord(request, answer.text);
      return;
    case AnswerShape.meta:
      if (request.answerForm === AnswerForm.meta) settleMeta(request, answer);
      else settleList(request, answer);
  }
}

/** Silence is the answer of a quiet request: a retrieval missed, anything else did as it was told. */
export function settleSilence(request: Request): void {
  if (!request.retrieves) {
    request.status = 'no_reply';
    return;
  }
  request.status = 'miss';
  request.misses = request.keyCount;
  request.bytes = 0;
}

function settleMeta(request: Request, answer: Answer): void {
  const code = answer.text;
  const isSuccess = code === 'HD' || code === 'VA' || code === 'OK';
  request.status = (isSuccess ? statusOfSuccess.get(request.command) : undefined) ?? statusOfMetaCode.get(code) ?? 'ok';
  request.result = code;
  if (answer.flags !== undefined) request.flags = answer.flags;
  if (answer.cas !== undefined) request.cas = answer.cas;
  if (answer.won) request.setExtra('won', true);
  if (answer.stale) request.setExtra('stale', true);
  if (answer.alreadyWon) request.setExtra('alreadyWon', true);
  if (request.retrieves && (request.status === 'hit' || request.status === 'miss')) {
    const isHit = request.status === 'hit';
    request.hits = isHit ? 1 : 0;
    request.misses = isHit ? 0 : 1;
    request.bytes = answer.bytes;
    request.value = answer.value;
    request.valueTruncated = answer.valueTruncated;
  } else request.outcome = (request.command === 'ma' ? answer.number : undefined) ?? code;
}

function settleWord(request: Request, text: string): void {
  const status = statusOfWord.get(text);
  request.outcome = text;
  request.status = status ?? (informativeWord.test(text) ? 'ok' : 'error');
  if (status === undefined) request.result = text;
}

function settleList(request: Request, answer: Answer): void {
  request.status = 'ok';
  request.outcome = `${answer.lines} lines`;
  request.result = request.outcome;
}

function settleRetrieval(request: Request, answer: Answer): void {
  const hits = answer.keyCount;
  const asked = request.keyCount;
  request.hits = hits;
  request.misses = asked - hits;
  request.bytes = answer.bytes;
  request.value = answer.value;
  request.valueTruncated = answer.valueTruncated;
  request.status = hits === 0 ? 'miss' : hits === asked ? 'hit' : 'partial';
  if (asked === 1) {
    request.flags = answer.flags;
    request.cas = answer.cas;
    return;
  }
  const areAllKept = request.keysLeftOut === 0 && answer.keysLeftOut === 0;
  if (request.status === 'partial' && areAllKept) request.missed = missedKeys(request.keys, answer.keys);
}

function statusOfError(text: string): Status {
  if (text.startsWith('CLIENT_ERROR')) return 'client_error';
  return text.startsWith('SERVER_ERROR') ? 'server_error' : 'error';
}

/**
 * True where the answer's values are of the request's keys: the server answers in the order of the request and leaves
 * out what it has not.
 */
export function findsInOrder(request: Request, answer: Answer): boolean {
  if (request.answerForm !== AnswerForm.retrieval) return false;
  const asked = request.keys;
  let at = 0;
  for (const key of answer.keys) {
    while (at < asked.length && asked[at] !== key) at++;
    if (at++ >= asked.length) return request.keysLeftOut > 0;
  }
  return true;
}

function missedKeys(asked: readonly string[], found: readonly string[]): string[] {
  const missed: string[] = [];
  let at = 0;
  for (const key of asked) {
    if (key === found[at]) at++;
    else missed.push(key);
  }
  return missed;
}
