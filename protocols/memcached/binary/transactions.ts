import type { AnomalyCounters } from '../../anomaly.ts';
import type { Limits } from '../../limits.ts';
import type { CloseReason, SessionContext } from '../../protocol.ts';
import type { SessionHolder, SessionMemory } from '../../session-memory.ts';
import type { Transaction } from '../../transaction.ts';
import { LookAllowance } from '../look-allowance.ts';
import type { Answer } from './binary-responses.ts';
import { headerLength } from './header.ts';
import { OpaqueOrder } from './opaque-order.ts';
import { CommandKind } from './opcodes.ts';
import { PendingRequests } from './pending-requests.ts';
import type { BinaryRequest } from './request.ts';
import { canBeOf, collect, isContinued, isPossible, settle, settleSilence } from './settle.ts';
import { UndecidedAnswers } from './undecided-answers.ts';

/** What a request or a held answer costs beside its text. */
const requestOverhead = 640;

/** Pending requests among which the one that an answer belongs to is looked for after a hole. */
const searchDepth = 1024;

/**
 * Pairs answers with requests: by order, opcode, opaque and key together. The server answers in order, so an answer
 * proves that the quiet requests before its own stay silent. Of quiet requests that look alike (Dalli sends opaque 0
 * in all) an answer is held back until a later one tells how many were answered; if not all were, nobody can say which.
 *
 * After a hole the order is no longer enough. Until the session finds a quiet point, an answer is then paired only
 * where no other pair is possible, and otherwise counted.
 */
export class BinaryTransactions implements SessionHolder {
  /** Its place in the budget of all connections. */
  heldBytes = 0;
  older: this | undefined = undefined;
  newer: this | undefined = undefined;
  readonly #tell: (transaction: Transaction) => void;
  readonly #limits: Limits;
  readonly #anomalies: AnomalyCounters;
  readonly #memory: SessionMemory;
  readonly #pending = new PendingRequests();
  readonly #looks: LookAllowance;
  readonly #opaques = new OpaqueOrder();
  readonly #undecided = new UndecidedAnswers();
  /** What the budget knows of the undecided answers. */
  #heldCost = 0;
  /** Index of the first pending request that the next answer can be of. */
  #next = 0;
  /** How many of the pending, from the front, are answered in order for certain. */
  #certain = Number.POSITIVE_INFINITY;
  /** Answers to those that are pending may lie in a hole. */
  #hasLostAnswers = false;
  /** Requests that were never captured may lie before this offset in the client's stream. */
  #unseenBefore = -1;
  /** From this offset on only an answer proves that there are requests. */
  #unprovenFrom = Number.POSITIVE_INFINITY;
  /** From this offset on only an answer proves that the server reads requests as the client sends them. */
  #astrayFrom = Number.POSITIVE_INFINITY;
  /** Offset in the server's stream behind the last answer that was paired. */
  #answeredTo = 0;
  /** True once anything of the server's was captured: without that, no answer can prove anything. */
  #hasHeardServer = false;

  constructor(tell: (transaction: Transaction) => void, context: SessionContext) {
    this.#tell = tell;
    this.#limits = context.limits;
    this.#anomalies = context.anomalies;
    this.#memory = context.memory;
    this.#looks = new LookAllowance(context);
  }

  get isCertain(): boolean {
    return this.#certain === Number.POSITIVE_INFINITY;
  }

  /** Requests that are owed an answer. */
  get pendingCount(): number {
    return this.#pending.loud;
  }

  get leastAnswerBytes(): number {
    return this.#pending.loud * headerLength;
  }

  get answeredTo(): number {
    return this.#answeredTo;
  }

  /** Opaque, opcode and key tell the answers of a pipeline apart, so that it does not matter. */
  readonly keepsRequestsUnderWay = false;
  readonly mayOweUnseen = false;

  /** The head of a request is complete. */
  add(request: BinaryRequest): void {
    this.#opaques.see(request.opaque);
    if (request.leadsAstray) this.#astrayFrom = Math.min(this.#astrayFrom, request.headEnd);
    if (!request.awaitsAnswer) return;
    if (this.#pending.length >= this.#limits.pendingRequests) {
      this.#anomalies.count('pendingLimit');
      this.#decide();
      this.#waitNoLonger();
      // Its answer may still come, and must not be taken for that of the next.
      this.#doubtOrder();
    }
    this.#pending.push(request);
    this.#looks.grant();
    this.#memory.holdPending(this, costOf(request));
  }

  /** Memory is short: what waits here is waited for no longer. A request that is not complete yet goes on without. */
  giveUp(): void {
    this.#decide();
    while (this.#pending.length > 0) this.#waitNoLonger();
    this.#doubtOrder();
  }

  #waitNoLonger(): void {
    this.#hasLostAnswers = true;
    const request = this.#shift();
    if (request.isComplete) this.#giveUp(request);
    else request.isGivenUp = true;
  }

  /** From now on there are answers on the way whose requests are not known here. */
  #doubtOrder(): void {
    // Said already: said again for each of many requests, it would take time that grows with their square.
    if (this.#certain > 0 || this.#unseenBefore < Number.MAX_SAFE_INTEGER) {
      this.requestsMissing(Number.MAX_SAFE_INTEGER);
    }
    this.answersMissing();
  }

  /** A request is complete: it can be told as soon as its answer is. */
  complete(request: BinaryRequest): void {
    request.isComplete = true;
    if (!request.awaitsAnswer) {
      settleSilence(request);
      this.#finish(request);
    } else if (request.isGivenUp) this.#giveUp(request);
    else if (request.answerUs >= 0) this.#finish(request);
  }

  /** Tells each request that is due an answer and has none yet, oldest first. */
  waiting(tell: (request: Transaction) => void): void {
    const isCertain = ({ start }: BinaryRequest): boolean => start < this.#unprovenFrom && start < this.#astrayFrom;
    for (let index = 0; index < this.#pending.length; index++) {
      const request = this.#pending.at(index) as BinaryRequest;
      if (isDueAnswer(request) && isCertain(request)) tell(request);
    }
  }

  answer(answer: Answer): void {
    this.#hasHeardServer = true;
    const isInOrder = this.#certain > 0;
    const index = isInOrder ? this.#inOrder(answer) : this.#onlyCandidate(answer);
    const request = this.#pending.at(index);
    if (index < 0 || request === undefined) {
      this.#reject(isInOrder && this.#owes(answer));
      return;
    }
    if (request.opcode.isQuiet && isInOrder && !this.#pending.isDistinct(request, answer.isHeadWhole)) {
      this.#hold(answer, index);
      return;
    }
    this.#passOver(index);
    if (!isInOrder) this.#takeOrderFrom(request);
    this.#believe(request);
    if (isContinued(request, answer)) {
      collect(request, answer);
      return;
    }
    this.#shift();
    this.#answeredTo = answer.start + answer.length;
    settle(request, answer);
    this.#finish(request);
  }

  /** Bytes of the client's are missing up to this offset, and with them perhaps requests. */
  requestsMissing(offset: number): void {
    this.#decide();
    this.#unseenBefore = offset;
    this.#certain = Math.min(this.#certain, this.#certainBefore(offset));
  }

  /** Bytes of the server's are missing, and with them perhaps answers. */
  answersMissing(): void {
    this.#decide();
    this.#certain = 0;
    this.#hasLostAnswers = true;
  }

  readonly leastTentativeBytes = 0;

  /** That matters as little. */
  sendsOn(): void {}

  /** The capture begins in the middle of both streams. */
  beginMidStream(): void {
    this.answersMissing();
  }

  /**
   * Nothing is under way in either direction: what was pending will not be answered, what comes is in order again.
   * `isProven`: it is known, and does not only seem so, that the next byte of the client's starts a request.
   */
  takeUp(isProven: boolean): void {
    this.#decide();
    while (this.#pending.length > 0) this.#giveUp(this.#shift());
    this.#certain = Number.POSITIVE_INFINITY;
    this.#hasLostAnswers = false;
    this.#unseenBefore = -1;
    this.#unprovenFrom = isProven ? Number.POSITIVE_INFINITY : 0;
    this.#astrayFrom = Number.POSITIVE_INFINITY;
  }

  /** Returns how many bytes there are of answers of which some messages came, and not the last one. */
  end(reason: CloseReason): number {
    this.#decide();
    let unfinished = 0;
    while (this.#pending.length > 0) {
      const request = this.#shift();
      if (request.answerUs < 0) unfinished += request.answerBytes;
      const isClosed = (reason === 'fin' || reason === 'rst') && !this.#hasLostAnswers;
      if (isClosed && request.opcode.kind === CommandKind.quit) {
        settleSilence(request);
        this.#finish(request);
      } else this.#giveUp(request);
    }
    return unfinished;
  }

  /** Index of the request that the answer belongs to, or -1. */
  #inOrder(answer: Answer): number {
    const end = Math.min(this.#pending.length, this.#certain);
    for (let index = this.#next; index < end; index++) {
      const request = this.#pending.at(index) as BinaryRequest;
      if (canBeOf(request, answer)) return index;
      if (!request.opcode.isQuiet || !this.#looks.take(1)) return -1;
    }
    return -1;
  }

  /** Index of the one pending request that the answer can belong to, or -1 where there is none or more than one. */
  #onlyCandidate(answer: Answer): number {
    if (this.#pending.length > searchDepth) return -1;
    if (this.#unseenBefore >= 0 && !(answer.opaque !== 0 && this.#opaques.isTrusted)) return -1;
    if (!this.#looks.take(this.#pending.length)) return -1;
    let found = -1;
    for (let index = 0; index < this.#pending.length; index++) {
      const request = this.#pending.at(index) as BinaryRequest;
      if (request.answerUs >= 0 || !canBeOf(request, answer)) continue;
      if (found >= 0) return -1;
      found = index;
    }
    return found;
  }

  /** Keeps the answer until a later one tells which of the requests from `first` on it is of. */
  #hold(answer: Answer, first: number): void {
    if (this.#undecided.length >= this.#limits.heldAnswers) {
      this.#anomalies.count('heldAnswerLimit');
      this.#reject(true);
      return;
    }
    this.#undecided.hold(answer, first);
    this.#heldCost += requestOverhead;
    this.#memory.holdPending(this, requestOverhead);
    this.#next = first + 1;
  }

  /**
   * True where a pending request must be answered before anything else is, so that no other answer can come now, and
   * where it would take too long to find out.
   */
  #owes(answer: Answer): boolean {
    for (let index = this.#next; index < this.#pending.length; index++) {
      const request = this.#pending.at(index) as BinaryRequest;
      if (!request.opcode.isQuiet) return isPossible(request, answer);
      if (!this.#looks.take(1)) return true;
    }
    return false;
  }

  #reject(contradictsOrder: boolean): void {
    if (!contradictsOrder) {
      this.#anomalies.count('unaskedAnswer');
      return;
    }
    // The order that was taken for certain is not: something on the way here was read otherwise by the server.
    this.#anomalies.count('pairingLost');
    this.#doubtOrder();
  }

  /** This request is answered: it is one, and so is what comes behind it. */
  #believe(request: BinaryRequest): void {
    if (request.start >= this.#unprovenFrom) this.#unprovenFrom = Number.POSITIVE_INFINITY;
    if (request.start >= this.#astrayFrom) this.#astrayFrom = Number.POSITIVE_INFINITY;
  }

  /** The order is known from this request on, as far as no hole lies behind it. */
  #takeOrderFrom(request: BinaryRequest): void {
    this.#hasLostAnswers = false;
    if (request.start >= this.#unseenBefore) {
      this.#unseenBefore = -1;
      this.#certain = Number.POSITIVE_INFINITY;
    } else this.#certain = this.#certainBefore(this.#unseenBefore);
  }

  /**
   * How many requests of the front come before this offset and are answered in order whatever comes behind them: quiet
   * ones only as far as one follows that is always answered.
   */
  #certainBefore(offset: number): number {
    const last = this.#pending.at(this.#pending.length - 1);
    if (last === undefined || last.start < offset) return this.#pending.throughLastLoud;
    let certain = 0;
    for (let index = 0; index < this.#pending.length; index++) {
      const request = this.#pending.at(index) as BinaryRequest;
      if (request.start >= offset) break;
      if (!request.opcode.isQuiet) certain = index + 1;
    }
    return certain;
  }

  /** The request at `index` is answered: those before it were, or never will be. */
  #passOver(index: number): void {
    if (index === 0 && this.#undecided.length === 0) return;
    this.#decide(index);
    for (let left = index; left > 0; left--) {
      const request = this.#shift();
      // What the server refuses for its form it answers, quiet or not.
      const mayBeSilent = request.opcode.isQuiet && !request.refused;
      const isSilent = mayBeSilent && !request.isDoubtful && !this.#hasLostAnswers;
      if (!isSilent || request.answerUs >= 0) this.#giveUp(request);
      else {
        settleSilence(request);
        this.#finish(request);
      }
    }
  }

  /** What is held back is given to the requests before the index `end`, as far as there is no choice. */
  #decide(end: number = this.#pending.length): void {
    this.#next = 0;
    const ungiven = this.#undecided.decide(this.#pending, end);
    if (this.#heldCost > 0) this.#memory.releasePending(this, this.#heldCost);
    this.#heldCost = 0;
    if (ungiven > 0) this.#anomalies.count('ambiguousAnswer', ungiven);
  }

  #shift(): BinaryRequest {
    this.#certain--;
    const request = this.#pending.shift();
    this.#memory.releasePending(this, costOf(request));
    return request;
  }

  /** No answer to this request will come, or none that can be told from others. */
  #giveUp(request: BinaryRequest): void {
    if (request.answerUs >= 0) {
      this.#finish(request);
      return;
    }
    // An incomplete request was never executed.
    if (!request.isComplete) return;
    if (request.start >= this.#astrayFrom) {
      this.#anomalies.count('unreadRequest');
      return;
    }
    if (request.start >= this.#unprovenFrom && this.#hasHeardServer) {
      this.#anomalies.count('unprovenRequest');
      return;
    }
    const isSilent = request.opcode.isQuiet && this.isCertain && !this.#hasLostAnswers;
    request.status = isSilent ? 'no_reply' : 'unanswered';
    this.#finish(request);
  }

  /** Tells a request that is complete and has its answer, once. */
  #finish(request: BinaryRequest): void {
    if (!request.isComplete || request.isTold) return;
    request.isTold = true;
    if (request.isHeadWhole) this.#tell(request);
    else this.#anomalies.count('keyMissing');
  }
}

function costOf(request: BinaryRequest): number {
  return requestOverhead + request.line.length;
}

/** Whether the server owes it an answer, and has not given it. */
function isDueAnswer({ isComplete, isHeadWhole, opcode, answerUs }: BinaryRequest): boolean {
  return isComplete && isHeadWhole && !opcode.isQuiet && answerUs < 0;
}
