import { Chain, isProof, isRival } from './chain.ts';
import { Column } from './column.ts';
import { Cost, unaskedCost, unbounded } from './cost.ts';
import { type Dialect, Naming, type PairedAnswer } from './dialect.ts';
import type { LookAllowance } from './look-allowance.ts';
import { Due, type PairedRequest } from './paired-request.ts';
import type { RequestQueue } from './request-queue.ts';

/** What happened: an answer came, some were lost in a hole of the server's stream, or the client sent on. */
type Step<A> = A | typeof lost | typeof sentOn;

const lost = 'lost';
const sentOn = 'sentOn';

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

/** A hole in the server's stream. */
interface Missing {
  /** Offset of its first byte. */
  readonly from: number;
  /** False where what follows may be the tail of an answer. */
  readonly isBoundarySure: boolean;
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

/** Answers that are kept in mind at most, and places. */
const mostHeld = 2048;
const mostPlaces = 1024;

/** What an explanation costs that is kept in mind, in bytes of `pendingTotalBytes`. */
const placeCost = 16;

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
  readonly #looks: LookAllowance;
  #steps: Step<A>[] = [];
  /** One before each step, and the present one behind the last. */
  #columns: Column[];
  /** The answers in a row that fit, by the place that they lead to; undefined where no requests are missing. */
  #chains: Map<number, Chain> | undefined = undefined;
  /** Size of the hole behind the last request of the queue, bytes; -1 where there is none. */
  #tailRoom = -1;
  /** Place of the hole in which requests are but supposed, see `doubtRequests`; -1 where there is none. */
  #doubtfulPlace = -1;
  /** Offset in the server's stream from which on answers are missing; -1 where none are. */
  #missingFrom = -1;
  /** False where the next answer may be the tail of one that began in a hole. */
  #isBoundarySure = true;
  /** True where answers were lost among the steps. */
  #hasLost = false;
  #answersCost = 0;
  #placesCost = 0;
  #isHopeless = false;

  constructor(queue: RequestQueue<R>, dialect: Dialect<R, A>, looks: LookAllowance) {
    this.#queue = queue;
    this.#dialect = dialect;
    this.#looks = looks;
    this.#columns = [startAt(queue.first)];
  }

  /** What is kept in mind costs, in bytes of `pendingTotalBytes`. */
  get cost(): number {
    return this.#answersCost + this.#placesCost;
  }

  /** Answers that wait to be decided. */
  get answers(): A[] {
    return this.#steps.flatMap((_, index) => this.#answerOf(index) ?? []);
  }

  /** Steps that wait to be decided. */
  get held(): number {
    return this.#steps.length;
  }

  /**
   * True where there are too many explanations to follow, or none that is good: behind a hole, a surprise means that the
   * right one is not among them.
   */
  get isHopeless(): boolean {
    return this.#isHopeless || this.#steps.length > mostHeld || (this.#now.least >= Cost.odd && !this.isWhole);
  }

  /** True where a hole in the client's stream follows the last request. */
  get hasTail(): boolean {
    return this.#tailRoom >= 0;
  }

  /** The hole in the server's stream behind the last answer; undefined where there is none. */
  get missing(): Missing | undefined {
    return this.#missingFrom < 0 ? undefined : { from: this.#missingFrom, isBoundarySure: this.#isBoundarySure };
  }

  /** True where requests are missing behind the last of the queue, and no answer that came can be theirs. */
  get isTailUnanswered(): boolean {
    return this.#tailRoom > 0 && this.#missingFrom < 0 && this.#now.usedAt(this.#queue.end) === 0;
  }

  /** True where neither requests nor answers are missing. */
  get isWhole(): boolean {
    return this.#missingFrom < 0 && this.#tailRoom < 0 && this.#queue.holes === 0 && !this.#hasLost;
  }

  /** True where an answer that came, or is missing, may be that of a request which waits, or of one that is missing. */
  get hasDoubts(): boolean {
    return !this.isWhole && (this.held > 0 || this.#missingFrom >= 0 || this.#queue.holes > 0);
  }

  /** True where nothing but the order of what was captured is left: no hole, no answer that waits. */
  get isSettled(): boolean {
    if (this.#steps.length > 0 || this.#missingFrom >= 0 || this.#tailRoom >= 0) return false;
    return this.#queue.holes === 0 && this.onlyPlace === this.#queue.first;
  }

  /** The place that is left; -1 where there are several. */
  get onlyPlace(): number {
    const { places } = this.#now;
    return places.length === 1 && this.#missingFrom < 0 ? (places[0] as number) : -1;
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
    request.unseenBefore = this.#tailRoom;
    this.#tailRoom = -1;
  }

  /** A hole of so many bytes follows the last request of the queue. */
  requestsMissing(room: number): void {
    this.#tailRoom = Math.min(room, unbounded);
    this.#chains ??= new Map();
  }

  /**
   * As far as is known none is missing behind the last of the queue, of a client that waits: requests that are under way
   * there all the same cost what those cost, and more where an answer names one that is known.
   */
  doubtRequests(): void {
    this.requestsMissing(unbounded);
    this.#doubtfulPlace = this.#queue.end;
  }

  /** The client does not wait after all: that requests are in the hole where they were supposed costs nothing. */
  endDoubt(): void {
    const place = this.#doubtfulPlace;
    if (place < 0) return;
    this.#doubtfulPlace = -1;
    this.#charge((at) => (at > place ? Cost.underWay : 0));
  }

  /** A hole of unknown size lies before all requests of the queue. */
  requestsMissingFirst(): void {
    this.#doubtfulPlace = -1;
    if (this.#queue.length === 0) this.#tailRoom = unbounded;
    else this.#queue.missBeforeFront(unbounded);
    this.#chains ??= new Map();
  }

  /** Answers from this offset in the server's stream on were never captured. */
  answersMissing(from: number): void {
    if (this.#missingFrom < 0) this.#missingFrom = from;
  }

  /** The hole that others ended with. */
  goOnMissing({ from, isBoundarySure }: Missing): void {
    this.#missingFrom = from;
    this.#isBoundarySure = isBoundarySure;
  }

  /** The server's direction takes up again, perhaps in the middle of an answer. */
  answersFromUnsure(): void {
    this.#isBoundarySure = false;
  }

  /** The next answer; it is borrowed. */
  answer(answer: A): void {
    if (this.#missingFrom >= 0 && !this.#passMissing(answer)) return;
    const from = this.#now;
    const to = new Column(from.first);
    const chains = this.#chains === undefined ? undefined : new Map<number, Chain>();
    const named = this.#step(from, to, answer, chains);
    if (named >= 0) to.keepOnly((place) => place === named);
    this.#chains = chains;
    this.#answersCost += answer.cost;
    this.#push(answer.copy(), to);
    this.#prune();
    this.#prove();
  }

  /** A client that waits sends on: each explanation in which a request is still under way costs more. */
  charge(): void {
    const last = this.#lastDue();
    this.#charge((place) => (place <= last ? Cost.underWay : 0));
    this.#prune();
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

  /** True where each of the explanations leaves a request that is due an answer, and nothing of the server's is missing. */
  get leavesAllUnderWay(): boolean {
    const last = this.#lastDue();
    return this.#missingFrom < 0 && this.#now.places.every((place) => place <= last);
  }

  /** True where the explanations leave no request that is due an answer, and none that was overlooked. */
  get leavesNothingUnderWay(): boolean {
    const last = this.#lastDue();
    for (let place = this.#queue.first; place < this.#queue.end; place++) {
      if (!this.#looks.take(1) || this.#queue.at(place)?.isOverlooked) return false;
    }
    return this.#now.places.every((place) => place > last);
  }

  /** False where each of the explanations leaves a request that is due an answer, and no answer is missing. */
  get mayBeOver(): boolean {
    const last = this.#lastDue();
    return this.#missingFrom >= 0 || this.#now.places.some((place) => place > last);
  }

  /**
   * Nothing is under way any more: only explanations stay in which every request that is due an answer has had it, or
   * is known not to get one. False where there is none.
   */
  endAll(): boolean {
    if (this.#missingFrom >= 0) this.#loseAll();
    const now = this.#now;
    const last = this.#lastDue();
    if (!now.places.some((place) => place > last)) return false;
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
    this.#missingFrom = -1;
  }

  /** The stream ends: what is still due costs as much as any silence, and the cheapest explanations stay. */
  endStream(): void {
    if (this.#missingFrom >= 0) this.#loseAll();
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
    const { queue, good, fates } = this.#trace();
    const { isWhole } = this;
    const outcomes: Outcome<A>[] = [];
    // An error that fits all may be that of a quiet request which otherwise stayed silent.
    const isVague = !isWhole && this.#steps.some((_, index) => this.#mayFitAll(index));
    for (let place = queue; place < before; place++) {
      const outcome = this.#outcome(fates.of(place), place);
      const isInDoubt = isVague && outcome.isSilent && this.#queue.at(place)?.due !== Due.always;
      outcomes.push(isInDoubt ? unknown : outcome);
    }
    const unasked: A[] = [];
    let unpaired = 0;
    const kept = before === this.onlyPlace ? this.#steps.length : this.#firstKept(good, before);
    for (let index = 0; index < kept; index++) {
      const answer = this.#answerOf(index);
      if (answer === undefined || fates.paired.has(index)) continue;
      // Where something is missing nobody knows what was asked for.
      if (fates.unseen.has(index) || !isWhole) unpaired++;
      else unasked.push(answer);
    }
    this.#forget(kept, before);
    return { outcomes, unasked, unpaired };
  }

  #mayFitAll(index: number): boolean {
    const answer = this.#answerOf(index);
    return answer !== undefined && this.#dialect.fitsAll(answer);
  }

  /** The answers that requests got without doubt, by place. */
  preview(): (place: number) => A | undefined {
    const { fates } = this.#trace();
    return (place) => this.#outcome(fates.of(place), place).answer;
  }

  /** The queue was cut to end at this place, and a hole follows: what seemed to be answers to the rest were not. */
  cut(end: number): void {
    const column = new Column(this.#now.first);
    for (const place of this.#now.places) column.keepLeast(Math.min(place, end), this.#now.at(place));
    this.#steps = [];
    this.#columns = [column];
    this.#answersCost = 0;
    if (this.#chains !== undefined) this.#chains = new Map();
    this.requestsMissing(unbounded);
  }

  #answerOf(index: number): A | undefined {
    const step = this.#steps[index];
    return step === lost || step === sentOn ? undefined : step;
  }

  get #now(): Column {
    return this.#columns[this.#columns.length - 1] as Column;
  }

  /**
   * The answer is that of a request, or of one in a hole, or nobody's. Returns the place behind a request that it names
   * beyond doubt, or -1.
   */
  #step(from: Column, to: Column, answer: A, chains: Map<number, Chain> | undefined): number {
    const named = this.#namesAny(answer) ? Cost.odd : 0;
    let carry = Number.POSITIVE_INFINITY;
    let dropped = Number.POSITIVE_INFINITY;
    let origin = from.first;
    for (let place = Math.max(from.first, this.#queue.first); place <= this.#queue.end; place++) {
      const here = from.at(place);
      if (here <= carry) {
        carry = here;
        origin = place;
      }
      dropped = Math.min(dropped, here);
      this.#stand(place, carry, here, from, to, answer, named);
      const request = this.#queue.at(place);
      if (request === undefined || !isPossible(request, answer)) {
        if (place >= from.end) break;
        carry = Number.POSITIVE_INFINITY;
        dropped = Number.POSITIVE_INFINITY;
        continue;
      }
      if (!this.#look(this.#dialect.looks(request, answer))) break;
      if (to.end - to.first > mostPlaces) {
        this.#isHopeless = true;
        break;
      }
      const misfit = this.#dialect.misfit(request, answer);
      const silence = this.#dialect.dropsEarlier(request, answer) ? Math.min(carry, dropped) : carry;
      const isKept = to.keepLeast(place + 1, silence + misfit);
      if (chains !== undefined && isKept && misfit === 0) {
        const naming = this.#dialect.naming(request, answer);
        if (naming === Naming.unique) return place + 1;
        const name = naming === Naming.none ? '' : this.#dialect.nameOf(answer);
        // What lies before a hole says nothing of how many requests are in it.
        const before = request.unseenBefore >= 0 ? undefined : this.#chains?.get(origin);
        chains.set(place + 1, Chain.after(before, name));
      }
      carry += silenceOf(request);
      dropped += request.due === Due.always ? Cost.dropped : 0;
      if (place >= from.end && Math.min(carry, dropped) > to.least + Cost.margin) break;
    }
    return -1;
  }

  /** The answer is of a request in the hole before a place, as far as it fits in there, or nobody's. */
  #stand(place: number, carry: number, here: number, from: Column, to: Column, answer: A, named: number): void {
    const room = this.#roomBefore(place);
    if (room >= 0) {
      const used = (here === carry ? from.usedAt(place) : 0) + this.#dialect.leastRequestBytes(answer);
      if (used <= room) {
        const doubt = this.#doubtAt(place, here === carry ? from.usedAt(place) : 0, named);
        to.keepLeast(place, carry + doubt, used);
        return;
      }
    }
    to.keepLeast(place, here + this.#unaskedAt(place, answer, this.#steps.length) + named);
  }

  /** What it costs that an answer is the first of a request that is but supposed to be in the hole before a place. */
  #doubtAt(place: number, used: number, named: number): number {
    return place === this.#doubtfulPlace && used === 0 ? Cost.underWay + named : 0;
  }

  /** Whether the answer names a request that is in the queue: then it was asked for. */
  #namesAny(answer: A): boolean {
    if (this.#dialect.nameOf(answer) === '') return false;
    for (let place = this.#queue.first; place < this.#queue.end; place++) {
      const request = this.#queue.at(place) as R;
      if (!isPossible(request, answer) || !this.#look(this.#dialect.looks(request, answer))) return false;
      if (this.#dialect.misfit(request, answer) === 0) return true;
    }
    return false;
  }

  #unaskedAt(place: number, answer: A, answersBefore: number): number {
    const silent = this.#queue.at(place)?.silentBefore ?? 0;
    return silent > 0 ? this.#dialect.unaskedBySilent(answer) : unaskedCost(answersBefore);
  }

  /** Size of the hole before the request at this place, bytes; -1 where there is none. */
  #roomBefore(place: number): number {
    return place < this.#queue.end ? (this.#queue.at(place)?.unseenBefore ?? -1) : this.#tailRoom;
  }

  /** Leads on from the hole in the server's stream. False where the answer behind it is not to be relied on. */
  #passMissing(answer: A): boolean {
    if (!this.#isBoundarySure && this.#dialect.mayBeTail(answer)) {
      this.#isBoundarySure = true;
      return false;
    }
    const room = answer.start - this.#missingFrom;
    const from = this.#now;
    const to = new Column(from.first);
    const places = this.#dialect.reach(this.#queue, from.places, room, this.#tailRoom);
    if (places.length > mostPlaces) this.#isHopeless = true;
    for (const place of places) to.keepLeast(place, leastUpTo(from, place));
    for (const place of from.places) {
      if (this.#roomBefore(place) >= 0) to.keepLeast(place, from.at(place), from.usedAt(place));
    }
    this.#push(lost, to);
    this.#hasLost = true;
    this.#missingFrom = -1;
    this.#isBoundarySure = true;
    if (this.#chains !== undefined) this.#chains = new Map();
    return true;
  }

  #push(step: Step<A>, column: Column): void {
    this.#steps.push(step);
    this.#columns.push(column);
    this.#placesCost += (column.end - column.first) * placeCost;
    if (column.places.length > mostPlaces) this.#isHopeless = true;
  }

  #prune(): void {
    const now = this.#now;
    const limit = now.least + Cost.margin;
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

  /** Place of the last request that is due an answer; one before the front where none is. */
  #lastDue(): number {
    let place = this.#queue.end - 1;
    while (place >= this.#queue.first && this.#queue.at(place)?.due !== Due.always) {
      if (!this.#looks.take(1)) break;
      place--;
    }
    return place;
  }

  /** Where it takes too long to find out, nothing that was found before is relied on. */
  #look(count: number): boolean {
    if (this.#looks.take(count)) return true;
    this.#isHopeless = true;
    return false;
  }

  #outcome(fate: Fate | undefined, place: number): Outcome<A> {
    if (fate === undefined || this.#isHopeless) return unknown;
    const [first, ...others] = fate.answers;
    if (first === undefined) return fate.isLost ? unknown : silent;
    if (fate.isLost) return unknown;
    const answer = this.#answerOf(first) as A;
    if (fate.isSilent) return this.isWhole && others.length === 0 ? { ...unknown, perhaps: answer } : unknown;
    // What does not fit, or fits all, is as likely the answer of a request that was never captured.
    const isItsOwn = !this.#dialect.fitsAll(answer) && this.#dialect.misfit(this.#queue.at(place) as R, answer) === 0;
    if (!isItsOwn && !this.isWhole) return unknown;
    const areSame = others.every((other) => this.#dialect.saySame(answer, this.#answerOf(other) as A));
    return areSame ? { answer, isOne: others.length === 0, isSilent: false } : unknown;
  }

  /** Follows the explanations that are left back to where all began. */
  #trace(): { queue: number; good: ReadonlySet<number>[]; fates: Fates } {
    const fates = new Fates();
    let targets = new Set(this.#now.places);
    const good: Set<number>[] = [targets];
    for (let index = this.#steps.length - 1; index >= 0; index--) {
      const before = new Set<number>();
      for (const target of targets) this.#traceStep(index, target, before, fates);
      targets = before;
      good.unshift(targets);
    }
    // Where explanations began at several places, those between them are lost to some.
    const last = Math.max(this.#queue.first, ...targets);
    for (const first of targets) {
      for (let place = this.#queue.first; place < Math.min(first, last); place++) fates.at(place).isLost = true;
    }
    return { queue: this.#queue.first, good, fates };
  }

  /** From where the place behind a step was reached. */
  #traceStep(index: number, target: number, before: Set<number>, fates: Fates): void {
    const step = this.#steps[index] as Step<A>;
    const from = this.#columns[index] as Column;
    const cost = (this.#columns[index + 1] as Column).at(target);
    if (step === sentOn) {
      before.add(target);
      return;
    }
    if (step === lost) {
      for (const place of from.places) {
        if (place > target || from.at(place) !== cost) continue;
        before.add(place);
        for (let passed = place; passed < target; passed++) fates.at(passed).isLost = true;
      }
      return;
    }
    const answer = step as A;
    const request = target > from.first ? this.#queue.at(target - 1) : undefined;
    const isItsOwn = request !== undefined && isPossible(request, answer);
    const misfit = isItsOwn ? this.#dialect.misfit(request, answer) : Cost.odd;
    const isNamed = isItsOwn && misfit === 0 && this.#dialect.naming(request, answer) === Naming.unique;
    if (!isNamed) this.#traceStanding(index, target, answer, before, fates);
    if (!isItsOwn) return;
    const mayDrop = this.#dialect.dropsEarlier(request, answer);
    let carry = 0;
    let dropped = 0;
    for (let place = target - 1; place >= from.first; place--) {
      const silence = mayDrop ? Math.min(carry, dropped) : carry;
      if (silence + misfit > cost) break;
      if (from.at(place) + silence + misfit === cost) {
        before.add(place);
        fates.pair(target - 1, index);
        // Of a quiet one nobody knows whether it had an answer that was dropped.
        const isDropped = silence < carry;
        for (let passed = place; passed < target - 1; passed++) {
          if (isDropped && this.#queue.at(passed)?.due !== Due.always) fates.at(passed).isLost = true;
          else fates.at(passed).isSilent = true;
        }
      }
      const earlier = this.#queue.at(place - 1);
      if (earlier === undefined || !this.#look(1)) break;
      carry += silenceOf(earlier);
      dropped += earlier.due === Due.always ? Cost.dropped : 0;
    }
  }

  #traceStanding(index: number, target: number, answer: A, before: Set<number>, fates: Fates): void {
    const from = this.#columns[index] as Column;
    const cost = (this.#columns[index + 1] as Column).at(target);
    const named = this.#namesAny(answer) ? Cost.odd : 0;
    if (from.at(target) + this.#unaskedAt(target, answer, index) + named === cost) before.add(target);
    if (this.#roomBefore(target) < 0) return;
    let silence = 0;
    for (let place = target; place >= from.first && silence <= cost; place--) {
      const doubt = this.#doubtAt(target, place === target ? from.usedAt(place) : 0, named);
      if (from.at(place) + silence + doubt === cost) {
        before.add(place);
        fates.unseen.add(index);
        // Of a quiet one nobody knows whether the answer is its own, where a request that was not captured explains it.
        for (let passed = place; passed < target; passed++) {
          if (this.#queue.at(passed)?.due === Due.always) fates.at(passed).isSilent = true;
          else fates.at(passed).isLost = true;
        }
      }
      const earlier = this.#queue.at(place - 1);
      if (earlier === undefined || !this.#look(1)) break;
      silence += silenceOf(earlier);
    }
  }

  /** The first step of which nothing concerns a request before this place. */
  #firstKept(good: readonly ReadonlySet<number>[], before: number): number {
    let kept = 0;
    while (kept < this.#steps.length && [...(good[kept] as ReadonlySet<number>)].some((place) => place < before))
      kept++;
    return kept;
  }

  /** The first steps, and the requests before this place, are decided. */
  #forget(steps: number, before: number): void {
    for (let index = 0; index < steps; index++) this.#answersCost -= this.#answerOf(index)?.cost ?? 0;
    this.#steps.splice(0, steps);
    if (this.#steps.length === 0) this.#hasLost = false;
    for (const column of this.#columns.splice(0, steps)) this.#placesCost -= (column.end - column.first) * placeCost;
    (this.#columns[0] as Column).keepOnly((place) => place >= before);
    if (this.#steps.length > 0) return;
    const now = this.#now;
    // Costs count from here.
    const { least } = now;
    if (least > 0 && least !== Number.POSITIVE_INFINITY) now.charge(() => -least);
  }
}

/** What becomes of a request in the explanations. */
class Fate {
  readonly answers: number[] = [];
  isSilent = false;
  isLost = false;
}

class Fates {
  readonly #byPlace = new Map<number, Fate>();
  /** Steps whose answer is that of a request in some explanation, or of one that was never captured. */
  readonly paired = new Set<number>();
  readonly unseen = new Set<number>();

  of(place: number): Fate | undefined {
    return this.#byPlace.get(place);
  }

  at(place: number): Fate {
    let fate = this.#byPlace.get(place);
    if (fate === undefined) {
      fate = new Fate();
      this.#byPlace.set(place, fate);
    }
    return fate;
  }

  pair(place: number, step: number): void {
    const { answers } = this.at(place);
    if (!answers.includes(step)) answers.push(step);
    this.paired.add(step);
  }
}

/** Nobody knows which answer a request got. */
export const unknown: Outcome<never> = { answer: undefined, isOne: false, isSilent: false };
const silent: Outcome<never> = { answer: undefined, isOne: false, isSilent: true };

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

/** What it costs that the request gets no answer. */
function silenceOf(request: PairedRequest): number {
  if (request.due !== Due.always) return 0;
  return request.isOverlooked ? Cost.overlooked : Cost.silent;
}

/**
 * An answer can't have been sent before its request arrived, nor lie in what the client had received when it sent the
 * request.
 */
export function isPossible(request: PairedRequest, answer: PairedAnswer): boolean {
  return answer.start >= request.acknowledged && (answer.acknowledged < 0 || answer.acknowledged >= request.headEnd);
}
