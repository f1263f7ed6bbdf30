import { firstLineBytes } from '../../protocol.ts';
import type { Status } from '../../transaction.ts';
import { AnswerForm } from '../constants.ts';
import { type Answer, AnswerShape } from './answer.ts';
import { statusOfLine } from './answer-words.ts';
import { isOfAnother } from './meta.ts';
import type { Request } from './request.ts';
import { asksFor } from './values.ts';

/** What an answer means for its request. */

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

/** Writes the answer into its request. */
export function settle(request: Request, answer: Answer): void {
  request.answerUs = answer.startUs;
  request.answerStart = answer.start;
  request.answerPacket = answer.packet;
  request.endUs = answer.endUs;
  request.responseBytes = answer.length;
  if (answer.isBroken || isMisfit(request, answer)) {
    settleMisfit(request, answer);
    return;
  }
  switch (answer.shape) {
    case AnswerShape.values:
    case AnswerShape.end:
      if (request.retrieves) settleRetrieval(request, answer);
      else settleList(request, answer);
      return;
    case AnswerShape.lines:
      settleList(request, answer);
      return;
    case AnswerShape.meta:
      if (request.answerForm === AnswerForm.meta) settleMeta(request, answer);
      else settleList(request, answer);
      return;
    default:
      settleWord(request, answer);
  }
}

/** An error line which is the answer of this request or of another one. */
export function settlePossible(request: Request, { shape, text, start, startUs, packet }: Answer): void {
  if (shape === AnswerShape.error) request.possibleError = { text, start, timeUs: startUs, packet };
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

/**
 * Whether the answer, by its kind, key or opaque, is none to the request. A word that is only unusual is believed, and so
 * is everything that is said to a command that is not memcached's.
 */
function isMisfit(request: Request, answer: Answer): boolean {
  const { answerForm } = request;
  if (answerForm === AnswerForm.any) return false;
  switch (answer.shape) {
    case AnswerShape.error:
      return false;
    case AnswerShape.values:
      return !asksFor(request, answer);
    case AnswerShape.end:
      return answerForm !== AnswerForm.retrieval && answerForm !== AnswerForm.lines;
    case AnswerShape.lines:
      return answerForm !== AnswerForm.lines;
    case AnswerShape.number:
      return answerForm !== AnswerForm.number;
    case AnswerShape.meta:
      if (answerForm === AnswerForm.lines) return answer.text !== 'EN';
      return answerForm !== AnswerForm.meta || isOfAnother(request, answer);
    case AnswerShape.word:
      return answerForm === AnswerForm.retrieval;
  }
}

function settleMisfit(request: Request, answer: Answer): void {
  request.status = 'misfit';
  request.result = answer.line.slice(0, firstLineBytes);
  request.outcome = request.result;
  request.misnamed = misnamedIn(request, answer);
}

/** The key, or opaque, which the answer names and the request did not ask for. */
function misnamedIn(request: Request, answer: Answer): string | undefined {
  const { keys, opaque } = request;
  if (answer.shape === AnswerShape.values) return request.keysLeftOut > 0 ? undefined : strangeKey(keys, answer.keys);
  if (answer.shape !== AnswerShape.meta) return undefined;
  if (answer.opaque !== undefined && answer.opaque !== opaque) return `opaque ${answer.opaque}`;
  if (answer.key === undefined || answer.text === 'ME' || request.answerForm !== AnswerForm.meta) return undefined;
  return isOfAnother(request, answer) ? answer.key : undefined;
}

function strangeKey(asked: readonly string[], named: readonly string[]): string | undefined {
  const all = new Set(asked);
  return named.find((key) => !all.has(key));
}

function settleMeta(request: Request, answer: Answer): void {
  const code = answer.text;
  const isSuccess = code === 'HD' || code === 'VA';
  request.status = (isSuccess ? statusOfSuccess.get(request.command) : undefined) ?? statusOfMetaCode.get(code) ?? 'ok';
  request.result = code;
  request.answerFlags = answer.answerFlags;
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

function settleWord(request: Request, answer: Answer): void {
  const { shape } = answer;
  const text = shape === AnswerShape.error ? answer.text : answer.text.trimEnd();
  request.outcome = text;
  if (shape === AnswerShape.number) request.status = 'ok';
  else if (text === 'OK' && request.command === 'ms') request.status = 'stored';
  else request.status = statusOfLine(text) ?? 'error';
  if (text.toLowerCase() !== request.status || shape === AnswerShape.error) request.result = text;
}

function settleList(request: Request, answer: Answer): void {
  request.status = 'ok';
  if (answer.bytes > 0) request.bytes = answer.bytes;
  request.itemSizeMax = answer.itemSizeMax;
  request.outcome = `${answer.lines + answer.keyCount} lines`;
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
  request.found = answer.keys;
  request.foundBytes = answer.keys.length === 1 ? [answer.firstBytes] : answer.sizes;
  const areAllKept = request.keysLeftOut === 0 && answer.keysLeftOut === 0;
  if (request.status === 'partial' && areAllKept) request.missed = missedKeys(request.keys, answer.keys);
}

/** The keys that have no value, in their order; of one that is asked for twice and has one value, the second. */
function missedKeys(asked: readonly string[], found: readonly string[]): string[] {
  const missed: string[] = [];
  let at = 0;
  for (const key of asked) {
    if (key === found[at]) at++;
    else missed.push(key);
  }
  // Servers keep the order of the request: only where one did not are keys counted.
  const none = new Set(missed);
  const isInOrder = at === found.length && !found.some((key) => none.has(key));
  return isInOrder ? missed : missedInAnyOrder(asked, found);
}

function missedInAnyOrder(asked: readonly string[], found: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const key of found) left.set(key, (left.get(key) ?? 0) + 1);
  const missed: string[] = [];
  for (const key of asked) {
    const count = left.get(key) ?? 0;
    if (count === 0) missed.push(key);
    else left.set(key, count - 1);
  }
  return missed;
}
