import type { Status } from '../transaction.ts';
import { type Answer, AnswerShape } from './answer.ts';
import { AnswerForm } from './constants.ts';
import type { Request } from './request.ts';

/** What an answer means for its request. */

/** Words that mean the same for every command that is answered so. */
export const statusOfWord: ReadonlyMap<string, Status> = new Map([
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

/** Words of success that carry more than the status says. */
const informativeWord = /^(?:VERSION|RESET)(?: |$)/;

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

function missedKeys(asked: readonly string[], found: readonly string[]): string[] {
  const missed: string[] = [];
  let at = 0;
  for (const key of asked) {
    if (key === found[at]) at++;
    else missed.push(key);
  }
  return missed;
}
