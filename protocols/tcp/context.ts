import type { AnomalyCounters } from '../anomaly.ts';
import type { Limits } from '../limits.ts';
import type { Peers } from '../peers.ts';
import type { Arrival } from '../protocol.ts';
import type { HeldTotal } from './held-segments.ts';

/**
 * Whether a caller that looks ahead in the capture knows of payload in `[fromSequence, toSequence)`, 32-bit
 * sequence numbers of one direction, in the packet at hand or a later one: then nothing proves yet that it is missing.
 */
export type ComesLater = (
  connection: Peers,
  fromClient: boolean,
  fromSequence: number,
  toSequence: number,
) => boolean;

/**
 * The earliest sequence number of one direction that a caller who looks ahead knows of, at or shortly before
 * `sequence`: that after the SYN, else that of the first payload. It is `sequence` where nothing earlier comes.
 */
export type EarliestSequence = (connection: Peers, fromClient: boolean, sequence: number) => number;

/** What all connections of one table share. */
export interface TcpContext {
  readonly limits: Limits;
  readonly anomalies: AnomalyCounters;
  readonly comesLater: ComesLater | undefined;
  readonly earliestSequence: EarliestSequence | undefined;
  readonly held: HeldTotal;
  /** Scratch: which packet proves a gap. */
  readonly proof: Arrival;
}
