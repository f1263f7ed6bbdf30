import type { Answer } from './answer.ts';
import type { LookAllowance } from './look-allowance.ts';
import { canBeOf, forgetsAnswers, isPossible, mayGetError } from './matching.ts';
import { identifies, namesRequest } from './meta.ts';
import type { Request } from './request.ts';
import type { RequestQueue } from './request-queue.ts';

/**
 * Which request an answer is of where some of those that wait stay silent: quiet ones do where all is as it should be,
 * and the server can have forgotten the answer of others.
 */

/** Requests that an answer can be of. */
export interface Candidates {
  /** Place of the last one that was looked at; -1 where there is none. */
  readonly place: number;
  /** True where it is the only one. */
  readonly isOnly: boolean;
}

/**
 * Looks through the quiet requests from place `from` on, and the first one behind them that is not quiet, as far as the
 * order is `certain`. Undefined where that takes more looks than are allowed.
 */
export function candidatesFor(
  answer: Answer,
  pending: RequestQueue,
  from: number,
  certain: number,
  looks: LookAllowance,
): Candidates | undefined {
  let place = -1;
  let isOnly = true;
  for (let index = from; ; index++) {
    const request = index < certain ? pending.at(index) : undefined;
    // Behind the certain ones are requests that were never captured: the answer may be theirs.
    if (request === undefined) return { place, isOnly: isOnly && index !== certain };
    if (!looks.take(1)) return undefined;
    if (canBeOf(request, answer)) {
      if (identifies(request, answer)) return { place: index, isOnly: true };
      isOnly = place < 0;
      place = index;
      if (!isOnly && !namesRequest(answer)) break;
    }
    if (!request.isQuiet) break;
  }
  return { place, isOnly };
}

/** Place of the first request that is not quiet, and so owed an answer. */
export function placeOwed(pending: RequestQueue): number {
  let place = 0;
  while (pending.at(place)?.isQuiet) place++;
  return place;
}

/**
 * Place of the request whose refusal this error is, where it can't be of the one that is owed an answer: the server has
 * then forgotten that and others before. -1 where it is none such.
 */
export function placeOfForgetting(error: Answer, pending: RequestQueue, certain: number): number {
  let isForgotten = false;
  for (let place = 0; place < pending.length && place < certain; place++) {
    const request = pending.at(place) as Request;
    if (!isPossible(request, error)) return -1;
    if (isForgotten && forgetsAnswers(request, error)) return place;
    if (mayGetError(request, error)) {
      if (!isForgotten) return -1;
    } else if (!request.isQuiet) isForgotten = true;
  }
  return -1;
}
