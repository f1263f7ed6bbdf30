import type { UntoldBytes } from '../../protocols/events.ts';
import type { CommandFacts } from '../../protocols/plain-command.ts';
import type { Arrival, CloseReason, ConnectionInfo, UnaskedAnswer } from '../../protocols/protocol.ts';
import type { SegmentFact } from '../../protocols/tcp/segment-facts.ts';
import { type Status, statuses, type Transaction } from '../../protocols/transaction.ts';
import type { FindingName } from './catalog.ts';
import type { Clock } from './clock.ts';
import type { Evidence } from './finding.ts';
import type { KeyHashes } from './key-hashes.ts';
import type { MissedKeys } from './missed-keys.ts';
import type { OpenConnection } from './open-connection.ts';

/**
 * Looks for one diagnosis, or for several that rest on the same evidence. Hears what a `Listener` does, with what is
 * remembered of the connection. Borrows commands: see `Listener.borrows`.
 */
export interface Detector {
  /**
   * How the commands end that it hears of; absent where it hears of all. Of commands that are not plain all detectors
   * hear: see `dispatchTo`.
   */
  readonly statuses?: readonly Status[];
  /** The facts of segments that it hears of; absent where it hears of all. */
  readonly facts?: readonly SegmentFact['kind'][];
  connectionOpen?(connection: ConnectionInfo, arrival: Arrival, open: OpenConnection): void;
  connectionClose?(connection: ConnectionInfo, reason: CloseReason, arrival: Arrival, open: OpenConnection): void;
  /** Of a connection on which a request asked for no answer, from that one on. */
  commandLine?(connection: ConnectionInfo, request: Transaction, open: OpenConnection): void;
  /** The line of a request that is to be one of `open.waiting`, while those before it are, or one was late. */
  requestLeaves?(connection: ConnectionInfo, request: Transaction, open: OpenConnection): void;
  /** `open.waiting` does not hold it any more. */
  transaction?(connection: ConnectionInfo, transaction: Transaction, open: OpenConnection): void;
  /** In place of `transaction`, for those whom plain commands concern, too, of which nobody else hears: see `dispatchTo`. */
  command?(connection: ConnectionInfo, command: CommandFacts, open: OpenConnection): void;
  unasked?(connection: ConnectionInfo, answer: UnaskedAnswer, arrival: Arrival, open: OpenConnection): void;
  bytes?(connection: ConnectionInfo, bytes: UntoldBytes): void;
  segment?(connection: ConnectionInfo, fact: SegmentFact, arrival: Arrival, open: OpenConnection): void;
  /** Packet time has gone on as far as somebody has asked for (`Clock`), before anything is told of the packet. */
  passTime?(timeUs: number): void;
  /** Whether a finding on a connection, though it has ended, is still to be told, at the latest at the end. */
  isUndecided?(connection: number): boolean;
  /** Nothing more comes. */
  end?(): void;
}

/** Of a plain command: what its client waited, and the bytes of its value, are less, and its exptime is no more. */
export interface PlainBounds {
  leastUs: number;
  leastBytes: number;
  mostExptime: number;
}

/** All but these. */
export function otherThan(...left: readonly Status[]): readonly Status[] {
  return statuses.filter((status) => !left.includes(status));
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
  /** Of the keys of the command that detectors hear of. */
  readonly keyHashes: KeyHashes;
  /** Keys that were missed, by hash of the key and its server. */
  readonly missedKeys: MissedKeys;
  readonly clock: Clock;
  /** What is slower, or larger, is no plain command. */
  readonly plain: PlainBounds;
}
