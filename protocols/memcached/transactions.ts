import type { AnomalyCounters } from '../anomaly.ts';
import type { Limits } from '../limits.ts';
import type { CloseReason, SessionContext } from '../protocol.ts';
import type { SessionHolder, SessionMemory } from '../session-memory.ts';
import type { Transaction } from '../transaction.ts';
import type { Answer } from './answer.ts';
import { AnswerForm } from './constants.ts';
import { identifies } from './meta.ts';
import type { Request } from './request.ts';
import { RequestQueue } from './request-queue.ts';
import { findsInOrder, fits, mayGetError, settle, settleSilence } from './settle.ts';

/** What a request or a held answer costs beside its text, and what each of its keys does. */
const requestOverhead = 512;
const keyOverhead = 48;

/** Pending requests among which the one that an answer belongs to is looked for after a hole. */
const searchDepth = 64;

/**
 * Pairs answers with requests, in order. After a hole the order is no longer enough: some answers, or some
 * requests, were never seen. Until the session finds a quiet point, an answer is then paired only where no
 * other pair is possible, and otherwise counted.
 */
export class Transactions implements SessionHolder {
  /** Its place in the budget of all connections. */
  heldBytes = 0;
  older: this | undefined = undefined;
  newer: this | undefined = undefined;
  readonly #tell: (transaction: Transaction) => void;
  readonly #limits: Limits;
  readonly #anomalies: AnomalyCounters;
  readonly #memory: SessionMemory;
  /** Requests that await their answer. */
  readonly #pending = new RequestQueue();
  /** How many of the pending, from the front, are answered in order for certain. */
  #certain = Number.POSITIVE_INFINITY;
  /** Answers to quiet requests at the front that could be answers to more than one of them. */
  #held: Answer[] = [];
  #heldCost = 0;
  /**
   * True where the requests were read from a point that only seems to start one (the middle of a stream, or after
   * holes in both directions): the first answer that fits is the proof, and without it they are not told.
   */
  #isUnproven = false;
  /** True once anything of the server's was captured: without that, no answer can prove anything. */
  #hasHeardServer = false;
  #answeredTo = 0;
  /** True where the client was last seen to send on while earlier requests were unanswered. */
  #keepsRequestsUnderWay = false;
  /** True where requests that were never captured may be answered too. */
  #hasUnseenRequests = false;

  constructor(tell: (transaction: Transaction) => void, { limits, anomalies, memory }: SessionContext) {
    this.#tell = tell;
    this.#limits = limits;
    this.#anomalies = anomalies;
    this.#memory = memory;
  }

  get isCertain(): boolean {
    return this.#certain === Number.POSITIVE_INFINITY;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  get leastAnswerBytes(): number {
    let bytes = 0;
    for (let index = 0; index < this.#pending.length; index++)
      bytes += leastAnswerBytes(this.#pending.at(index) as Request);
    return bytes;
  }

  get answeredTo(): number {
    return this.#answeredTo;
  }

  get keepsRequestsUnderWay(): boolean {
    return this.#keepsRequestsUnderWay;
  }

  /** The request whose answer is due next. */
  get next(): Request | undefined {
    return this.#pending.at(0);
  }

  /** The command line of a request is complete. */
  add(request: Request): void {
    if (request.answerForm === AnswerForm.none) return;
    if (this.#pending.length >= this.#limits.pendingRequests) {
      this.#anomalies.count('pendingLimit');
      this.#waitNoLonger();
      // Its answer may still come, and must not be taken for that of the next.
      this.#doubtOrder();
    }
    if (this.isCertain) this.#watchPace(request);
    this.#pending.push(request);
    this.#memory.holdPending(this, costOf(request));
  }

  /** Memory is short: what waits here is waited for no longer. A request that is not complete yet goes on without. */
  giveUp(): void {
    this.#dropHeld();
    while (this.#pending.length > 0) this.#waitNoLonger();
    this.#doubtOrder();
  }

  #waitNoLonger(): void {
    const request = this.#shift();
    if (request.isComplete) this.#unanswered(request);
    else request.isGivenUp = true;
  }

  /** From now on there are answers on the way whose requests are not known here. */
  #doubtOrder(): void {
    this.requestsMissing();
    this.answersMissing();
  }

  /** Whether the client waits for its answers: it does not where it has seen one, and sends on before the next. */
  #watchPace(request: Request): void {
    const last = this.#pending.at(this.#pending.length - 1);
    if (last === undefined) this.#keepsRequestsUnderWay = false;
    else if (request.acknowledged > last.acknowledged) this.#keepsRequestsUnderWay = true;
  }

  /** A request is complete: it can be told as soon as its answer is. */
  complete(request: Request): void {
    request.isComplete = true;
    if (request.answerForm === AnswerForm.none) {
      request.status = 'no_reply';
      this.#tell(request);
    } else if (request.isGivenUp) {
      request.status = 'unanswered';
      this.#tell(request);
    } else if (request.answerUs >= 0) this.#tell(request);
  }

  answer(answer: Answer): void {
    this.#hasHeardServer = true;
    if (this.#certain === 0) {
      const index = this.#onlyCandidate(answer);
      if (index < 0) this.#anomalies.count('unaskedAnswer');
      else {
        for (let before = 0; before < index; before++) this.#unanswered(this.#shift());
        this.#certain = Number.POSITIVE_INFINITY;
        this.#settle(0, answer);
      }
      return;
    }
    const front = this.#pending.at(0);
    if (front?.isQuiet) this.#answerQuiet(answer);
    else if (front === undefined || !isPossible(front, answer)) this.#anomalies.count('unaskedAnswer');
    else if (!fits(front, answer)) this.#losePairing();
    else this.#settle(0, answer);
  }

  /** Whether the answer under way has found the last key that its request asks for. */
  isLastValue(answer: Answer): boolean {
    const request = this.#certain > 0 ? this.#pending.at(0) : undefined;
    if (request === undefined || request.keysLeftOut > 0 || answer.keysLeftOut > 0) return false;
    if (request.keys.at(-1) !== answer.keys.at(-1)) return false;
    return isPossible(request, answer) && findsInOrder(request, answer);
  }

  /** Bytes of the client's are missing, and with them perhaps requests. */
  requestsMissing(): void {
    this.#certain = Math.min(this.#certain, this.#pending.length);
    this.#hasUnseenRequests = true;
  }

  /** Bytes of the server's are missing, and with them perhaps answers. */
  answersMissing(): void {
    this.#dropHeld();
    this.#certain = 0;
  }

  /**
   * Nothing is under way in either direction: what was pending will not be answered, what comes is in order again.
   * `isProven`: it is known, and does not only seem so, that the next byte of the client's starts a request.
   */
  takeUp(isProven: boolean): void {
    this.#dropHeld();
    while (this.#pending.length > 0) this.#unanswered(this.#shift());
    this.#certain = Number.POSITIVE_INFINITY;
    this.#hasUnseenRequests = false;
    this.#isUnproven = !isProven;
  }

  end(reason: CloseReason): void {
    if (this.#held.length > 0) this.#settleHeldAtEnd();
    while (this.#pending.length > 0) {
      const request = this.#shift();
      const isSilent =
        (request.isQuiet && this.isCertain) ||
        (request.answerForm === AnswerForm.closing && (reason === 'fin' || reason === 'rst'));
      if (isSilent) {
        request.status = 'no_reply';
        if (request.isComplete) this.#tell(request);
      } else this.#unanswered(request);
    }
    this.#takeHeld();
  }

  /**
   * Quiet requests stand at the front: the answer is that of one of them, whose predecessors were then met with
   * silence, or that of the first request behind them that is not quiet, and so owed an answer.
   */
  #answerQuiet(answer: Answer): void {
    let found = -1;
    let isOnly = true;
    for (let index = 0; ; index++) {
      const request = index < this.#certain ? this.#pending.at(index) : undefined;
      if (request === undefined) {
        // Behind the certain ones are requests that were never captured: the answer may be theirs.
        if (index === this.#certain) isOnly = false;
        break;
      }
      if (isPossible(request, answer) && fits(request, answer) && mayGetError(request, answer)) {
        isOnly = found < 0;
        found = index;
        if (identifies(request, answer)) {
          isOnly = true;
          break;
        }
      }
      if (!request.isQuiet) break;
    }
    if (found < 0) this.#losePairing();
    else if (isOnly) this.#settle(found, answer);
    else if (this.#held.length < this.#limits.heldAnswers) {
      const cost = requestOverhead + answer.keys.length * keyOverhead;
      this.#held.push(answer.copy());
      this.#heldCost += cost;
      this.#memory.holdPending(this, cost);
    } else {
      this.#anomalies.count('heldAnswerLimit');
      this.#losePairing();
    }
  }

  /** The answer belongs to the request `index` places behind the front; those before it get none any more. */
  #settle(index: number, answer: Answer): void {
    if (index > 0) this.#passOver(index);
    const request = this.#shift();
    this.#isUnproven = false;
    this.#answeredTo = answer.start + answer.length;
    settle(request, answer);
    if (request.isComplete) this.#tell(request);
  }

  /** The first `count` requests get no answer any more but those that are held. */
  #passOver(count: number): void {
    const passed = Array.from({ length: count }, () => this.#shift());
    const held = this.#takeHeld();
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
      if (request.isComplete) this.#tell(request);
    }
    if (!areAllAnswered && held.length > 0) this.#anomalies.count('ambiguousAnswer', held.length);
  }

  /** No more answers come: the last one held is that of the request that was owed one. */
  #settleHeldAtEnd(): void {
    let owed = 0;
    while (this.#pending.at(owed)?.isQuiet) owed++;
    const request = this.#pending.at(owed);
    const last = this.#held.at(-1) as Answer;
    if (request !== undefined && isPossible(request, last) && fits(request, last)) {
      this.#held.pop();
      this.#settle(owed, last);
    } else this.#passOver(owed);
  }

  /** The order that was taken for certain is not: something on the way here was read otherwise by the server. */
  #losePairing(): void {
    this.#anomalies.count('pairingLost');
    this.#doubtOrder();
  }

  #dropHeld(): void {
    if (this.#held.length === 0) return;
    this.#anomalies.count('ambiguousAnswer', this.#takeHeld().length);
  }

  #takeHeld(): Answer[] {
    const held = this.#held;
    if (held.length === 0) return held;
    this.#memory.releasePending(this, this.#heldCost);
    this.#heldCost = 0;
    this.#held = [];
    return held;
  }

  #unanswered(request: Request): void {
    // An incomplete request was never executed.
    if (!request.isComplete) return;
    if (this.#isUnproven && this.#hasHeardServer) {
      this.#anomalies.count('unprovenRequest');
      return;
    }
    request.status = 'unanswered';
    this.#tell(request);
  }

  /** Place of the one pending request that the answer can belong to, or -1 where there is none or more than one. */
  #onlyCandidate(answer: Answer): number {
    if (this.#hasUnseenRequests || this.#pending.length > searchDepth) return -1;
    let found = -1;
    for (let index = 0; index < this.#pending.length; index++) {
      const request = this.#pending.at(index) as Request;
      if (!isPossible(request, answer) || !fits(request, answer)) continue;
      if (found >= 0) return -1;
      found = index;
    }
    return found;
  }

  #shift(): Request {
    this.#certain--;
    const request = this.#pending.shift() as Request;
    this.#memory.releasePending(this, costOf(request));
    return request;
  }
}

function costOf(request: Request): number {
  return requestOverhead + request.line.length + request.keys.length * keyOverhead;
}

/**
 * An answer can't have been sent before its request arrived, nor lie in what the client had received when it sent
 * the request.
 */
function isPossible(request: Request, answer: Answer): boolean {
  return answer.start >= request.acknowledged && (answer.acknowledged < 0 || answer.acknowledged >= request.lineEnd);
}

/** The least that an answer to the request takes, in bytes: its shortest word, or ERROR. */
function leastAnswerBytes(request: Request): number {
  if (request.isQuiet) return 0;
  switch (request.answerForm) {
    case AnswerForm.number:
      return '0\r\n'.length;
    case AnswerForm.meta:
      return 'HD\r\n'.length;
    case AnswerForm.retrieval:
      return 'END\r\n'.length;
    default:
      return request.words === undefined ? 'OK\r\n'.length : 'ERROR\r\n'.length;
  }
}
