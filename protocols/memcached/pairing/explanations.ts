import { isProof, isRival } from './chain.ts';
import { Column } from './column.ts';
import { Cost, unbounded } from './cost.ts';
import type { Dialect, PairedAnswer } from './dialect.ts';
import { History, lost, type Step, sentOn } from './history.ts';
import type { LookAllowance } from './look-allowance.ts';
import { type Chains, mostPlaces, nextColumn } from './next-column.ts';
import { Due, type PairedRequest } from './paired-request.ts';
import type { RequestQueue } from './request-queue.ts';
import { StepCost, silenceOf } from './step-cost.ts';
import { type Outcome, Trace, unknown } from './trace.ts';

/** A hole in the server's stream. */
interface Missing {
  /** Offset of its first byte. */
  readonly from: number;
  /** False where what follows may be the tail of an answer. */
  isBoundarySure: boolean;
}

/** What became of the requests up to a place, and of the answers that are not theirs. */
export interface Decision<A> {
  /** One for each request from the front of the queue on. */
  readonly outcomes: readonly Outcome<A>[];
  /** Answers that nobody was due, in their order. */
  readonly unasked: readonly A[];
  /** How many answers are of requests that were never captured, or nobody knows whose. */
  readonly unpaired: number;
}

/** Steps that are kept in mind at most. */
const mostHeld = 2048;

/**
 * Which of the pending requests got which of the answers that came, where there is more than one explanation. Answers
 * come in the order of their requests, and none before its request; what else is usual costs where it is not kept, see
 * `Cost`. Of the explanations that lead to the same place in the queue the cheapest is kept; of all of them those that
 * cost little more than the cheapest. Where a single place is left, all before it is decided.
 *
 * A hole in the server's stream leads to every place that lost answers of so many bytes can lead to; answers may be of
 * requests in a hole of the client's, as far as those fit into it. Neither costs anything.
 */
export class Explanations<R extends PairedRequest, A extends PairedAnswer> {
  readonly #queue: RequestQueue<R>;
  readonly #dialect: Dialect<R, A>;
  readonly #costs: StepCost<R, A>;
  readonly #history: History<A>;
  /** Undefined where no requests are missing. */
  #chains: Chains | undefined = undefined;
  /** The hole in the server's stream behind the last answer; undefined where there is none. */
  #missing: Missing | undefined = undefined;

  constructor(queue: RequestQueue<R>, dialect: Dialect<R, A>, looks: LookAllowance) {
    this.#queue = queue;
    this.#dialect = dialect;
    this.#costs = new StepCost(queue, dialect, looks);
    this.#history = new History(startAt(queue.first));
  }

  /** What is kept in mind costs, in bytes of `pendingTotalBytes`. */
  get cost(): number {
    return this.#history.cost;
  }

  /** Answers that wait to be decided. */
  get answers(): A[] {
    return this.#history.answers;
  }

  /** Steps that wait to be decided. */
  get held(): number {
    return this.#history.length;
  }

  /**
   * True where there are too many explanations to follow, or none that is good: behind a hole, a surprise means that the
   * right one is not among them.
   */
  get isHopeless(): boolean {
    return this.#costs.isTooMuch || this.held > mostHeld || (this.#now.least >= Cost.odd && !this.isWhole);
  }

  /** True where a hole in the client's stream follows the last request. */
  get hasTail(): boolean {
    return this.#costs.tailRoom >= 0;
  }

  /** The hole in the server's stream behind the last answer; undefined where there is none. */
  get missing(): Missing | undefined {
    return this.#missing;
  }

  /** True where requests are missing behind the last of the queue, and no answer that came can be theirs. */
  get isTailUnanswered(): boolean {
    return this.#costs.tailRoom > 0 && this.#missing === undefined && this.#now.usedAt(this.#queue.end) === 0;
  }

  /** True where neither requests nor answers are missing. */
  get isWhole(): boolean {
    return this.#missing === undefined && this.#costs.tailRoom < 0 && this.#queue.holes === 0 && !this.#history.hasLost;
  }

  /** True where an answer that came, or is missing, may be that of a request which waits, or of one that is missing. */
  get hasDoubts(): boolean {
    return !this.isWhole && (this.#history.hasAnswer() || this.#missing !== undefined || this.#queue.holes > 0);
  }

  /** True where nothing but the order of what was captured is left: no hole, no answer that waits. */
  get isSettled(): boolean {
    if (this.held > 0 || this.#missing !== undefined || this.#costs.tailRoom >= 0) return false;
    return this.#queue.holes === 0 && this.onlyPlace === this.#queue.first;
  }

  /** The place that is left; -1 where there are several. */
  get onlyPlace(): number {
    const { places } = this.#now;
    return places.length === 1 && this.#missing === undefined ? (places[0] as number) : -1;
  }

  /** The first place that is left. */
  get leastPlace(): number {
    return this.#now.places[0] ?? this.#queue.first;
  }

  /** The last place that is left. */
  get greatestPlace(): number {
    return this.#now.places.at(-1) ?? this.#queue.first;
  }

  /** The request is about to be added to the queue. */
  add(request: R): void {
    request.unseenBefore = this.#costs.tailRoom;
    this.#costs.tailRoom = -1;
  }

  /** A hole of so many bytes follows the last request of the queue. */
  requestsMissing(room: number): void {
    this.#costs.tailRoom = Math.min(room, unbounded);
    this.#chains ??= new Map();
  }

  /**
   * As far as is known none is missing behind the last of the queue, of a client that waits: requests that are under way
   * there all the same cost what those cost, and more where an answer names one that is known.
   */
  doubtRequests(): void {
    this.requestsMissing(unbounded);
    this.#costs.doubtfulPlace = this.#queue.end;
  }

  /** The client does not wait after all: that requests are in the hole where they were supposed costs nothing. */
  endDoubt(): void {
    const place = this.#costs.doubtfulPlace;
    if (place < 0) return;
    this.#costs.doubtfulPlace = -1;
    this.#charge((at) => (at > place ? Cost.underWay : 0));
  }

  /** A hole of unknown size lies before all requests of the queue. */
  requestsMissingFirst(): void {
    this.#costs.doubtfulPlace = -1;
    if (this.#queue.length === 0) this.#costs.tailRoom = unbounded;
    else this.#queue.missBeforeFront(unbounded);
    this.#chains ??= new Map();
  }

  /** Answers from this offset in the server's stream on were never captured. */
  answersMissing(from: number): void {
    this.#missing ??= { from, isBoundarySure: true };
  }

  /** The hole that others ended with. */
  goOnMissing(missing: Missing): void {
    this.#missing = missing;
  }

  /** The server's direction takes up again, perhaps in the middle of an answer. */
  answersFromUnsure(): void {
    if (this.#missing !== undefined) this.#missing.isBoundarySure = false;
  }

  /** The next answer; it is borrowed. Of what came with it `weigh` makes the most. */
  answer(answer: A): void {
    if (this.#missing !== undefined && !this.#passMissing(this.#missing, answer)) return;
    const from = this.#now;
    const to = new Column(from.first);
    const chains: Chains | undefined = this.#chains === undefined ? undefined : new Map();
    const named = nextColumn(this.#costs, from, to, answer, this.held, this.#chains, chains);
    if (named >= 0) to.keepOnly((place) => place === named);
    this.#chains = chains;
    this.#push(answer.copy(), to);
    this.#prune(2 * Cost.margin);
    this.#prove();
  }

  /** Drops the explanations that cost much more than the cheapest. */
  weigh(): void {
    this.#prune(Cost.margin);
  }

  /** A client that waits sends on: each explanation in which a request is still under way costs more. */
  charge(): void {
    const last = this.#costs.lastDue;
    this.#charge((place) => (place <= last ? Cost.underWay : 0));
    this.weigh();
  }

  #charge(costOf: (place: number) => number): void {
    const now = this.#now;
    const to = new Column(now.first);
    for (const place of now.places) to.keepLeast(place, now.at(place) + costOf(place), now.usedAt(place));
    this.#push(sentOn, to);
  }

  /** True where answers have named requests, of those that all have had theirs since the last hole. */
  get isNamedAtEnd(): boolean {
    return (this.#chains?.get(this.#queue.end)?.names.length ?? 0) > 0;
  }

  /**
   * True where each of the explanations leaves a request that is due an answer, also where the server's stream up to this
   * offset is full of answers that are missing.
   */
  leavesAllUnderWay(offset: number): boolean {
    const room = this.#missing === undefined ? 0 : Math.max(0, offset - this.#missing.from);
    return !this.#costs.fit(this.greatestPlace, this.#costs.lastDue, room);
  }

  /** True where the explanations leave no request that is due an answer, and none that was overlooked. */
  get leavesNothingUnderWay(): boolean {
    const last = this.#costs.lastDue;
    return this.#costs.hasNoneOverlooked && this.#now.places.every((place) => place > last);
  }

  /**
   * Nothing is under way any more: only explanations stay in which every request that is due an answer has had it, or
   * is known not to get one. False where there is none. Where that is not `isSure`, bytes are missing and no answer
   * names the last request, the others stay, too: of what they don't agree on nothing is known.
   */
  endAll(isSure = true): boolean {
    const isDecided = isSure || this.isWhole || this.isNamedAtEnd;
    if (this.#missing !== undefined) this.#loseAll();
    const now = this.#now;
    const last = this.#costs.lastDue;
    if (!now.places.some((place) => place > last)) return false;
    if (!isDecided) return true;
    now.keepOnly((place) => place > last);
    const { least } = now;
    now.keepOnly((_, cost) => cost === least);
    return true;
  }

  /** The answers to all that are left may lie in the hole. */
  #loseAll(): void {
    const to = new Column(this.#queue.end);
    to.keepLeast(this.#queue.end, this.#now.least);
    this.#push(lost, to);
    this.#missing = undefined;
  }

  /** The stream ends: what is still due costs as much as any silence, and the cheapest explanations stay. */
  endStream(): void {
    if (this.#missing !== undefined) this.#loseAll();
    let silence = 0;
    const costs = new Map<number, number>();
    for (let place = this.#queue.end - 1; place >= this.#queue.first; place--) {
      silence += silenceOf(this.#queue.at(place) as R);
      costs.set(place, silence);
    }
    this.#charge((place) => costs.get(place) ?? 0);
    const now = this.#now;
    const { least } = now;
    now.keepOnly((_, cost) => cost === least);
  }

  /** What all of the explanations that are left say of the requests before a place. */
  decide(before: number): Decision<A> {
    const { isWhole } = this;
    const trace = this.#trace();
    const outcomes: Outcome<A>[] = [];
    // An error that fits all may be that of a quiet request which otherwise stayed silent.
    const isVague = !isWhole && this.#history.hasAnswer((answer) => this.#dialect.fitsAll(answer));
    for (let place = this.#queue.first; place < before; place++) {
      const outcome = trace.outcome(place);
      const isInDoubt = isVague && outcome.isSilent && this.#queue.at(place)?.due !== Due.always;
      outcomes.push(isInDoubt ? unknown : outcome);
    }
    const unasked: A[] = [];
    let unpaired = 0;
    const kept = before === this.onlyPlace ? this.held : trace.firstKept(before);
    for (let index = 0; index < kept; index++) {
      const answer = this.#history.answerAt(index);
      if (answer === undefined || trace.paired.has(index)) continue;
      // Where something is missing nobody knows what was asked for.
      if (trace.unseen.has(index) || !isWhole) unpaired++;
      else unasked.push(answer);
    }
    this.#history.forget(kept, before);
    return { outcomes, unasked, unpaired };
  }

  /** The answers that requests got without doubt, by place. */
  preview(): (place: number) => A | undefined {
    const trace = this.#trace();
    return (place) => trace.outcome(place).answer;
  }

  #trace(): Trace<R, A> {
    return new Trace(this.#costs, this.#history, this.isWhole);
  }

  /** The queue was cut to end at this place, and a hole follows: what seemed to be answers to the rest were not. */
  cut(end: number): void {
    const column = new Column(this.#now.first);
    for (const place of this.#now.places) column.keepLeast(Math.min(place, end), this.#now.at(place));
    this.#history.restart(column);
    if (this.#chains !== undefined) this.#chains = new Map();
    this.requestsMissing(unbounded);
  }

  get #now(): Column {
    return this.#history.now;
  }

  /** Leads on from the hole in the server's stream. False where the answer behind it is not to be relied on. */
  #passMissing(missing: Missing, answer: A): boolean {
    if (!missing.isBoundarySure && this.#dialect.mayBeTail(answer)) {
      missing.isBoundarySure = true;
      return false;
    }
    const room = answer.start - missing.from;
    const from = this.#now;
    const to = new Column(from.first);
    const places = this.#dialect.reach(this.#queue, from.places, room, this.#costs.tailRoom);
    if (places.length > mostPlaces) this.#costs.isTooMuch = true;
    for (const place of places) to.keepLeast(place, leastUpTo(from, place));
    for (const place of from.places) {
      if (this.#costs.roomBefore(place) >= 0) to.keepLeast(place, from.at(place), from.usedAt(place));
    }
    this.#push(lost, to);
    this.#history.hasLost = true;
    this.#missing = undefined;
    if (this.#chains !== undefined) this.#chains = new Map();
    return true;
  }

  #push(step: Step<A>, column: Column): void {
    this.#history.push(step, column);
    if (column.places.length > mostPlaces) this.#costs.isTooMuch = true;
  }

  #prune(margin: number): void {
    const now = this.#now;
    const limit = now.least + margin;
    now.keepOnly((_, cost) => cost <= limit);
  }

  /** Where one chain of answers proves the order and no other is left, there is no other explanation. */
  #prove(): void {
    const chains = this.#chains;
    if (chains === undefined) return;
    const now = this.#now;
    const { places } = now;
    const proof = places.find((place) => isProof(chains.get(place)));
    if (proof === undefined) return;
    if (places.some((place) => place !== proof && isRival(chains.get(place)))) return;
    now.keepOnly((place) => place === proof);
  }
}

function startAt(place: number): Column {
  const column = new Column(place);
  column.keepLeast(place, 0);
  return column;
}

function leastUpTo(column: Column, place: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let at = column.first; at <= Math.min(place, column.end - 1); at++) least = Math.min(least, column.at(at));
  return least;
}
