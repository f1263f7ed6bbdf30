import { Cost } from './cost.ts';
import { Naming, type PairedAnswer } from './dialect.ts';
import { type History, lost, sentOn } from './history.ts';
import { Due, type PairedRequest } from './paired-request.ts';
import { isPossible, type StepCost, silenceOf } from './step-cost.ts';

/** What all of the cheapest explanations together say of one request. */
export interface Outcome<A> {
  /** The answers that it got in some of them; all of these say the same. Undefined where they don't, or it got none. */
  readonly answer: A | undefined;
  /** True where that is one answer, so that its time is known. */
  readonly isOne: boolean;
  /** True where it got no answer in any of them, and none can lie in a hole. */
  readonly isSilent: boolean;
  /** The answer that it got in some of them, where it got none in the others and nothing is missing. */
  readonly perhaps?: A;
}

/** Nobody knows which answer a request got. */
export const unknown: Outcome<never> = { answer: undefined, isOne: false, isSilent: false };
const silent: Outcome<never> = { answer: undefined, isOne: false, isSilent: true };

/** What becomes of a request in the explanations. */
class Fate {
  readonly answers: number[] = [];
  isSilent = false;
  isLost = false;
}

/** The explanations that are left, followed back from where they lead to to where all began. */
export class Trace<R extends PairedRequest, A extends PairedAnswer> {
  /** Steps whose answer is that of a request in some explanation, or of one that was never captured. */
  readonly paired = new Set<number>();
  readonly unseen = new Set<number>();
  readonly #costs: StepCost<R, A>;
  readonly #history: History<A>;
  readonly #isWhole: boolean;
  readonly #fates = new Map<number, Fate>();
  /** The places that explanations which are left have before each step, and behind the last. */
  readonly #places: ReadonlySet<number>[];

  /** `isWhole`: neither requests nor answers are missing. */
  constructor(costs: StepCost<R, A>, history: History<A>, isWhole: boolean) {
    this.#costs = costs;
    this.#history = history;
    this.#isWhole = isWhole;
    let targets = new Set(history.now.places);
    this.#places = [targets];
    for (let index = history.length - 1; index >= 0; index--) {
      const before = new Set<number>();
      for (const target of targets) this.#follow(index, target, before);
      targets = before;
      this.#places.unshift(targets);
    }
    // Where explanations began at several places, those between them are lost to some.
    const { first: front } = costs.queue;
    const last = Math.max(front, ...targets);
    for (const first of targets) {
      for (let place = front; place < Math.min(first, last); place++) this.#fate(place).isLost = true;
    }
  }

  /** What the explanations say of the request at a place. */
  outcome(place: number): Outcome<A> {
    const fate = this.#fates.get(place);
    if (fate === undefined || this.#costs.isTooMuch) return unknown;
    const [first, ...others] = fate.answers;
    if (fate.isLost) return unknown;
    if (first === undefined) return silent;
    const answer = this.#history.answerAt(first) as A;
    if (fate.isSilent) return this.#isWhole && others.length === 0 ? { ...unknown, perhaps: answer } : unknown;
    // What does not fit, or fits all, is as likely the answer of a request that was never captured.
    const { dialect, queue } = this.#costs;
    const isItsOwn = !dialect.fitsAll(answer) && dialect.misfit(queue.at(place) as R, answer) === 0;
    if (!isItsOwn && !this.#isWhole) return unknown;
    const areSame = others.every((other) => dialect.saySame(answer, this.#history.answerAt(other) as A));
    return areSame ? { answer, isOne: others.length === 0, isSilent: false } : unknown;
  }

  /** The first step of which nothing concerns a request before this place. */
  firstKept(before: number): number {
    let kept = 0;
    while (kept < this.#history.length && [...(this.#places[kept] ?? [])].some((place) => place < before)) kept++;
    return kept;
  }

  #fate(place: number): Fate {
    let fate = this.#fates.get(place);
    if (fate === undefined) {
      fate = new Fate();
      this.#fates.set(place, fate);
    }
    return fate;
  }

  /** From where the place behind a step was reached. */
  #follow(index: number, target: number, before: Set<number>): void {
    const step = this.#history.step(index);
    if (step === sentOn) before.add(target);
    else if (step === lost) this.#followLost(index, target, before);
    else this.#followAnswer(index, target, step, before);
  }

  #followLost(index: number, target: number, before: Set<number>): void {
    const from = this.#history.before(index);
    const cost = this.#history.behind(index).at(target);
    for (const place of from.places) {
      if (place > target || from.at(place) !== cost) continue;
      before.add(place);
      for (let passed = place; passed < target; passed++) this.#fate(passed).isLost = true;
    }
  }

  #followAnswer(index: number, target: number, answer: A, before: Set<number>): void {
    const { queue, dialect } = this.#costs;
    const from = this.#history.before(index);
    const request = target > from.first ? queue.at(target - 1) : undefined;
    const isItsOwn = request !== undefined && isPossible(request, answer);
    const misfit = isItsOwn ? dialect.misfit(request, answer) : Cost.odd;
    const isNamed = isItsOwn && misfit === 0 && dialect.naming(request, answer) === Naming.unique;
    if (!isNamed) this.#followStanding(index, target, answer, before);
    if (!isItsOwn) return;
    const cost = this.#history.behind(index).at(target);
    const mayDrop = dialect.dropsEarlier(request, answer);
    let carry = 0;
    let dropped = 0;
    for (let place = target - 1; place >= from.first; place--) {
      const silence = mayDrop ? Math.min(carry, dropped) : carry;
      if (silence + misfit > cost) break;
      if (from.at(place) + silence + misfit === cost) {
        before.add(place);
        this.#pair(target - 1, index);
        // Of a quiet one nobody knows whether it had an answer that was dropped.
        const isDropped = silence < carry;
        for (let passed = place; passed < target - 1; passed++) {
          const { due, acknowledged } = queue.at(passed) as R;
          if (isDropped && due !== Due.always && acknowledged === request.acknowledged)
            this.#fate(passed).isLost = true;
          else this.#fate(passed).isSilent = true;
        }
      }
      const earlier = queue.at(place - 1);
      if (earlier === undefined || !this.#costs.look(1)) break;
      carry += silenceOf(earlier);
      if (earlier.acknowledged !== request.acknowledged) dropped += silenceOf(earlier);
      else dropped += earlier.due === Due.always ? Cost.dropped : 0;
    }
  }

  /** The answer is of a request in a hole, or nobody's. */
  #followStanding(index: number, target: number, answer: A, before: Set<number>): void {
    const costs = this.#costs;
    const from = this.#history.before(index);
    const cost = this.#history.behind(index).at(target);
    const named = costs.namesAny(answer) ? Cost.odd : 0;
    if (from.at(target) + costs.unaskedAt(target, answer, index) + named === cost) before.add(target);
    if (costs.roomBefore(target) < 0) return;
    let silence = 0;
    for (let place = target; place >= from.first && silence <= cost; place--) {
      const unseen = costs.unseenAt(target, place === target ? from.usedAt(place) : 0, named);
      if (from.at(place) + silence + unseen === cost) {
        before.add(place);
        this.unseen.add(index);
        // Of a quiet one nobody knows whether the answer is its own, where a request that was not captured explains it.
        for (let passed = place; passed < target; passed++) {
          if (costs.queue.at(passed)?.due === Due.always) this.#fate(passed).isSilent = true;
          else this.#fate(passed).isLost = true;
        }
      }
      const earlier = costs.queue.at(place - 1);
      if (earlier === undefined || !costs.look(1)) break;
      silence += silenceOf(earlier);
    }
  }

  #pair(place: number, step: number): void {
    const { answers } = this.#fate(place);
    if (!answers.includes(step)) answers.push(step);
    this.paired.add(step);
  }
}
