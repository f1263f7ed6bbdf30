import type { AnomalyCounters } from '../anomaly.ts';
import type { Limits } from '../limits.ts';
import type { CloseReason } from '../protocol.ts';
import type { Transaction } from '../transaction.ts';
import { AnswerForm } from './constants.ts';
import type { Request } from './request.ts';
import { findsInOrder, fits, settle } from './settle.ts';
import type { Answer } from './text-responses.ts';

/** Pending requests among which the one that an answer belongs to is looked for after a hole. */
const searchDepth = 64;

/**
 * Pairs answers with requests, in order. After a hole the order is no longer enough: some answers, or some
 * requests, were never seen. Until the session finds a quiet point, an answer is then paired only where no
 * other pair is possible, and otherwise counted.
 */
export class Transactions {
  readonly #tell: (transaction: Transaction) => void;
  readonly #limits: Limits;
  readonly #anomalies: AnomalyCounters;
  /** Requests that await their answer, from `#head` on. */
  #pending: Request[] = [];
  #head = 0;
  /** How many of the pending, from the front, are answered in order for certain. */
  #certain = Number.POSITIVE_INFINITY;
  /**
   * True where the requests were read from a point that only seems to start one (the middle of a stream, or after
   * holes in both directions): the first answer that fits is the proof, and without it they are not told.
   */
  #isUnproven = false;
  /** True once anything of the server's was captured: without that, no answer can prove anything. */
  #hasHeardServer = false;
  /** True where requests that were never captured may be answered too. */
  #hasUnseenRequests = false;

  constructor(tell: (transaction: Transaction) => void, limits: Limits, anomalies: AnomalyCounters) {
    this.#tell = tell;
    this.#limits = limits;
    this.#anomalies = anomalies;
  }

  get isCertain(): boolean {
    return this.#certain === Number.POSITIVE_INFINITY;
  }

  /** True where a server that was heard owes more than one answer. */
  get awaitsSeveral(): boolean {
    return this.#hasHeardServer && this.#pending.length - this.#head > 1;
  }

  /** The command line of a request is complete. */
  add(request: Request): void {
    if (request.answerForm === AnswerForm.none) return;
    if (this.#pending.length - this.#head >= this.#limits.pendingRequests) {
      this.#anomalies.count('pendingLimit');
      this.#unanswered(this.#shift());
    }
    this.#pending.push(request);
  }

  /** A request is complete: it can be told as soon as its answer is. */
  complete(request: Request): void {
    request.isComplete = true;
    if (request.answerForm === AnswerForm.none) {
      request.status = 'no_reply';
      this.#tell(request);
    } else if (request.answerUs >= 0) this.#tell(request);
  }

  answer(answer: Answer): void {
    this.#hasHeardServer = true;
    const index = this.#certain > 0 ? this.#head : this.#onlyCandidate(answer);
    const request = this.#pending[index];
    if (request === undefined || !isPossible(request, answer)) {
      this.#anomalies.count('unaskedAnswer');
      return;
    }
    if (!fits(request, answer)) {
      // The order that was taken for certain is not: something on the way here was read otherwise by the server.
      this.#anomalies.count('pairingLost');
      this.requestsMissing();
      this.answersMissing();
      return;
    }
    if (this.#certain === 0) {
      while (this.#head < index) this.#unanswered(this.#shift());
      this.#certain = Number.POSITIVE_INFINITY;
    }
    this.#shift();
    this.#isUnproven = false;
    settle(request, answer);
    if (request.isComplete) this.#tell(request);
  }

  /** Whether the answer under way has found the last key that its request asks for. */
  isLastValue(answer: Answer): boolean {
    const request = this.#certain > 0 ? this.#pending[this.#head] : undefined;
    if (request === undefined || request.keys.at(-1) !== answer.keys.at(-1)) return false;
    return isPossible(request, answer) && findsInOrder(request, answer);
  }

  /** Bytes of the client's are missing, and with them perhaps requests. */
  requestsMissing(): void {
    this.#certain = Math.min(this.#certain, this.#pending.length - this.#head);
    this.#hasUnseenRequests = true;
  }

  /** Bytes of the server's are missing, and with them perhaps answers. */
  answersMissing(): void {
    this.#certain = 0;
  }

  /**
   * Nothing is under way in either direction: what was pending will not be answered, what comes is in order again.
   * `isProven`: it is known, and does not only seem so, that the next byte of the client's starts a request.
   */
  takeUp(isProven: boolean): void {
    while (this.#head < this.#pending.length) this.#unanswered(this.#shift());
    this.#certain = Number.POSITIVE_INFINITY;
    this.#hasUnseenRequests = false;
    this.#isUnproven = !isProven;
  }

  end(reason: CloseReason): void {
    while (this.#head < this.#pending.length) {
      const request = this.#shift();
      if (request.answerForm === AnswerForm.closing && (reason === 'fin' || reason === 'rst')) {
        request.status = 'no_reply';
        if (request.isComplete) this.#tell(request);
      } else this.#unanswered(request);
    }
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

  /** Index of the one pending request that the answer can belong to, or -1 where there is none or more than one. */
  #onlyCandidate(answer: Answer): number {
    if (this.#hasUnseenRequests) return -1;
    let found = -1;
    const end = Math.min(this.#pending.length, this.#head + searchDepth);
    if (end < this.#pending.length) return -1;
    for (let index = this.#head; index < end; index++) {
      const request = this.#pending[index] as Request;
      if (!isPossible(request, answer) || !fits(request, answer)) continue;
      if (found >= 0) return -1;
      found = index;
    }
    return found;
  }

  #shift(): Request {
    const request = this.#pending[this.#head] as Request;
    this.#head++;
    this.#certain--;
    if (this.#head === this.#pending.length) {
      this.#pending.length = 0;
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 > this.#pending.length) {
      this.#pending = this.#pending.slice(this.#head);
      this.#head = 0;
    }
    return request;
  }
}

/**
 * An answer can't have been sent before its request arrived, nor lie in what the client had received when it sent
 * the request.
 */
function isPossible(request: Request, answer: Answer): boolean {
  return answer.start >= request.acknowledged && (answer.acknowledged < 0 || answer.acknowledged >= request.lineEnd);
}
