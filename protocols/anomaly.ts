/** What may be wrong with traffic, each with the words that the exit report uses. A closed list: every anomaly is counted by name. */
export const anomalies = {
  connectionLimit: 'connections dropped at the connection limit',
  outOfOrderLimit: 'holes given up at the out-of-order limit',
  overlapConflict: 'retransmissions that contradict earlier bytes',
  resetOutsideWindow: 'resets outside the window, ignored',
  acknowledgmentOutsideWindow: 'acknowledgments outside the window, ignored',
} as const;

export type Anomaly = keyof typeof anomalies;

/** Counts anomalies by name. */
export class AnomalyCounters {
  readonly counts = new Map<Anomaly, number>();

  count(anomaly: Anomaly): void {
    this.counts.set(anomaly, (this.counts.get(anomaly) ?? 0) + 1);
  }
}
