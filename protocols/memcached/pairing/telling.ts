import type { SessionContext } from '../../protocol.ts';
import type { Dialect, PairedAnswer } from './dialect.ts';
import { Due, type PairedRequest } from './paired-request.ts';
import { PendingHolder } from './pending-holder.ts';
import type { Outcome } from './trace.ts';

/** Who gets the transactions. */
export interface TransactionHandler<R> {
  /** The answer of a request is complete, or it is certain that none will come or be known. */
  transaction(request: R): void;
}

/** Writes into requests what became of them, and tells of them. One that is not complete yet is told with its end. */
export abstract class Telling<R extends PairedRequest, A extends PairedAnswer> extends PendingHolder {
  /** True where the answer of a request may still come that was told as unknown. */
  protected mayComeLate = false;
  /** Offset in the server's stream behind the last hole: answers before it may lie in one. */
  protected holeEnd = -1;
  protected readonly handler: TransactionHandler<R>;
  protected readonly dialect: Dialect<R, A>;

  constructor(handler: TransactionHandler<R>, dialect: Dialect<R, A>, context: SessionContext) {
    super(context);
    this.handler = handler;
    this.dialect = dialect;
  }

  /** What the explanations say of it. */
  protected tellOutcome(request: R, { answer, isOne, isSilent, perhaps }: Outcome<A>): void {
    if (perhaps !== undefined) this.dialect.settlePossible?.(request, perhaps);
    if (request.isOnTrial) this.dropUnproven(request);
    else if (answer !== undefined) this.tellAnswered(request, answer, isOne);
    else if (isSilent) this.tellPassed(request);
    else this.tellUnknown(request);
  }

  /** `isOne`: the answer is its own, and no other one that says the same. */
  protected tellAnswered(request: R, answer: A, isOne = true): void {
    this.dialect.settle(request, answer);
    if (!isOne) {
      request.answerUs = -1;
      request.endUs = -1;
      request.responseBytes = -1;
    }
    if (request.isComplete) this.handler.transaction(request);
  }

  /** It was passed over: a later one was answered, or its client went on without. */
  protected tellPassed(request: R): void {
    // An incomplete request was never executed.
    if (!request.isComplete) request.isGivenUp = true;
    else if (request.isOnTrial) this.dropUnproven(request);
    else if (request.acknowledged < this.holeEnd) this.tellUnknown(request);
    else {
      if (request.due === Due.perhaps) this.dialect.settleSilence(request);
      else request.status = 'unanswered';
      this.handler.transaction(request);
    }
  }

  /** The stream ended, and it had no answer. */
  protected tellLast(request: R): void {
    if (!request.isComplete) return;
    if (request.isOnTrial) {
      this.dropUnproven(request);
      return;
    }
    const mayHaveAnswer = request.acknowledged < this.holeEnd;
    if (request.due === Due.perhaps && !mayHaveAnswer) {
      // Only a later answer proves that silence is what there is.
      request.status = 'no_reply';
    } else request.status = mayHaveAnswer ? 'unknown' : 'unanswered';
    this.handler.transaction(request);
  }

  /** Which answer it got nobody knows. */
  protected tellUnknown(request: R): void {
    if (request.due === Due.always) this.mayComeLate = true;
    if (!request.isComplete) {
      request.isGivenUp = true;
      return;
    }
    request.status = 'unknown';
    this.handler.transaction(request);
  }

  /** It is complete, with its block, if it has one. */
  complete(request: R): void {
    request.isComplete = true;
    if (request.due === Due.never) {
      this.dialect.settleSilence(request);
      this.handler.transaction(request);
      return;
    }
    if (request.isGivenUp) request.status = 'unknown';
    if (request.isGivenUp || request.answerUs >= 0) this.handler.transaction(request);
  }

  /** It was read on trial, and nothing proves that it is one. */
  protected dropUnproven(request: R): void {
    if (request.isComplete) this.context.anomalies.count('unprovenRequest');
  }
}
