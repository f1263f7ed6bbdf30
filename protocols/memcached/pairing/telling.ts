import type { SessionContext } from '../../protocol.ts';
import type { Dialect, PairedAnswer } from './dialect.ts';
import { Due, type PairedRequest } from './paired-request.ts';
import type { Outcome } from './trace.ts';

/** Who gets the transactions. */
export interface TransactionHandler<R> {
  /** The answer of a request is complete, or it is certain that none will come or be known. */
  transaction(request: R): void;
}

/** Writes into requests what became of them, and tells of them. One that is not complete yet is told with its end. */
export class Telling<R extends PairedRequest, A extends PairedAnswer> {
  /** True where the answer of a request may still come that was told as unknown. */
  mayComeLate = false;
  /** Offset in the server's stream behind the last hole: answers before it may lie in one. */
  holeEnd = -1;
  readonly #handler: TransactionHandler<R>;
  readonly #dialect: Dialect<R, A>;
  readonly #context: SessionContext;

  constructor(handler: TransactionHandler<R>, dialect: Dialect<R, A>, context: SessionContext) {
    this.#handler = handler;
    this.#dialect = dialect;
    this.#context = context;
  }

  /** What the explanations say of it. */
  outcome(request: R, { answer, isOne, isSilent, perhaps }: Outcome<A>): void {
    if (perhaps !== undefined) this.#dialect.settlePossible?.(request, perhaps);
    if (request.isOnTrial) this.unproven(request);
    else if (answer !== undefined) this.answered(request, answer, isOne);
    else if (isSilent) this.passed(request);
    else this.unknown(request);
  }

  /** `isOne`: the answer is its own, and no other one that says the same. */
  answered(request: R, answer: A, isOne = true): void {
    this.#dialect.settle(request, answer);
    if (!isOne) {
      request.answerUs = -1;
      request.endUs = -1;
      request.responseBytes = -1;
    }
    if (request.isComplete) this.#handler.transaction(request);
  }

  /** It was passed over: a later one was answered, or its client went on without. */
  passed(request: R): void {
    // An incomplete request was never executed.
    if (!request.isComplete) request.isGivenUp = true;
    else if (request.isOnTrial) this.unproven(request);
    else if (request.acknowledged < this.holeEnd) this.unknown(request);
    else {
      if (request.due === Due.perhaps) this.#dialect.settleSilence(request);
      else request.status = 'unanswered';
      this.#handler.transaction(request);
    }
  }

  /** The stream ended, and it had no answer. */
  last(request: R): void {
    if (!request.isComplete) return;
    if (request.isOnTrial) {
      this.unproven(request);
      return;
    }
    const mayHaveAnswer = request.acknowledged < this.holeEnd;
    if (request.due === Due.perhaps && !mayHaveAnswer) {
      // Only a later answer proves that silence is what there is.
      request.status = 'no_reply';
    } else request.status = mayHaveAnswer ? 'unknown' : 'unanswered';
    this.#handler.transaction(request);
  }

  /** Which answer it got nobody knows. */
  unknown(request: R): void {
    if (request.due === Due.always) this.mayComeLate = true;
    if (request.isComplete) this.#tellUnknown(request);
    else request.isGivenUp = true;
  }

  /** It is complete, with its block, if it has one. */
  complete(request: R): void {
    request.isComplete = true;
    if (request.due === Due.never) {
      this.#dialect.settleSilence(request);
      this.#handler.transaction(request);
    } else if (request.isGivenUp) this.#tellUnknown(request);
    else if (request.answerUs >= 0) this.#handler.transaction(request);
  }

  /** It was read on trial, and nothing proves that it is one. */
  unproven(request: R): void {
    if (request.isComplete) this.#context.anomalies.count('unprovenRequest');
  }

  #tellUnknown(request: R): void {
    request.status = 'unknown';
    this.#handler.transaction(request);
  }
}
