import type { Anomaly, AnomalyCounters } from './anomaly.ts';
import { type Linked, PeerList } from './peer-list.ts';

/** What holds memory that many of its kind share a limit of. Its place in the budget is kept in itself. */
export interface Holder extends Linked {
  /** Bytes that it holds, as the budget counts them; set by the budget alone. */
  heldBytes: number;
}

/**
 * Memory that all connections together may hold for one purpose. Where it runs out, the holder that has got on least
 * recently is to let go: what belongs to lively traffic is young, what is held to exhaust memory grows old.
 */
export class MemoryBudget<H extends Holder> {
  /** Bytes held now. */
  bytes = 0;
  readonly #limit: number;
  readonly #anomalies: AnomalyCounters;
  readonly #anomaly: Anomaly;
  readonly #holders = new PeerList<H>();

  /** `anomaly` is counted each time that a holder has to let go. */
  constructor(limit: number, anomalies: AnomalyCounters, anomaly: Anomaly) {
    this.#limit = limit;
    this.#anomalies = anomalies;
    this.#anomaly = anomaly;
  }

  /** Holders that hold anything. */
  get holders(): number {
    return this.#holders.length;
  }

  /** `holder` holds so many bytes more, or less where the number is negative. */
  hold(holder: H, bytes: number): void {
    const before = holder.heldBytes;
    holder.heldBytes = before + bytes;
    this.bytes += bytes;
    if (before === 0 && bytes > 0) this.#holders.append(holder);
    else if (before > 0 && holder.heldBytes <= 0) this.#holders.remove(holder);
  }

  /** `holder` holds nothing any more. */
  release(holder: H): void {
    if (holder.heldBytes > 0) this.hold(holder, -holder.heldBytes);
  }

  /** `holder` has got on: what it holds now is no older than that. */
  touch(holder: H): void {
    if (holder.heldBytes > 0) this.#holders.touch(holder);
  }

  /** The holder that is to let go of something next, counted; undefined once the limit is kept. */
  takeExcess(): H | undefined {
    if (this.bytes <= this.#limit) return undefined;
    const { oldest } = this.#holders;
    if (oldest !== undefined) this.#anomalies.count(this.#anomaly);
    return oldest;
  }
}
