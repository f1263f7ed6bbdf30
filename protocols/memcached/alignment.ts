import { type Answer, AnswerShape, saySame } from './answer.ts';
import { fillsExactly, mostPlaces, reachable } from './answer-length.ts';
import type { LookAllowance } from './look-allowance.ts';
import { isExpectedOf, looksAt } from './matching.ts';
import { identifies } from './meta.ts';
import { costOfAnswer } from './pending-cost.ts';
import type { Request } from './request.ts';
import { leastRequestBytes } from './request-length.ts';
import type { RequestQueue } from './request-queue.ts';

/** What an answer told of the place in the order. */
export const Finding = { open: 0, decided: 1, contradiction: 2 } as const;

export type Finding = (typeof Finding)[keyof typeof Finding];

/**
 * Answers that are kept in mind, beside as many places as `mostPlaces`; where there are more, the order is given up.
 */
const mostHeld = 2048;

/** What a place costs that is kept in mind, in bytes. */
const stateCost = 48;

/**
 * Size of a hole of which the end is not known, in bytes: no window is larger (see `sequenceWindow`). A small integer.
 */
export const unbounded = 2 ** 30 - 1;

/**
 * Answers with different keys or opaques, to requests one behind the other, that are not of others with the same keys.
 */
const tellingMatches = 8;

/** µs within which a server answers what it received before the capture began. */
const longestAnswerUs = 1e6;

/** Matches in a row that prove, without a key, that what was read as requests are requests. */
export const provingMatches = 3;

/**
 * The order of answers behind a hole, found by exclusion. Of each place in the queue of requests it is asked whether
 * the next answer can belong there, given all that came since the hole: answers come in the order of the requests, each
 * is of a kind that its request allows, none comes before its request, the lost ones fill the hole in the answers to
 * the byte, and requests that were never captured fit into their hole. Once a single place is left, the answers since
 * the hole have their requests, too.
 */
export class Alignment {
  /**
   * Where the next answer may belong. Twice the place: to the request there or one in a hole before it. That plus one:
   * some answers were of requests in that hole, and the value is how many bytes those took at least.
   */
  #states = new Map<number, number>([[0, 0]]);
  /**
   * Size of the hole behind the last request of the queue, bytes; `unbounded` while its end is not known, -1 where
   * there is none.
   */
  #tailRoom = -1;
  #held: Answer[] = [];
  #heldCost = 0;
  /** Place from which on the answers of requests that have had theirs are held for certain. */
  #sureFrom = 0;
  /** True where answers among those held may be of requests in a hole. */
  #isCrossed = false;
  /** True once an answer came since the last hole in the requests. */
  #hasHeard = false;
  /** Offset in the server's stream from which on answers are missing; -1 where none are. */
  #missingFrom = -1;
  /** Time of the first answer since requests may be missing of which not even the size is known, µs; -1 before it. */
  #boundlessSinceUs = -1;
  /** False where the next answer may be the tail of one that began in the hole. */
  #isBoundarySure = true;
  #hasTooManyPlaces = false;
  readonly #looks: LookAllowance;

  constructor(looks: LookAllowance) {
    this.#looks = looks;
  }

  /** True where requests in a hole may be owed answers, and none came since. */
  get mayOweUnseen(): boolean {
    return this.#tailRoom >= 0 && !this.#hasHeard && this.#missingFrom < 0;
  }

  get hasTail(): boolean {
    return this.#tailRoom >= 0;
  }

  /** Answers that wait for their requests to be found. */
  get held(): number {
    return this.#held.length;
  }

  /** What is kept in mind costs, in bytes of `pendingTotalBytes`. */
  get cost(): number {
    return this.#heldCost + (this.#states.size - 1) * stateCost;
  }

  /** True where there are too many possibilities to follow. */
  get isHopeless(): boolean {
    return this.#hasTooManyPlaces || this.#states.size > 2 * mostPlaces || this.#held.length > mostHeld;
  }

  /**
   * Answers from this offset in the server's stream on were never captured. Returns how many stay without a request.
   */
  answersMissing(from: number): number {
    const dropped = this.#dropHeld();
    if (this.#missingFrom < 0) this.#missingFrom = from;
    return dropped;
  }

  #dropHeld(): number {
    const dropped = this.#held.length;
    this.#held = [];
    this.#heldCost = 0;
    return dropped;
  }

  /** The server's direction takes up again, perhaps in the middle of an answer. */
  answersFromUnsure(): void {
    this.#isBoundarySure = false;
  }

  /** A hole of so many bytes follows the last request of the queue. */
  requestsMissing(room: number): void {
    this.#tailRoom = Math.min(room, unbounded);
    this.#hasHeard = false;
    this.#boundlessSinceUs = -1;
  }

  /** The request is added to the queue. */
  add(request: Request): void {
    request.unseenBefore = this.#tailRoom;
    this.#tailRoom = -1;
  }

  /** The queue was cut to this length, and a hole follows: what seemed to be answers to the rest were not. */
  cut(length: number): void {
    const states = new Map<number, number>();
    for (const [state, used] of this.#states) {
      if (state <= length * 2) states.set(state, used);
      else states.set(length * 2 + 1, 0);
    }
    this.#states = states;
    this.#tailRoom = unbounded;
    this.#boundlessSinceUs = -1;
  }

  /** The next answer. It is borrowed. */
  answer(pending: RequestQueue, answer: Answer): Finding {
    this.#hasHeard = true;
    if (this.#missingFrom >= 0 && !this.#passMissing(pending, answer)) return Finding.open;
    const states = new Map<number, number>();
    for (const [state, used] of this.#states) this.#step(pending, state, used, answer, states);
    this.#states = states;
    if (states.size === 0) return Finding.contradiction;
    this.#held.push(answer.copy());
    this.#heldCost += costOfAnswer(answer);
    this.#closeBoundlessHole(pending, answer);
    return this.#onlyPlace() > 0 ? Finding.decided : Finding.open;
  }

  /** True where the next answer is that of the request at the front. */
  get isAtFront(): boolean {
    return this.#missingFrom < 0 && this.#onlyPlace() === 0;
  }

  /** Nothing is under way: all of the queue is answered. True where that leaves no choice. */
  allAnswered(pending: RequestQueue): boolean {
    if (this.#missingFrom >= 0 || this.#held.length === 0 || this.#tailRoom >= 0) return false;
    const states: number[] = [];
    for (const state of this.#states.keys()) {
      let place = state >> 1;
      for (; pending.at(place)?.isQuiet; place++) if (!this.#looks.take(1)) return false;
      if (place >= pending.length) states.push(state);
    }
    const [only] = states;
    if (states.length !== 1 || only === undefined || (only & 1) === 1) return false;
    this.#states = new Map([[only, 0]]);
    return true;
  }

  /**
   * Where a single place is left: the held answers by the place of their requests, as far back as there is no choice.
   */
  pairs(pending: RequestQueue): Map<number, Answer> {
    const pairs = new Map<number, Answer>();
    let end = this.#onlyPlace();
    for (let held = this.#held.length - 1; held >= 0; held--) {
      const answer = this.#held[held] as Answer;
      const place = held === this.#held.length - 1 ? end - 1 : this.#lastMatch(pending, end, answer);
      if (place < 0) break;
      pairs.set(place, answer);
      end = place;
      if (hasHoleBefore(pending, place)) break;
    }
    return pairs;
  }

  /** The requests before the only place were taken from the queue, and the order is known from there on. */
  restart(): void {
    this.#states = new Map([[0, 0]]);
    this.#dropHeld();
    this.#sureFrom = 0;
    this.#isCrossed = false;
  }

  /**
   * Nothing of the order is known any more, but where the holes are. Returns how many answers stay without a request.
   */
  beginAnew(): number {
    const dropped = this.#held.length;
    this.restart();
    this.#hasTooManyPlaces = false;
    this.#boundlessSinceUs = -1;
    return dropped;
  }

  /**
   * The answer of the request at the front as far as there is no doubt about what it says, whichever of several alike
   * it is; undefined where there is. The caller takes the request from the queue then.
   */
  takeFront(): Answer | undefined {
    const found = this.#frontOfAll() ?? (this.#sureFrom > 0 ? undefined : this.#uniform());
    this.#states = new Map([...this.#states].map(([state, used]) => [state - 2, used]));
    if (this.#sureFrom > 0) this.#sureFrom--;
    return found;
  }

  /** How many requests from the front have had their answer for certain; none where quiet ones are among them. */
  passed(pending: RequestQueue): number {
    if (this.#held.length === 0) return 0;
    const [first, last] = this.#range();
    for (let index = 0; index < last; index++) if (pending.at(index)?.isQuiet) return 0;
    return first;
  }

  /** True where waiting for more answers can tell more of the front request. */
  get mayLearnOfFront(): boolean {
    if (this.#held.length < this.#range()[1]) return true;
    return this.#frontOfAll() === undefined && this.#uniform() === undefined;
  }

  /** Lets go of the answers that are of no request in the queue any more. Returns how many. */
  trim(): number {
    const spare = Math.max(0, this.#held.length - Math.max(1, this.#range()[1]));
    for (const answer of this.#held.splice(0, spare)) this.#heldCost -= costOfAnswer(answer);
    return spare;
  }

  /** One of the held answers where all say the same. */
  #uniform(): Answer | undefined {
    const [first] = this.#held;
    return first !== undefined && this.#held.every((answer) => saySame(first, answer)) ? first : undefined;
  }

  /**
   * What the front request was answered with, where no request in a hole makes the distance to the last answer
   * uncertain.
   */
  #frontOfAll(): Answer | undefined {
    let found: Answer | undefined;
    for (const state of this.#states.keys()) {
      const answer = this.#isCrossed ? undefined : this.#held[this.#held.length - (state >> 1)];
      if (answer === undefined || (found !== undefined && !saySame(found, answer))) return undefined;
      found = answer;
    }
    return found;
  }

  /** The place before which no request awaits its answer. */
  get leastPlace(): number {
    return this.#range()[0];
  }

  /** The place that is left, where no request in a hole is left besides; -1 where there are several. */
  #onlyPlace(): number {
    if (this.#states.size !== 1) return -1;
    const [state] = this.#states.keys();
    return state === undefined || (state & 1) === 1 ? -1 : state >> 1;
  }

  #range(): [number, number] {
    let first = Number.POSITIVE_INFINITY;
    let last = 0;
    for (const state of this.#states.keys()) {
      first = Math.min(first, state >> 1);
      last = Math.max(last, state >> 1);
    }
    return [first, last];
  }

  /** Adds what may follow a state where this answer comes. */
  #step(pending: RequestQueue, from: number, used: number, answer: Answer, states: Map<number, number>): void {
    let spent = used;
    for (let place = from >> 1; ; place++) {
      const room = this.#roomBefore(pending, place);
      const bytes = spent + leastRequestBytes(answer);
      if (bytes <= room) {
        keepLeast(states, place * 2 + 1, bytes);
        this.#isCrossed = true;
      }
      spent = 0;
      const request = pending.at(place);
      if (request === undefined) return;
      if (!this.#looks.take(looksAt(request, answer))) {
        this.#hasTooManyPlaces = true;
        return;
      }
      if (isExpectedOf(request, answer)) keepLeast(states, place * 2 + 2, 0);
      if (!request.isQuiet) return;
    }
  }

  /**
   * Of requests from before the capture nobody knows how many there are. They are answered no more once answers name
   * one captured request behind the other, or after so long.
   */
  #closeBoundlessHole(pending: RequestQueue, answer: Answer): void {
    const hole = [...this.#states.keys()].find((state) => (state & 1) === 1);
    if (hole === undefined || this.#roomBefore(pending, hole >> 1) !== unbounded) return;
    if (this.#boundlessSinceUs < 0) this.#boundlessSinceUs = answer.startUs;
    const isLate = answer.startUs - this.#boundlessSinceUs > longestAnswerUs;
    if (this.#states.size > 1 && (isLate || this.#namesEach(hole))) this.#states.delete(hole);
  }

  /** Whether the last answers name the requests behind the hole, if they are not of others in it. */
  #namesEach(hole: number): boolean {
    if (this.#states.size !== 2) return false;
    const matches = (this.#range()[1] * 2 - hole + 1) / 2;
    if (matches < tellingMatches) return false;
    const names = this.#held.slice(-matches).map(({ opaque, key, keys }) => opaque ?? key ?? keys[0]);
    return new Set(names.filter((name) => name !== undefined)).size >= tellingMatches;
  }

  /** Size of the hole before the request at this place, bytes; -1 where there is none. */
  #roomBefore(pending: RequestQueue, place: number): number {
    return place < pending.length ? (pending.at(place) as Request).unseenBefore : this.#tailRoom;
  }

  /** Leaves out the places that what lies in the hole can't lead to. False where the answer is not to be relied on. */
  #passMissing(pending: RequestQueue, answer: Answer): boolean {
    const room = answer.start - this.#missingFrom;
    const from = [...new Set([...this.#states.keys()].map((state) => state >> 1))];
    // NOT_STORED, cut by the hole, looks like STORED, CLIENT_ERROR like ERROR, and a number like a smaller one.
    if (!this.#isBoundarySure && this.#mayBeTail(pending, from, answer, room)) {
      this.#isBoundarySure = true;
      return false;
    }
    const places = fillsExactly(pending, from, room, this.#tailRoom) ?? reachable(pending, from, room);
    this.#hasTooManyPlaces = places.length > mostPlaces;
    const states = new Map<number, number>();
    for (const [state, used] of this.#states) if ((state & 1) === 1) states.set(state, used);
    for (const place of places) {
      states.set(place * 2, 0);
      if (this.#roomBefore(pending, place) >= 0) keepLeast(states, place * 2 + 1, 0);
    }
    this.#states = states;
    this.#sureFrom = this.#range()[1];
    this.#missingFrom = -1;
    this.#isBoundarySure = true;
    return true;
  }

  /**
   * The one request before `end` that the answer can be of, where only silence follows it; -1 where there is a choice.
   */
  #lastMatch(pending: RequestQueue, end: number, answer: Answer): number {
    let found = -1;
    for (let index = end - 1; index >= 0; index--) {
      const request = pending.at(index) as Request;
      if (!this.#looks.take(looksAt(request, answer))) return -1;
      if (isExpectedOf(request, answer)) {
        if (found >= 0) return -1;
        found = index;
        if (identifies(request, answer)) break;
      }
      if (!request.isQuiet || hasHoleBefore(pending, index)) break;
    }
    return found;
  }

  #mayBeTail(pending: RequestQueue, from: readonly number[], answer: Answer, room: number): boolean {
    if (answer.shape === AnswerShape.number) return true;
    if (answer.text !== 'STORED') return answer.shape === AnswerShape.meta || answer.text.startsWith('ERROR');
    const places = fillsExactly(pending, from, room - 'NOT_'.length, this.#tailRoom);
    return places === undefined || places.length > 0;
  }
}

function keepLeast(states: Map<number, number>, state: number, used: number): void {
  const known = states.get(state);
  if (known === undefined || known > used) states.set(state, used);
}

function hasHoleBefore(pending: RequestQueue, place: number): boolean {
  return (pending.at(place)?.unseenBefore ?? -1) >= 0;
}

/** Whether pairs prove that their requests were requests, and no bytes of a value that look like some. */
export function proveRequests(pairs: ReadonlyMap<number, Answer>, pending: RequestQueue): boolean {
  if (pairs.size >= provingMatches) return true;
  for (const [place, answer] of pairs) {
    const request = pending.at(place);
    if (answer.keys.length > 0 || (request !== undefined && identifies(request, answer))) return true;
  }
  return false;
}
