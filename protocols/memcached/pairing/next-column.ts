import { Chain } from './chain.ts';
import type { Column } from './column.ts';
import { Cost } from './cost.ts';
import { Naming, type PairedAnswer } from './dialect.ts';
import { Due, type PairedRequest } from './paired-request.ts';
import { isPossible, type StepCost, silenceOf } from './step-cost.ts';

/** Places that are kept in mind at most. */
export const mostPlaces = 1024;

/** Answers in a row that fit, by the place that they lead to. */
export type Chains = Map<number, Chain>;

/**
 * Where one more answer leads to from the explanations of those before it: it is that of a request, or of one in a
 * hole, or nobody's. Fills `to`, and `chains`, if there are any; `chainsBefore`: those of the answer before. Returns the
 * place behind a request that the answer names beyond doubt, or -1. `answersBefore`: steps before this one.
 */
export function nextColumn<R extends PairedRequest, A extends PairedAnswer>(
  costs: StepCost<R, A>,
  from: Column,
  to: Column,
  answer: A,
  answersBefore: number,
  chainsBefore: Chains | undefined,
  chains: Chains | undefined,
): number {
  const { queue, dialect } = costs;
  const named = costs.namesAny(answer) ? Cost.odd : 0;
  let carry = Number.POSITIVE_INFINITY;
  let dropped = Number.POSITIVE_INFINITY;
  /** How far the client had received the server's stream when it sent those that may have been dropped. */
  let heard = Number.NaN;
  let origin = from.first;
  for (let place = Math.max(from.first, queue.first); place <= queue.end; place++) {
    const here = from.at(place);
    if (here <= carry) {
      carry = here;
      origin = place;
    }
    dropped = Math.min(dropped, here);
    stand(costs, place, carry, from, to, answer, answersBefore, named);
    const request = queue.at(place);
    if (request === undefined || !isPossible(request, answer)) {
      if (place >= from.end) break;
      carry = Number.POSITIVE_INFINITY;
      dropped = Number.POSITIVE_INFINITY;
      continue;
    }
    // What the server drops it had not sent: of a client that has heard something since, that is as rare as silence.
    if (request.acknowledged !== heard) {
      heard = request.acknowledged;
      dropped = carry;
    }
    if (!costs.look(dialect.looks(request, answer))) break;
    if (to.end - to.first > mostPlaces) {
      costs.isTooMuch = true;
      break;
    }
    const misfit = dialect.misfit(request, answer);
    const silence = dialect.dropsEarlier(request, answer) ? Math.min(carry, dropped) : carry;
    const isKept = to.keepLeast(place + 1, silence + misfit);
    if (chains !== undefined && isKept && misfit === 0) {
      const naming = dialect.naming(request, answer);
      if (naming === Naming.unique) return place + 1;
      const name = naming === Naming.none ? '' : dialect.nameOf(answer);
      // What lies before a hole says nothing of how many requests are in it.
      const before = request.unseenBefore >= 0 ? undefined : chainsBefore?.get(origin);
      chains.set(place + 1, Chain.after(before, name));
    }
    carry += silenceOf(request);
    dropped += request.due === Due.always ? Cost.dropped : 0;
    if (place >= from.end && Math.min(carry, dropped) > to.least + Cost.margin) break;
  }
  return -1;
}

/** The answer is of a request in the hole before a place, as far as it fits in there, or nobody's. */
function stand<R extends PairedRequest, A extends PairedAnswer>(
  costs: StepCost<R, A>,
  place: number,
  carry: number,
  from: Column,
  to: Column,
  answer: A,
  answersBefore: number,
  named: number,
): void {
  const here = from.at(place);
  const room = costs.roomBefore(place);
  if (room >= 0) {
    const usedBefore = here === carry ? from.usedAt(place) : 0;
    const used = usedBefore + costs.dialect.leastRequestBytes(answer);
    if (used <= room) {
      to.keepLeast(place, carry + costs.unseenAt(place, usedBefore, named), used);
      return;
    }
  }
  to.keepLeast(place, here + costs.unaskedAt(place, answer, answersBefore) + named);
}
