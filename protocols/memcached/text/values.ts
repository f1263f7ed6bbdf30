import { AnswerForm } from '../constants.ts';
import type { Answer } from './answer.ts';
import type { Request } from './request.ts';

/** Which keys of a request the values of an answer are of. */

/** Whether the answer's values are all of keys that the request asks for; protocol.txt promises no order. */
export function asksFor(request: Request, answer: Answer): boolean {
  if (request.answerForm !== AnswerForm.retrieval) return false;
  return placeOfLastKey(request, answer) >= 0 || asksInAnyOrder(request, answer);
}

/**
 * Place, among the keys of the request, of the last key of an answer in the usual order: that of the request, where what
 * the server has not is left out. -1 where the answer has another order, or other keys.
 */
export function placeOfLastKey(request: Request, answer: Answer): number {
  const asked = request.keys;
  let at = 0;
  for (const key of answer.keys) {
    while (at < asked.length && asked[at] !== key) at++;
    if (at++ >= asked.length) return request.keysLeftOut > 0 ? asked.length : -1;
  }
  return at - 1;
}

function asksInAnyOrder(request: Request, answer: Answer): boolean {
  const asked = new Map<string, number>();
  for (const key of request.keys) asked.set(key, (asked.get(key) ?? 0) + 1);
  for (const key of answer.keys) {
    const left = asked.get(key) ?? 0;
    if (left === 0) return false;
    asked.set(key, left - 1);
  }
  return true;
}
