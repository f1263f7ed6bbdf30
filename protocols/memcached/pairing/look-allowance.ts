import type { SessionContext } from '../../protocol.ts';

/** Looks that are saved up at most: a tenth of a second. */
const mostSaved = 4_000_000;

/**
 * How many pending requests may still be looked at to find out which one an answer belongs to. Whoever sends can see to
 * it that each answer is looked for in vain among all that wait. So each request pays for some looks, and once they are
 * used up the search ends: the time that is taken grows with what is read, and not with its square.
 */
export abstract class LookAllowance {
  protected readonly context: SessionContext;
  #looksLeft = 0;

  constructor(context: SessionContext) {
    this.context = context;
  }

  /** Takes so many looks. False, and counted, where so many are not left. */
  look(count: number): boolean {
    if (count > this.#looksLeft) {
      this.context.anomalies.count('looksLimit');
      return false;
    }
    this.#looksLeft -= count;
    return true;
  }

  /** Requests came; `taken`: so many looks were taken for them before anybody asked. */
  protected grantLooks(requests = 1, taken = 0): void {
    this.#looksLeft = Math.min(mostSaved, this.#looksLeft + requests * this.context.limits.looksPerRequest - taken);
  }
}
