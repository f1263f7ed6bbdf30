/**
 * What may be wrong with traffic, each with the words that the exit report uses. A closed list: every anomaly is
 * counted by name.
 */
export const anomalies = {
  connectionLimit: 'connections dropped at the connection limit',
  outOfOrderLimit: 'holes given up at the out-of-order limit',
  overlapConflict: 'retransmissions that contradict earlier bytes',
  resetOutsideWindow: 'resets outside the window, ignored',
  sequenceOutsideWindow: 'segments outside the window, ignored',
  dataAfterFin: 'segments with data after the end of the stream, ignored',
  acknowledgmentOutsideWindow: 'acknowledgments outside the window, ignored',
  outOfOrderTotalLimit: 'holes given up at the out-of-order limit for all connections',
  lineLimit: 'lines given up at the limits of line length',
  keysLimit: 'keys beyond the limit of keys for one request, not kept',
  doubtfulLimit: 'lines of doubtful form given up because too much followed them',
  recognitionLimit: 'connections given up before it was certain what they speak',
  unfinishedTotalLimit: 'unfinished lines and messages given up at the limit for all connections',
  pendingLimit: 'requests given up at the limit of pending requests',
  tentativeLimit: 'pipelines behind a hole given up because nothing proved that they are requests',
  pendingTotalLimit: 'connections whose pending requests were given up at the limit for all connections',
  looksLimit: 'searches for the request of an answer given up because they would take too long',
  unaskedAnswer: 'answers that nobody asked for, as far as was captured',
  misfit: 'answers that did not fit',
  timeBackwards: 'commands without times, since the clock of the capture went back',
  unknownAnswer: 'commands whose answers are unknown',
  unprovenRequest: 'what seemed to be requests, after a hole or of another protocol, and was never answered',
  keyMissing: 'binary requests whose key was not captured',
  fragmentConflict: 'fragmented datagrams dropped because their fragments overlap or contradict each other',
  fragmentLimit: 'fragmented datagrams dropped at the fragment limits',
  fragmentExpired: 'fragmented datagrams of which a fragment never came',
  lineConversationLimit: 'conversations whose first sequence numbers the printed lines had to forget',
  udpRequestLimit: 'UDP requests given up at the limits',
} as const;

export type Anomaly = keyof typeof anomalies;

/** Counts anomalies by name. */
export class AnomalyCounters {
  readonly counts = new Map<Anomaly, number>();

  /** `times`: 0 or more. What never happened has no counter, and is not told. */
  count(anomaly: Anomaly, times = 1): void {
    if (times === 0) return;
    this.counts.set(anomaly, (this.counts.get(anomaly) ?? 0) + times);
  }
}
