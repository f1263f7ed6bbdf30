import type { CloseReason, SessionContext } from '../protocol.ts';
import type { Transaction } from '../transaction.ts';
import { Alignment, Finding, proveRequests, provingMatches, unbounded } from './alignment.ts';
import { type Answer, AnswerShape } from './answer.ts';
import { AnswerForm } from './constants.ts';
import { all, Disorder, noDisorder } from './disorder.ts';
import { LookAllowance } from './look-allowance.ts';
import { findsInOrder, fits, isNamed, isPossible, mayGetError } from './matching.ts';
import { PendingRequests } from './pending-requests.ts';
import { candidatesFor, placeOfForgetting, placeOwed } from './quiet-requests.ts';
import type { Request } from './request.ts';
import { settle, settleSilence } from './settle.ts';

/** Answers held behind a hole from which on those that say the same are told, and from which on others are given up. */
const fewUndecided = 64;
const mostUndecided = 1024;

/** Where requests that were never captured may lie anywhere before. */
const unknownStart = -unbounded;

/**
 * Who gets the transactions, and follows what becomes of requests read from a point which is not known to start one.
 */
export interface TransactionHandler {
  /** The answer of a request is complete, or it is certain that none will come. */
  transaction(transaction: Transaction): void;
  /** From this one on they are requests; of those before it nothing is known. */
  requestsProven(first: Request | undefined): void;
  /** They are none, or nobody will ever know. */
  requestsRefuted(): void;
}

/**
 * Pairs answers with requests, in order. After a hole the order is no longer enough: some answers, or some
 * requests, were never seen. Until the session finds a quiet point, answers are then paired only where no
 * other pairs are possible, see `Alignment`, and otherwise counted.
 */
export class Transactions {
  readonly #handler: TransactionHandler;
  readonly #context: SessionContext;
  readonly #pending: PendingRequests;
  readonly #looks: LookAllowance;
  /** How many of the pending, from the front, are answered in order for certain. */
  #certain = all;
  /**
   * True where the requests were read from a point that only seems to start one (the middle of a stream, or after
   * holes in both directions): the first answer that fits is the proof, and without it they are not told.
   */
  #isUnproven = false;
  /** True once anything of the server's was captured: without that, no answer can prove anything. */
  #hasHeardServer = false;
  /** True where the client was last seen to send on while earlier requests were unanswered. */
  #keepsRequestsUnderWay = false;
  #answeredTo = 0;
  #disorder: Readonly<Disorder> = noDisorder;

  constructor(handler: TransactionHandler, context: SessionContext) {
    this.#handler = handler;
    this.#context = context;
    this.#pending = new PendingRequests(context.memory, this);
    this.#looks = new LookAllowance(context);
  }

  get isCertain(): boolean {
    return this.#certain === all;
  }

  get pendingCount(): number {
    return this.#readCount;
  }

  get leastAnswerBytes(): number {
    return this.#pending.leastAnswerBytes(0, this.#readCount);
  }

  get leastTentativeBytes(): number {
    return this.#pending.leastAnswerBytes(this.#readCount, this.#pending.length);
  }

  /** Requests that are certain to be some. */
  get #readCount(): number {
    return Math.min(this.#disorder.tentativeFrom, this.#pending.length);
  }

  get answeredTo(): number {
    return this.#answeredTo;
  }

  get keepsRequestsUnderWay(): boolean {
    return this.#keepsRequestsUnderWay || this.#disorder.seemsToSendOn;
  }

  /** True where requests that were never captured may exist, and nothing that was said can have answered them. */
  get mayOweUnseen(): boolean {
    return this.#disorder.alignment?.mayOweUnseen ?? false;
  }

  /** True where every answer that can come now is a line, and no value whose bytes could look like one. */
  get expectsOnlyLines(): boolean {
    if (this.#certain > 0 || this.#disorder.alignment === undefined || this.#disorder.alignment.hasTail) return false;
    if (!this.#looks.take(this.#pending.length)) return false;
    for (let index = 0; index < this.#pending.length; index++) {
      const { answerForm, unseenBefore } = this.#pending.at(index) as Request;
      if (unseenBefore >= 0) return false;
      if (answerForm !== AnswerForm.word && answerForm !== AnswerForm.number && answerForm !== AnswerForm.error)
        return false;
    }
    return true;
  }

  /** Whether the first line of an answer names, by key or opaque, a request that awaits it. */
  isNamedBy(line: string): boolean {
    for (let index = 0; index < this.#pending.length; index++) {
      const request = this.#pending.at(index) as Request;
      if (!this.#looks.take(request.keys.length)) return false;
      if (isNamed(request, line)) return true;
    }
    return false;
  }

  /** The request whose answer is due next. */
  get next(): Request | undefined {
    return this.#pending.at(0);
  }

  /** The command line of a request is complete. */
  add(request: Request): void {
    if (request.answerForm === AnswerForm.none) return;
    if (this.#pending.length >= this.#context.limits.pendingRequests) {
      this.#context.anomalies.count('pendingLimit');
      this.#waitNoLonger();
      // Its answer may still come, and must not be taken for that of the next.
      this.#doubtOrder();
    }
    if (this.isCertain) this.#watchPace(request);
    else {
      this.#watchPaceInDoubt(request);
      this.#disorder.alignment?.add(request);
    }
    this.#looks.grant();
    this.#pending.push(request);
  }

  /** Memory is short: what waits here is waited for no longer. A request that is not complete yet goes on without. */
  giveUp(): void {
    if (this.#disorder.isTentative) this.#handler.requestsRefuted();
    while (this.#pending.length > 0) this.#waitNoLonger();
    this.#doubtOrder();
  }

  /** What is spoken here is another protocol: nothing that seemed to be a request is told. */
  abandon(): void {
    this.#dropHeld();
    this.#dropFrom(0);
    this.#drop(this.#disorder.alignment?.held ?? 0);
    this.#endDoubt();
  }

  #waitNoLonger(): void {
    const isTentative = this.#disorder.tentativeFrom === 0;
    const request = this.#shift();
    if (isTentative) this.#context.anomalies.count('unprovenRequest');
    else if (request.isComplete) this.#unanswered(request);
    else request.isGivenUp = true;
  }

  /** From now on there are answers on the way whose requests are not known here. */
  #doubtOrder(): void {
    this.#dropHeld();
    this.#beginAnew();
  }

  /**
   * Whether the client waits for its answers: it does not where it sends one request after the other before they come.
   */
  #watchPace(request: Request): void {
    const last = this.#pending.at(this.#pending.length - 1);
    if (last === undefined || request.linePacket === last.packet) return;
    // What is written at once is cut into segments anywhere.
    if (!request.startsSegment && request.acknowledged <= last.acknowledged) return;
    this.#keepsRequestsUnderWay = true;
    // Then answers may have been under way where nothing seemed to be.
    if (this.#isUnproven) this.#doubtQuietPoint();
  }

  /** As `watchPace`, where answers may be missing: who has heard nothing since the request before has not waited. */
  #watchPaceInDoubt(request: Request): void {
    const last = this.#pending.at(this.#pending.length - 1);
    if (last === undefined || request.linePacket === last.packet || !request.startsSegment) return;
    if (request.acknowledged < 0 || request.acknowledged !== last.acknowledged) return;
    if (this.#disorder.isTentative) this.#ownDisorder().seemsToSendOn = true;
    else this.#keepsRequestsUnderWay = true;
  }

  /**
   * Two answers, before the first of which the server had received both requests: the client did not wait between them.
   */
  #watchAnswers(answer: Answer): void {
    const { acknowledged, shape } = answer;
    // What the server refuses may be a value's bytes, with an answer to each line.
    const isSecond =
      acknowledged >= 0 && acknowledged === this.#disorder.lastAcknowledged && shape !== AnswerShape.error;
    if (isSecond && this.#disorder.seemsToSendOn) this.#keepsRequestsUnderWay = true;
    this.#ownDisorder().lastAcknowledged = shape === AnswerShape.error ? -1 : acknowledged;
  }

  /** A request is complete: it can be told as soon as its answer is. */
  complete(request: Request): void {
    request.isComplete = true;
    if (request.answerForm === AnswerForm.none) {
      request.status = 'no_reply';
      this.#handler.transaction(request);
    } else if (request.isGivenUp) {
      request.status = 'unanswered';
      this.#handler.transaction(request);
    } else if (request.answerUs >= 0) this.#handler.transaction(request);
  }

  /** Tells each request that is due an answer and has none yet, oldest first. */
  waiting(tell: (request: Transaction) => void): void {
    if (this.#isUnproven) return;
    for (let index = 0; index < this.#readCount; index++) {
      const request = this.#pending.at(index) as Request;
      if (isDueAnswer(request)) tell(request);
    }
  }

  answer(answer: Answer): void {
    this.#hasHeardServer = true;
    if (this.#certain === 0) {
      this.#watchAnswers(answer);
      this.#align(answer);
      return;
    }
    if (answer.shape === AnswerShape.error) this.#forgetBefore(placeOfForgetting(answer, this.#pending, this.#certain));
    const front = this.#pending.at(0);
    if (front?.isQuiet) this.#answerQuiet(answer);
    else if (front === undefined || !isPossible(front, answer)) this.#context.anomalies.count('unaskedAnswer');
    else if (!fits(front, answer) || !(this.isCertain || mayGetError(front, answer))) this.#losePairing();
    else this.#settle(0, answer);
  }

  /** Whether the answer under way has found the last key that its request asks for. */
  isLastValue(answer: Answer): boolean {
    const request = this.#certain > 0 ? this.#pending.at(0) : undefined;
    if (request === undefined || request.keysLeftOut > 0 || answer.keysLeftOut > 0) return false;
    if (request.keys.at(-1) !== answer.keys.at(-1)) return false;
    return isPossible(request, answer) && findsInOrder(request, answer);
  }

  /** Bytes of the client's are missing from this offset on, and with them perhaps requests. */
  requestsMissing(from: number): void {
    if (this.isCertain) {
      this.#certain = this.#pending.length;
      this.#ownDisorder().alignment = new Alignment(this.#looks);
    }
    if (!this.#disorder.alignment?.hasTail) this.#ownDisorder().unseenFrom = from;
    this.#disorder.alignment?.requestsMissing(unbounded);
  }

  /** Behind a hole requests are read again from this offset on, or what may not be requests at all. */
  requestsFrom(offset: number): void {
    this.#disorder.alignment?.requestsMissing(offset - this.#disorder.unseenFrom);
    this.#ownDisorder().beginSection(this.#pending.length);
  }

  /** What was read as requests since the last hole is none. */
  refuteSection(): void {
    if (!this.#disorder.isTentative) return;
    this.#disorder.alignment?.cut(this.#disorder.sectionFrom);
    this.#dropFrom(this.#disorder.sectionFrom);
    if (this.#disorder.tentativeFrom === this.#disorder.sectionFrom) this.#ownDisorder().endTentative();
  }

  /** Nor is what was read before. */
  refuteRequests(): void {
    if (!this.#disorder.isTentative) return;
    this.#disorder.alignment?.cut(this.#disorder.tentativeFrom);
    this.#certain = Math.min(this.#certain, this.#disorder.tentativeFrom);
    this.#giveUpTentative();
  }

  /** What was read as requests since the last hole are requests. */
  proveRequests(): void {
    if (this.#disorder.seemsToSendOn) this.#keepsRequestsUnderWay = true;
    this.#ownDisorder().endTentative();
  }

  /** Bytes of the server's are missing from this offset on, and with them perhaps answers. */
  answersMissing(from: number): void {
    this.#dropHeld();
    this.#tellAlike(true);
    if (this.isCertain) this.#ownDisorder().alignment = new Alignment(this.#looks);
    this.#certain = 0;
    this.#drop(this.#disorder.alignment?.answersMissing(from) ?? 0);
    this.#accountAlignment();
  }

  /** What the server says is not understood from this offset on: answers may be among it. */
  answersLost(from: number): void {
    if (this.#certain > 0) this.answersMissing(from);
  }

  /** Behind a hole answers are read again, from where one starts or, perhaps, from the tail of one. */
  answersFromUnsure(): void {
    this.#disorder.alignment?.answersFromUnsure();
  }

  sendsOn(): void {
    this.#keepsRequestsUnderWay = true;
  }

  /** The capture begins in the middle of both streams. */
  beginMidStream(): void {
    this.#beginAnew();
  }

  /**
   * Nothing is under way in either direction: what was pending will not be answered, what comes is in order again.
   * `isProven`: it is known, and does not only seem so, that the next byte of the client's starts a request.
   */
  takeUp(isProven: boolean): void {
    this.#dropHeld();
    if (this.#certain === 0 && this.#disorder.alignment?.allAnswered(this.#pending))
      this.#takeAligned(this.#disorder.alignment);
    this.#tellAlike(true);
    this.#giveUpTentative();
    while (this.#pending.length > 0) this.#unanswered(this.#shift());
    this.#drop(this.#disorder.alignment?.held ?? 0);
    this.#endDoubt();
    this.#isUnproven = !isProven;
  }

  end(reason: CloseReason): void {
    if (this.#pending.held.length > 0) this.#settleHeldAtEnd();
    this.#tellAlike(true);
    this.#giveUpTentative();
    this.#drop(this.#disorder.alignment?.held ?? 0);
    while (this.#pending.length > 0) {
      const request = this.#shift();
      const isSilent =
        (request.isQuiet && this.isCertain) ||
        (request.answerForm === AnswerForm.closing && (reason === 'fin' || reason === 'rst'));
      if (isSilent) {
        request.status = 'no_reply';
        if (request.isComplete) this.#handler.transaction(request);
      } else this.#unanswered(request);
    }
    this.#pending.takeHeld();
    this.#endDoubt();
  }

  /**
   * Quiet requests stand at the front: the answer is that of one of them, whose predecessors were then met with
   * silence, or that of the first request behind them that is not quiet, and so owed an answer.
   */
  #answerQuiet(answer: Answer): void {
    // The answers that are held are of as many requests before.
    const from = this.#pending.held.length;
    const candidates = candidatesFor(answer, this.#pending, from, this.#certain, this.#looks);
    if (candidates === undefined) this.giveUp();
    else if (candidates.place < 0) this.#answerBehindQuiet(answer);
    else if (candidates.isOnly) this.#settle(candidates.place, answer);
    else if (from < this.#context.limits.heldAnswers) this.#pending.hold(answer);
    else {
      this.#context.anomalies.count('heldAnswerLimit');
      this.#losePairing();
    }
  }

  /** The requests before this place are not answered any more, since the server has forgotten them; -1: none has. */
  #forgetBefore(place: number): void {
    if (place < 0) return;
    this.#dropHeld();
    for (let forgotten = place; forgotten > 0; forgotten--) this.#unanswered(this.#shift());
  }

  /** The answer belongs to the request `index` places behind the front; those before it get none any more. */
  #settle(index: number, answer: Answer): void {
    if (index > 0) this.#passOver(index);
    const request = this.#shift();
    this.#isUnproven = false;
    this.#answeredTo = answer.start + answer.length;
    settle(request, answer);
    if (request.isComplete) this.#handler.transaction(request);
  }

  /** The first `count` requests get no answer any more but those that are held. */
  #passOver(count: number): void {
    const passed = Array.from({ length: count }, () => this.#shift());
    const held = this.#pending.takeHeld();
    // As many answers as requests leave no choice. Fewer do: then it is not said which requests they belong to.
    const areAllAnswered =
      held.length === count && passed.every((request, index) => fits(request, held[index] as Answer));
    for (const [index, request] of passed.entries()) {
      if (areAllAnswered) settle(request, held[index] as Answer);
      else if (!request.isQuiet) {
        this.#unanswered(request);
        continue;
      } else if (held.length === 0) settleSilence(request);
      else request.status = 'no_reply';
      if (request.isComplete) this.#handler.transaction(request);
    }
    if (!areAllAnswered && held.length > 0) this.#context.anomalies.count('ambiguousAnswer', held.length);
  }

  /** No more answers come: the last one held is that of the request that was owed one. */
  #settleHeldAtEnd(): void {
    const owed = placeOwed(this.#pending);
    if (!this.#settleLastHeld(owed)) this.#passOver(owed);
  }

  #settleLastHeld(owed: number): boolean {
    const request = owed < this.#certain ? this.#pending.at(owed) : undefined;
    const last = this.#pending.held.at(-1);
    if (request === undefined || last === undefined) return false;
    if (!isPossible(request, last) || !fits(request, last)) return false;
    this.#pending.takeLastHeld();
    this.#settle(owed, last);
    return true;
  }

  /**
   * The answer is of none of the quiet requests: the first one behind them has had the last that is held, or has it
   * now.
   */
  #answerBehindQuiet(answer: Answer): void {
    const owed = placeOwed(this.#pending);
    const request = owed < this.#certain ? this.#pending.at(owed) : undefined;
    if (this.#settleLastHeld(owed)) this.answer(answer);
    else if (request !== undefined && isPossible(request, answer) && fits(request, answer)) this.#settle(owed, answer);
    else this.#losePairing();
  }

  /** The order that was taken for certain is not: something on the way here was read otherwise by the server. */
  #losePairing(): void {
    this.#context.anomalies.count('pairingLost');
    this.#doubtQuietPoint();
    // A quiet point was none.
    this.#keepsRequestsUnderWay = true;
    if (this.#disorder.isTentative) this.#handler.requestsRefuted();
  }

  /** The order was not certain again where it seemed to be. */
  #doubtQuietPoint(): void {
    this.#doubtOrder();
    this.#ownDisorder().unseenFrom = unknownStart;
  }

  /** Nothing is known of the order, and requests that were never captured may be answered at any time. */
  #beginAnew(): void {
    this.#certain = 0;
    const disorder = this.#ownDisorder();
    disorder.alignment ??= new Alignment(this.#looks);
    this.#drop(disorder.alignment.beginAnew());
    this.#accountAlignment();
    const front = this.#pending.at(0);
    if (front !== undefined) front.unseenBefore = unbounded;
    else {
      disorder.unseenFrom = unknownStart;
      disorder.alignment.requestsMissing(unbounded);
    }
  }

  #endDoubt(): void {
    this.#certain = all;
    this.#pending.account(-this.#disorder.alignmentCost);
    this.#disorder = noDisorder;
  }

  /** Tells the budget of all connections what the order behind a hole costs now. May give up others, or this. */
  #accountAlignment(): void {
    const before = this.#disorder.alignmentCost;
    const cost = this.#disorder.alignment?.cost ?? 0;
    if (cost === before) return;
    this.#ownDisorder().alignmentCost = cost;
    this.#pending.account(cost - before);
  }

  /** An answer behind a hole. */
  #align(answer: Answer): void {
    this.#alignBy(answer);
    this.#accountAlignment();
  }

  #alignBy(answer: Answer): void {
    const alignment = this.#disorder.alignment as Alignment;
    const finding = alignment.answer(this.#pending, answer);
    if (alignment.isHopeless) {
      this.#giveUpOrder();
      return;
    }
    if (finding === Finding.contradiction) this.#losePairing();
    else if (
      this.#disorder.isTentative &&
      this.#keepsRequestsUnderWay &&
      alignment.leastPlace >= this.#disorder.sectionFrom + provingMatches
    ) {
      this.#handler.requestsProven(this.#pending.at(this.#disorder.sectionFrom));
    }
    if (finding === Finding.decided) this.#takeAligned(alignment);
    else if (alignment.held >= fewUndecided) this.#tellAlike(alignment.held >= mostUndecided);
  }

  /** There are too many possibilities, or the search takes too long. */
  #giveUpOrder(): void {
    if (this.#disorder.isTentative) this.#handler.requestsRefuted();
    while (this.#pending.length > 0) this.#waitNoLonger();
    this.#beginAnew();
  }

  /**
   * It may never be decided which of several answers that say the same is whose. What they say is certain, so that is
   * told, without times; of other requests whose answer has passed nothing is known. `givesUp`: nor will it be.
   */
  #tellAlike(givesUp: boolean): void {
    const alignment = this.#disorder.alignment;
    if (alignment === undefined || this.#certain > 0 || this.#disorder.isTentative || this.#isUnproven) return;
    let taken = 0;
    for (let left = alignment.passed(this.#pending); left > 0; left--) {
      if (alignment.mayLearnOfFront && !givesUp) return;
      taken++;
      const answer = alignment.takeFront();
      const request = this.#pending.shift() as Request;
      if (answer === undefined) this.#unanswered(request);
      else {
        settle(request, answer);
        request.answerUs = -1;
        request.responseBytes = -1;
        if (request.isComplete) this.#handler.transaction(request);
      }
    }
    if (alignment.isAtFront) this.#takeOrder(alignment);
    else this.#drop(alignment.trim() - taken);
  }

  /** There is no choice left which answer belongs to which request: it is told, and the order is certain again. */
  #takeAligned(alignment: Alignment): void {
    const pairs = alignment.pairs(this.#pending);
    if (Math.max(...pairs.keys()) >= this.#disorder.tentativeFrom) {
      if (!(this.#keepsRequestsUnderWay && proveRequests(pairs, this.#pending))) return;
      this.#handler.requestsProven(this.#pending.at(this.#sectionOf(Math.min(...pairs.keys()))));
    }
    this.#context.anomalies.count('unaskedAnswer', alignment.held - pairs.size);
    this.#isUnproven = false;
    const places = [...pairs.keys()];
    const first = Math.min(...places);
    const last = Math.max(...places);
    for (let place = 0; place <= last; place++) {
      const request = this.#shift();
      const answer = pairs.get(place);
      if (answer !== undefined) {
        settle(request, answer);
        this.#answeredTo = answer.start + answer.length;
      } else if (place > first && request.isQuiet) settleSilence(request);
      else {
        this.#unanswered(request);
        continue;
      }
      if (request.isComplete) this.#handler.transaction(request);
    }
    this.#takeOrder(alignment);
  }

  /** Place of the first request behind the hole that lies before this place. */
  #sectionOf(place: number): number {
    let first = place;
    while (first > this.#disorder.tentativeFrom && (this.#pending.at(first) as Request).unseenBefore < 0) first--;
    return Math.max(0, first);
  }

  /** The next answer is that of the request at the front. */
  #takeOrder(alignment: Alignment): void {
    alignment.restart();
    this.#certain = this.#untilHole(alignment);
    if (this.isCertain) this.#endDoubt();
  }

  /** How many requests are answered in order before one that was never captured may be. */
  #untilHole(alignment: Alignment): number {
    const { firstHole } = this.#pending;
    if (firstHole >= 0) return firstHole;
    return alignment.hasTail ? this.#pending.length : all;
  }

  #giveUpTentative(): void {
    if (!this.#disorder.isTentative) return;
    this.#dropFrom(this.#disorder.tentativeFrom);
    this.#ownDisorder().endTentative();
  }

  #dropFrom(place: number): void {
    for (const request of this.#pending.cut(place)) {
      if (request.isComplete) this.#context.anomalies.count('unprovenRequest');
    }
  }

  #drop(answers: number): void {
    if (answers > 0) this.#context.anomalies.count('unaskedAnswer', answers);
  }

  #dropHeld(): void {
    const { length } = this.#pending.takeHeld();
    if (length > 0) this.#context.anomalies.count('ambiguousAnswer', length);
  }

  #unanswered(request: Request): void {
    // An incomplete request was never executed.
    if (!request.isComplete) return;
    if (request.isRefuted || (this.#isUnproven && this.#hasHeardServer)) {
      this.#context.anomalies.count('unprovenRequest');
      return;
    }
    request.status = 'unanswered';
    this.#handler.transaction(request);
  }

  #shift(): Request {
    if (this.#certain !== all) this.#certain--;
    if (this.#disorder.isTentative) this.#ownDisorder().shift();
    return this.#pending.shift() as Request;
  }

  #ownDisorder(): Disorder {
    if (this.#disorder === noDisorder) this.#disorder = new Disorder();
    return this.#disorder;
  }
}

/** Whether the server owes it a word, and has said none. */
function isDueAnswer({ isComplete, isQuiet, answerForm, answerUs }: Request): boolean {
  return isComplete && !isQuiet && answerForm !== AnswerForm.closing && answerUs < 0;
}
