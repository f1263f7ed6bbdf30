import type { AnomalyCounters } from '../anomaly.ts';
import type { Limits } from '../limits.ts';
import type { MemoryBudget } from '../memory-budget.ts';
import type { Peers } from '../peers.ts';
import type { Arrival } from '../protocol.ts';
import type { HeldSegments } from './held-segments.ts';
import type { SegmentObserver } from './segment-observer.ts';

/**
 * Whether a caller that looks ahead in the capture knows of payload in `[fromSequence, toSequence)`, 32-bit
 * sequence numbers of one direction, in the packet at hand or a later one: then nothing proves yet that it is missing.
 */
export type ComesLater = (connection: Peers, fromClient: boolean, fromSequence: number, toSequence: number) => boolean;

/**
 * Whether such a caller knows of a FIN of one direction with this sequence number, in the packet at hand or a later
 * one.
 */
export type FinComesLater = (connection: Peers, fromClient: boolean, sequence: number) => boolean;

/** Where a direction begins, as far as a caller knows that looks ahead. */
export interface StreamBeginning {
  /** Sequence number of the first byte. */
  sequence: number;
  /** True where the SYN is among the packets that come. */
  isCertain: boolean;
}

/**
 * Where the direction of which `sequence` is the first number known begins: shortly before it, where the SYN or earlier
 * payload comes later, else there. `isAcknowledged`: the other side's acknowledgment named it, so earlier ones that
 * come later count too. The object returned is reused.
 */
export type BeginningOf = (
  connection: Peers,
  fromClient: boolean,
  sequence: number,
  isAcknowledged: boolean,
) => StreamBeginning;

/** What all connections of one table share. */
export interface TcpContext {
  readonly limits: Limits;
  readonly anomalies: AnomalyCounters;
  readonly comesLater: ComesLater | undefined;
  readonly finComesLater: FinComesLater | undefined;
  readonly beginningOf: BeginningOf | undefined;
  readonly held: MemoryBudget<HeldSegments>;
  /** Undefined where nobody listens to what segments show beside their bytes. */
  readonly observer: SegmentObserver | undefined;
  /** Scratch: which packet proves a gap. */
  readonly proof: Arrival;
}
