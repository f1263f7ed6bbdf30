import { Cost } from './cost.ts';
import type { Dialect, PairedAnswer } from './dialect.ts';
import type { LookAllowance } from './look-allowance.ts';
import { longWaitingRun } from './pace.ts';
import { Due, type PairedRequest } from './paired-request.ts';
import type { RequestQueue } from './request-queue.ts';
import { isPossible } from './step-cost.ts';

/** Of a client that waits it is believed that nothing was under way when it sent on behind a hole, until it waits again. */
export class Faith {
  /** True where it was believed since, and nothing has borne it out yet: the explanations keep that it may not hold. */
  isDoubted = false;
  /** How often the client has yet to wait for its answers; 0 where it is known, or not asked. */
  #rest = 0;

  get isAsked(): boolean {
    return this.#rest > 0;
  }

  /** True where no answer has come yet behind the hole. */
  get isFirst(): boolean {
    return this.#rest === longWaitingRun;
  }

  /**
   * Nothing is under way. `isLong`: that is certain; `hasSeveral`: the client has several requests under
   * way at a time, so that some of them may be yet. True where what was
   * believed before is borne out.
   */
  begin(isLong: boolean, hasSeveral: boolean): boolean {
    const isBorneOut = this.isDoubted;
    this.isDoubted = !(isLong || isBorneOut) && hasSeveral;
    this.#rest = isLong ? 0 : longWaitingRun;
    if (isBorneOut) this.waited();
    return isBorneOut;
  }

  /** The client has waited. */
  waited(): void {
    if (this.#rest > 0) this.#rest--;
  }

  /** Whether the answer is one to the requests that are known; if not, nothing is believed any more. */
  holds<R extends PairedRequest, A extends PairedAnswer>(
    answer: A,
    queue: RequestQueue<R>,
    dialect: Dialect<R, A>,
    looks: LookAllowance,
  ): boolean {
    // Errors may surprise, but for the first.
    const most = this.isFirst ? 0 : Cost.error;
    for (let place = queue.first; place < queue.end; place++) {
      const request = queue.at(place) as R;
      if (!isPossible(request, answer)) break;
      if (dialect.misfit(request, answer) <= most || !looks.look(1)) return true;
      if (request.due === Due.always) break;
    }
    this.#rest = 0;
    return false;
  }
}
