import type { SessionHolder } from '../../session-memory.ts';
import { LookAllowance } from './look-allowance.ts';

/** What the requests of one connection cost of which the budget of all connections is not told, in bytes. */
const uncounted = 1024;

/** What waits on one connection, and its place in the budget of all connections. */
export abstract class PendingHolder extends LookAllowance implements SessionHolder {
  heldBytes = 0;
  older: this | undefined = undefined;
  newer: this | undefined = undefined;
  /** What all of it costs, in bytes of `pendingTotalBytes`, and what part of that is the explanations'. */
  #cost = 0;
  #explanationsCost = 0;

  abstract giveUp(): void;

  /**
   * So much more waits here, in bytes, beside what the explanations cost. The budget of all connections is told of what
   * is more than a short request: one that waits for its answer is what every client has.
   */
  protected account(change: number, explanationsCost: number): void {
    this.#cost += change + explanationsCost - this.#explanationsCost;
    this.#explanationsCost = explanationsCost;
    const counted = this.#cost > uncounted ? this.#cost : 0;
    if (counted > this.heldBytes) this.context.memory.holdPending(this, counted - this.heldBytes);
    else if (counted < this.heldBytes) this.context.memory.releasePending(this, this.heldBytes - counted);
  }

  /** Nothing waits here any more. */
  protected release(): void {
    this.#cost = 0;
    this.#explanationsCost = 0;
    if (this.heldBytes > 0) this.context.memory.releasePending(this, this.heldBytes);
  }
}
