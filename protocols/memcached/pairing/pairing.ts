import type { CloseReason, SessionContext } from '../../protocol.ts';
import type { Standing } from '../../standing.ts';
import type { Transaction } from '../../transaction.ts';
import { Cost, unbounded } from './cost.ts';
import type { Dialect, PairedAnswer } from './dialect.ts';
import { type Decision, Explanations } from './explanations.ts';
import { Faith } from './faith.ts';
import type { Moment, Pace } from './pace.ts';
import { Due, type PairedRequest } from './paired-request.ts';
import { RequestQueue } from './request-queue.ts';
import { isPossible } from './step-cost.ts';
import { Telling, type TransactionHandler } from './telling.ts';
import { unknown } from './trace.ts';
import { TrialPlaces } from './trial-places.ts';

/** Steps held from which on those that say the same are told without their times. */
const fewHeld = 64;

/** Who gets the transactions, and what else pairing finds out. */
export interface PairingHandler<R, A> extends TransactionHandler<R> {
  /** Offset of the next byte of the client's stream. */
  readonly clientOffset: number;
  /** No request was due this answer; it is borrowed. */
  unasked(answer: A): void;
  /** This request, read on trial, is one, and so are those behind it. */
  proven(first: R): void;
  /** What was read on trial stays unproven. */
  refuted(): void;
}

/**
 * Pairs answers with requests. Three states, see the protocol's README:
 *
 * - *certain*: the request at the front gets the next answer that it can have caused. No `Explanations` exist.
 * - *trying*: something surprised; the explanations of it are kept side by side until what follows decides.
 * - *searching*: behind a hole, requests or answers are missing; the explanations are all places that the next answer
 *   can have in the order.
 *
 * A client that waits for its answers makes everything certain again with the next request that it sends.
 *
 * Every connection has one, and every packet asks it: with its base classes it is one object, not four.
 */
export class Pairing<R extends PairedRequest, A extends PairedAnswer> extends Telling<R, A> {
  declare protected readonly handler: PairingHandler<R, A>;
  readonly #pace: Pace;
  readonly #queue = new RequestQueue<R>();
  /** Undefined while the order is certain. */
  #explanations: Explanations<R, A> | undefined = undefined;
  /** True where answers of the packet under way were not weighed yet. */
  #isUnweighed = false;
  /** Requests in a row, behind the last of the queue, that asked for no answer. */
  #silentBehind = 0;
  /** True once the client has asked for something to which no answer need come. */
  #hasSilent = false;
  /** True once several requests were due an answer at a time. */
  #hasSeveral = false;
  /** Undefined as long as nothing has to be read on trial. */
  #trial: TrialPlaces<R, A> | undefined = undefined;
  /** Offset in the client's stream from which on requests before the next one read were never captured. */
  #unseenFrom = 0;
  /** Undefined until there was a hole. */
  #faith: Faith | undefined = undefined;

  constructor(handler: PairingHandler<R, A>, dialect: Dialect<R, A>, context: SessionContext, pace: Pace) {
    super(handler, dialect, context);
    this.#pace = pace;
  }

  get isCertain(): boolean {
    return this.#explanations === undefined;
  }

  /** Whether nothing is under way, and nothing of before can still surprise. */
  get isPlain(): boolean {
    if (this.#explanations !== undefined || this.#queue.length > 0 || this.#pace.isClientMissing) return false;
    if (this.mayComeLate || this.#faith?.isAsked || this.#faith?.isDoubted) return false;
    return this.#trial?.isOver ?? true;
  }

  /** Whether no answer of a request that comes next can lie in a hole. */
  get isPastHoles(): boolean {
    return this.#pace.hasClientReceived(this.holeEnd);
  }

  /** Writes down what is known of how the client asks, and sends. */
  lend(standing: Standing): void {
    this.#pace.lend(standing);
    standing.silentBehind = this.#silentBehind;
    standing.hasSilent = this.#hasSilent;
    standing.hasSeveral = this.#hasSeveral;
    standing.added = 0;
    standing.looks = 0;
  }

  /** Somebody else has seen requests and their answers; these still wait. */
  takeBack(waiting: readonly R[], standing: Standing): void {
    const { silentBehind, hasSilent, hasSeveral, added, looks } = standing;
    this.#pace.takeBack(standing);
    this.#hasSilent = hasSilent;
    this.#hasSeveral = hasSeveral;
    this.grantLooks(added - waiting.length, looks);
    for (const request of waiting) {
      this.#silentBehind = request.silentBefore;
      this.add(request);
    }
    this.#silentBehind = silentBehind;
  }

  /** Requests that await their answer. */
  get pendingCount(): number {
    return this.#queue.length;
  }

  /** True where some request is due an answer that has not come, as far as is known. */
  get isUnderWay(): boolean {
    return this.#explanations?.leavesAllUnderWay(Number.POSITIVE_INFINITY) ?? this.#queue.due > 0;
  }

  /** The request whose answer is probably the next; undefined where none is known. */
  get next(): R | undefined {
    return this.#queue.at(this.#explanations?.leastPlace ?? this.#queue.first);
  }

  /** The requests that wait, oldest first, as long as `visit` says true. */
  visit(visit: (request: R) => boolean): void {
    for (let place = this.#queue.first; place < this.#queue.end; place++) {
      if (!this.look(1) || !visit(this.#queue.at(place) as R)) return;
    }
  }

  /** True where nothing is missing: neither requests nor answers. */
  get isWhole(): boolean {
    return this.#explanations?.isWhole ?? true;
  }

  /** The requests and the answers, each in their order, of which it is not known yet which belong together. */
  undecided(): { requests: R[]; answers: A[] } {
    const requests: R[] = [];
    this.visit((request) => {
      requests.push(request);
      return true;
    });
    return { requests, answers: this.#explanations?.answers ?? [] };
  }

  /** True where the answers to come are all of requests that are known. */
  get knowsAllRequests(): boolean {
    return this.#queue.holes === 0 && !(this.#explanations?.hasTail ?? false);
  }

  /** Tells each request that is due an answer and has none yet, oldest first. */
  waiting(tell: (request: Transaction) => void): void {
    const end = Math.min(this.#queue.end, this.#trialFrom);
    for (let place = this.#queue.first; place < end; place++) {
      const request = this.#queue.at(place) as R;
      if (request.due === Due.always && request.isComplete) tell(request);
    }
  }

  /** The head of a request is complete. */
  add(request: R): void {
    if (request.due !== Due.always) this.#hasSilent = true;
    if (request.due === Due.never) {
      this.#silentBehind++;
      return;
    }
    if (this.#queue.length >= this.context.limits.pendingRequests) {
      this.context.anomalies.count('pendingLimit');
      this.#giveUpAll();
    }
    request.silentBefore = this.#silentBehind;
    this.#silentBehind = 0;
    this.#explanations?.add(request);
    this.grantLooks();
    this.#queue.push(request);
    if (this.#queue.due > 1) this.#hasSeveral = true;
    this.#account(request.cost);
  }

  /** The next answer of the server's; it is borrowed. */
  answer(answer: A): void {
    if (this.#faith !== undefined) this.#askFaith(this.#faith, answer);
    if (this.#explanations === undefined && this.#takeInOrder(answer)) return;
    const explanations = this.#explain();
    explanations.answer(answer);
    if (explanations.isHopeless || explanations.held >= fewHeld) this.#weigh(explanations);
    else {
      this.#isUnweighed = true;
      this.#account();
    }
  }

  /** The packet under way was read: what its answers say together is weighed at once. */
  endPacket(): void {
    if (!this.#isUnweighed) return;
    this.#isUnweighed = false;
    if (this.#explanations !== undefined) this.#weigh(this.#explanations);
  }

  #weigh(explanations: Explanations<R, A>): void {
    explanations.weigh();
    this.#decide(explanations);
  }

  /** Bytes of the client's are missing from this offset on, and with them perhaps requests. */
  requestsMissing(from: number): void {
    const explanations = this.#explain();
    if (!explanations.hasTail) this.#unseenFrom = from;
    explanations.requestsMissing(unbounded);
    this.#silentBehind = 0;
    if (this.#faith !== undefined) this.#faith.isDoubted = false;
  }

  /** Behind a hole requests are read on trial from this offset on. */
  requestsFrom(offset: number): void {
    this.#explain().requestsMissing(offset - this.#unseenFrom);
    this.#ownTrial().begin(false);
  }

  /** Although nothing is missing, what is read from here on may not be requests: the server need not read them. */
  beginTrial(): void {
    this.#ownTrial().begin(true);
  }

  /** What was read on trial behind the last hole, from this request on, is none. */
  refuteFrom(first: R | undefined): void {
    const place = this.#trial?.refuteFrom(first) ?? this.#queue.end;
    if (first !== undefined) this.#cut(place);
  }

  /** Nothing that was read on trial is a request. */
  refuteAll(): void {
    this.#cut(this.#trialFrom);
    this.#trial?.end();
  }

  /** What was read on trial are requests. */
  endTrial(): void {
    this.#trial?.end();
  }

  /** Bytes of the server's are missing from this offset on, up to another, and with them perhaps answers. */
  answersMissing(from: number, to: number): void {
    this.#explain().answersMissing(from);
    this.holeEnd = to;
    if (this.#faith !== undefined) this.#faith.isDoubted = false;
  }

  /** Bytes of the server's, up to this offset, are none that could be read: an answer may be among them. */
  answersUnread(to: number): void {
    if (to > this.holeEnd) this.holeEnd = to;
  }

  /** Behind a hole answers are read again, from where one starts or, perhaps, from the tail of one. */
  answersFromUnsure(): void {
    this.#explanations?.answersFromUnsure();
  }

  /** The capture begins in the middle of both streams. */
  beginMidStream(): void {
    this.#explain().requestsMissing(unbounded);
    this.#ownTrial().begin(false);
  }

  /**
   * The client sends something. `isAdrift`: it is not known whether a request starts here; `isLost`: nor what the
   * server said; `isBetweenRequests`: as far as is known, one starts here. Returns true where nothing is under way, so
   * that a request starts here, and an answer with the server's next byte.
   */
  clientSends(moment: Moment, isAdrift: boolean, isLost: boolean, isBetweenRequests: boolean): boolean {
    const explanations = this.#explanations;
    if (!(isAdrift || isBetweenRequests)) return false;
    if (explanations === undefined && !isAdrift && !isLost) {
      this.#watch(moment);
      return false;
    }
    const areUnderWay = explanations?.leavesAllUnderWay(moment.received) ?? false;
    const isUnderWay = moment.hasHeard ? !moment.isQuiet || areUnderWay : moment.hasHeardSince && areUnderWay;
    // Of what it had heard nothing is missing, where it had not heard what is.
    if (isUnderWay && !(moment.isBlind && moment.hasHeardAll)) {
      this.#pace.sentOn();
      if (this.#faith?.isDoubted) explanations?.endDoubt();
    } else if (moment.hasHeard) this.#pace.seemedToWait();
    if (!moment.isQuiet) return false;
    if (moment.hasHeard) this.#ownTrial().nextIsQuiet();
    const isHole = isAdrift || isLost || !(explanations?.isWhole ?? true);
    if (isHole) {
      // Where the server was not heard last, it may have answered only some of what it had received.
      const mayBeMidway = moment.isBlind && (isAdrift || this.#queue.length > 1);
      const isNamed = !this.#pace.needsNames || (explanations?.isNamedAtEnd ?? false);
      const mayBeOver = !areUnderWay && (this.#hasSilent || !explanations?.isTailUnanswered);
      const isBelieved = moment.isLong || (this.#pace.hasWaited && isNamed && !mayBeMidway && mayBeOver);
      if (isBelieved) this.#takeUp(moment.isLong);
      return isBelieved;
    }
    this.#sendsOnInDoubt(moment, explanations as Explanations<R, A>);
    return false;
  }

  end(reason: CloseReason): void {
    const isClosed = reason === 'fin' || reason === 'rst';
    // What a capture breaks off from may be under way still.
    const isOver = this.#explanations?.isWhole || isClosed || this.#pace.hasSeemedToWait;
    if (isOver && !this.mayComeLate) this.#explanations?.endStream();
    const isSearching = this.#explanations?.hasDoubts ?? false;
    if (isSearching) this.holeEnd = Number.MAX_SAFE_INTEGER;
    this.#finish(true, this.#pace.hasSeemedToWait);
    while (this.#queue.length > 0) this.tellLast(this.#shift());
    this.release();
  }

  /** What is spoken here is another protocol: nothing that seemed to be a request is told. */
  abandon(): void {
    this.#explanations = undefined;
    for (const request of this.#queue.cut(this.#queue.first)) {
      this.dropUnproven(request);
    }
    this.release();
  }

  /** Memory is short: what waits here is waited for no longer. A request that is not complete yet goes on without. */
  giveUp(): void {
    this.#giveUpAll();
  }

  /** True where the request at the front takes the answer at once, or it is plain that none is due it. */
  #takeInOrder(answer: A): boolean {
    const front = this.#queue.front;
    if (front === undefined || !isPossible(front, answer)) {
      if (this.mayComeLate) this.context.anomalies.count('unaskedAnswer');
      else this.handler.unasked(answer);
      return true;
    }
    if (front.isOverlooked) return false;
    const misfit = this.dialect.misfit(front, answer);
    if (misfit > 0 || front.due !== Due.always) {
      // With no other request under way there is nothing to choose from: the order is the law.
      const second = this.#queue.at(this.#queue.first + 1);
      if (front.silentBefore > 0 || (second !== undefined && isPossible(second, answer))) return false;
      if (front.due !== Due.always && misfit >= Cost.odd) return false;
    } else if (this.#queue.length > 1 && this.#mayBeDropped(answer)) return false;
    if (this.#queue.first >= this.#trialFrom) this.handler.proven(front);
    this.tellAnswered(this.#shift(), answer);
    return true;
  }

  /** An answer that does not fit the next request is of one that was under way. */
  #askFaith(faith: Faith, answer: A): void {
    if (!faith.isAsked) return;
    // Later ones are asked where nothing is in doubt, and not where the server has received what is not known yet.
    const isAsked = faith.isFirst || (this.isCertain && answer.acknowledged <= this.handler.clientOffset);
    if (!isAsked || faith.holds(answer, this.#queue, this.dialect, this)) return;
    this.#explain().requestsMissingFirst();
  }

  /** Whether the server may have dropped the answer of the front request for this one. */
  #mayBeDropped(answer: A): boolean {
    if (!this.dialect.mayDropEarlier(answer)) return false;
    for (let place = this.#queue.first + 1; place < this.#queue.end; place++) {
      const request = this.#queue.at(place) as R;
      if (!isPossible(request, answer) || !this.look(1)) return false;
      if (this.dialect.dropsEarlier(request, answer)) return true;
    }
    return false;
  }

  /** How the client sends, seen while the order is certain. */
  #watch(moment: Moment): void {
    const { isUnderWay } = this;
    if (!moment.hasHeard) {
      if (isUnderWay && moment.isImpatient) this.#overlook();
    } else if (isUnderWay || !moment.hasHeardAll) this.#pace.sentOn();
    else {
      this.#pace.waited();
      this.mayComeLate = false;
      this.#faith?.waited();
    }
  }

  #overlook(): void {
    for (let place = this.#queue.first; place < this.#queue.end && this.look(1); place++) {
      (this.#queue.at(place) as R).isOverlooked = true;
    }
  }

  /** The client sends on while something that surprised is not decided, and nothing was lost. */
  #sendsOnInDoubt(moment: Moment, explanations: Explanations<R, A>): void {
    if (moment.hasHeard && (this.#pace.seemsToWait || moment.isLong)) {
      explanations.charge();
      this.#account();
      if (explanations.leavesNothingUnderWay) {
        explanations.endAll();
        this.#decideUpTo(explanations, explanations.leastPlace);
      } else this.#decide(explanations);
    } else if (moment.isImpatient) this.#overlook();
  }

  /** Nothing is under way: what waited had its answer, or gets none. `isLong`: that is certain. */
  #takeUp(isLong: boolean): void {
    this.#faith ??= new Faith();
    const isBorneOut = this.#faith.begin(isLong, this.#hasSeveral);
    // A client that asks for silence ends its batches with what is answered.
    this.#finish(this.#explanations?.endAll(!this.#faith.isDoubted || this.#hasSilent));
    while (this.#queue.length > 0) {
      const request = this.#shift();
      // Of a quiet one only a later answer, or time, tells that it stays silent.
      if (isLong || request.due === Due.always) this.tellPassed(request);
      else this.tellOutcome(request, unknown);
    }
    this.mayComeLate = false;
    // What is believed first waits for what follows; that is borne out when the client waits again.
    if (isBorneOut) this.#pace.waited();
    else if (this.#faith.isDoubted) this.#explain().doubtRequests();
    this.#pace.heardAll();
    this.#account();
  }

  /** Tells what the explanations that are left say, `isAny` of them; what is still on trial then is no request. */
  #finish(isAny = true, waits = this.#pace.hasWaited): void {
    const explanations = this.#explanations;
    const before = explanations !== undefined && isAny ? explanations.leastPlace : this.#queue.first;
    const isProven =
      explanations !== undefined && before > this.#trialFrom && this.#proves(explanations, before, waits);
    if (!isProven) this.#trial?.stayUnproven(this.#queue.end);
    const behind = explanations !== undefined && isAny ? explanations.greatestPlace : this.#queue.first;
    if (explanations !== undefined) this.#tell(explanations.decide(before));
    this.#explanations = undefined;
    // Some of the explanations that are left give these an answer.
    while (this.#queue.first < behind) this.tellOutcome(this.#shift(), unknown);
    if (!isProven && this.#trialFrom < Number.MAX_SAFE_INTEGER) this.handler.refuted();
  }

  /** Place from which on requests are on trial; behind all others where none are. */
  get #trialFrom(): number {
    return this.#trial?.from ?? Number.MAX_SAFE_INTEGER;
  }

  #ownTrial(): TrialPlaces<R, A> {
    this.#trial ??= new TrialPlaces(this.#queue, this.dialect);
    return this.#trial;
  }

  #explain(): Explanations<R, A> {
    this.#explanations ??= new Explanations(this.#queue, this.dialect, this);
    return this.#explanations;
  }

  /** Tells what is decided. */
  #decide(explanations: Explanations<R, A>): void {
    if (explanations.isHopeless) this.#giveUpAll();
    else if (explanations.onlyPlace >= 0) this.#decideUpTo(explanations, explanations.onlyPlace);
    else if (explanations.held >= fewHeld) this.#decideUpTo(explanations, explanations.leastPlace);
    this.#account();
  }

  #decideUpTo(explanations: Explanations<R, A>, place: number): void {
    if (place <= this.#trialFrom || this.#proves(explanations, place)) this.#tell(explanations.decide(place));
    else if (explanations.held >= fewHeld) this.handler.refuted();
    if (explanations.isSettled) this.#explanations = undefined;
    this.#account();
  }

  /**
   * Whether the answers prove that those are requests which were read on trial, before this place and behind it; see
   * `TrialPlaces.firstProven`.
   */
  #proves(explanations: Explanations<R, A>, before: number, waits = false): boolean {
    const first = this.#trial?.firstProven(explanations.preview(), before, waits);
    if (first === undefined) return false;
    this.handler.proven(first);
    return true;
  }

  #tell({ outcomes, unasked, unpaired }: Decision<A>): void {
    for (const outcome of outcomes) this.tellOutcome(this.#shift(), outcome);
    for (const answer of unasked) this.handler.unasked(answer);
    this.context.anomalies.count('unaskedAnswer', unpaired);
  }

  /** What waits is waited for no longer, and nothing is known of the order. */
  #giveUpAll(): void {
    if (this.#trialFrom < this.#queue.end) this.handler.refuted();
    while (this.#queue.length > 0) this.tellUnknown(this.#shift());
    const missing = this.#explanations?.missing;
    this.#explanations = undefined;
    const explanations = this.#explain();
    explanations.requestsMissing(unbounded);
    if (missing !== undefined) explanations.goOnMissing(missing);
    this.#account();
  }

  #cut(place: number): void {
    for (const request of this.#queue.cut(place)) {
      this.#account(-request.cost);
      this.dropUnproven(request);
    }
    this.#explanations?.cut(place);
  }

  #shift(): R {
    const request = this.#queue.shift();
    this.#account(-request.cost);
    this.#trial?.passed();
    return request;
  }

  #account(change = 0): void {
    this.account(change, this.#explanations?.cost ?? 0);
  }
}
