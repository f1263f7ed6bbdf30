import type { AnomalyCounters } from './anomaly.ts';
import type { Limits } from './limits.ts';
import { type Holder, MemoryBudget } from './memory-budget.ts';

/** What a session holds that can be given up, at the price of what it says. */
export interface SessionHolder extends Holder {
  /** Lets go of all that is held. The budget has counted it. */
  giveUp(): void;
}

/** A part of a stream that is kept until it is complete: the start of a line, bytes that nobody can judge yet. */
export class Unfinished implements SessionHolder {
  heldBytes = 0;
  older: this | undefined = undefined;
  newer: this | undefined = undefined;
  readonly giveUp: () => void;

  constructor(giveUp: () => void) {
    this.giveUp = giveUp;
  }
}

/** What the sessions of all connections may hold together. */
export class SessionMemory {
  readonly #unfinished: MemoryBudget<SessionHolder>;
  readonly #pending: MemoryBudget<SessionHolder>;

  constructor(limits: Limits, anomalies: AnomalyCounters) {
    this.#unfinished = new MemoryBudget(limits.unfinishedTotalBytes, anomalies, 'unfinishedTotalLimit');
    this.#pending = new MemoryBudget(limits.pendingTotalBytes, anomalies, 'pendingTotalLimit');
  }

  /** Something incomplete grows by so many bytes. What has waited longest is given up, perhaps this. */
  holdUnfinished(holder: SessionHolder, bytes: number): void {
    this.#unfinished.hold(holder, bytes);
    keepLimit(this.#unfinished);
  }

  releaseUnfinished(holder: SessionHolder): void {
    this.#unfinished.release(holder);
  }

  /** A request, or an answer that can't be given to one yet, waits with so many bytes. As `holdUnfinished`. */
  holdPending(holder: SessionHolder, bytes: number): void {
    this.#pending.hold(holder, bytes);
    keepLimit(this.#pending);
  }

  /** So many bytes wait no longer; what is left of this holder's has got on. */
  releasePending(holder: SessionHolder, bytes: number): void {
    this.#pending.hold(holder, -Math.min(bytes, holder.heldBytes));
    this.#pending.touch(holder);
  }
}

function keepLimit(budget: MemoryBudget<SessionHolder>): void {
  for (let holder = budget.takeExcess(); holder !== undefined; holder = budget.takeExcess()) {
    holder.giveUp();
    budget.release(holder);
  }
}
