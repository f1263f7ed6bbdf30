import type { Listener } from '../../protocols/events.ts';
import type { SegmentFact } from '../../protocols/tcp/segment-facts.ts';
import type { Status, Transaction } from '../../protocols/transaction.ts';
import type { FindingName } from './catalog.ts';
import type { Evidence } from './finding.ts';

/** Looks for one diagnosis, or for several that rest on the same evidence. */
export interface Detector extends Listener {
  /** How the transactions end that it hears of; absent where it hears of all. */
  readonly statuses?: readonly Status[];
  /** The facts of segments that it hears of; absent where it hears of all. */
  readonly facts?: readonly SegmentFact['kind'][];
  /** Packet time goes on, before anything is told of the packet. */
  passTime?(timeUs: number): void;
  /** Whether a finding on a connection, though it has ended, is still to be told, at the latest at the end. */
  isUndecided?(connection: number): boolean;
  /** Nothing more comes. */
  end?(): void;
}

/** What detectors are given. */
export interface DetectorContext {
  /** Takes a finding; drops it where it is left out. */
  found(evidence: Evidence): void;
  /** The first number of a definition, in its own unit. */
  number(name: FindingName): number;
  isOn(name: FindingName): boolean;
  /** Whether anybody wants those that are only counted. */
  readonly counts: boolean;
  /** Commands whose failure is said by a finding already: no other one repeats it. */
  readonly said: WeakSet<Transaction>;
}
