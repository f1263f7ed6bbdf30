import type { AnomalyCounters } from '../anomaly.ts';
import type { Limits } from '../limits.ts';
import type { Arrival, ConnectionInfo } from '../protocol.ts';
import type { HeldTotal } from './held-segments.ts';

/**
 * Whether a caller that looks ahead in the capture knows of payload in `[fromSequence, toSequence)`, 32-bit
 * sequence numbers of one direction, in the packet at hand or a later one: then nothing proves yet that it is missing.
 */
export type ComesLater = (
  connection: ConnectionInfo,
  fromClient: boolean,
  fromSequence: number,
  toSequence: number,
) => boolean;

/** What all connections of one table share. */
export interface TcpContext {
  readonly limits: Limits;
  readonly anomalies: AnomalyCounters;
  readonly comesLater: ComesLater | undefined;
  readonly held: HeldTotal;
  /** Scratch: which packet proves a gap. */
  readonly proof: Arrival;
}
