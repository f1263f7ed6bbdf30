import type {
  Arrival,
  CloseReason,
  ConnectionEvents,
  ConnectionInfo,
  SessionEvents,
  UnaskedAnswer,
} from '../protocols/protocol.ts';
import type { SegmentFact } from '../protocols/tcp/segment-facts.ts';
import type { Transaction } from '../protocols/transaction.ts';

/**
 * Where connections on any port are looked at: passes on what is told of those that are found to speak the protocol.
 * That anything is told of one shows that it does; of the others nothing is heard, not even that there were any.
 */
export class RecognizedConnections implements SessionEvents, ConnectionEvents {
  readonly #target: SessionEvents & ConnectionEvents;
  readonly #recognized: (connection: ConnectionInfo) => void;
  /** When connections were opened that are not recognized yet. */
  readonly #unrecognized = new WeakMap<ConnectionInfo, Arrival>();

  /** Undefined where the target has none. */
  readonly segment: ((connection: ConnectionInfo, fact: SegmentFact, arrival: Arrival) => void) | undefined;

  /** `recognized` is called once for each that is found, before anything is passed on. */
  constructor(target: SessionEvents & ConnectionEvents, recognized: (connection: ConnectionInfo) => void) {
    this.#target = target;
    this.#recognized = recognized;
    if (target.segment === undefined) return;
    this.segment = (connection, fact, arrival): void => {
      if (!this.#unrecognized.has(connection)) target.segment?.(connection, fact, arrival);
    };
  }

  connectionOpen(connection: ConnectionInfo, arrival: Arrival): void {
    this.#unrecognized.set(connection, { ...arrival });
  }

  connectionClose(connection: ConnectionInfo, reason: CloseReason, arrival: Arrival): void {
    if (!this.#unrecognized.has(connection)) this.#target.connectionClose(connection, reason, arrival);
  }

  commandLine(connection: ConnectionInfo, request: Transaction): void {
    this.#recognize(connection);
    this.#target.commandLine(connection, request);
  }

  dataBlock(connection: ConnectionInfo, request: Transaction): void {
    this.#target.dataBlock(connection, request);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    this.#target.transaction(connection, transaction);
  }

  unasked(connection: ConnectionInfo, answer: UnaskedAnswer, arrival: Arrival): void {
    this.#recognize(connection);
    this.#target.unasked(connection, answer, arrival);
  }

  gap(connection: ConnectionInfo, fromClient: boolean, length: number, arrival: Arrival): void {
    this.#recognize(connection);
    this.#target.gap(connection, fromClient, length, arrival);
  }

  notUnderstood(
    connection: ConnectionInfo,
    fromClient: boolean,
    length: number,
    arrival: Arrival,
    protocol?: string,
  ): void {
    this.#recognize(connection);
    this.#target.notUnderstood(connection, fromClient, length, arrival, protocol);
  }

  passedOver(connection: ConnectionInfo, length: number): void {
    this.#target.passedOver(connection, length);
  }

  unfinished(connection: ConnectionInfo, fromClient: boolean, length: number): void {
    this.#recognize(connection);
    this.#target.unfinished(connection, fromClient, length);
  }

  #recognize(connection: ConnectionInfo): void {
    const opened = this.#unrecognized.get(connection);
    if (opened === undefined) return;
    this.#unrecognized.delete(connection);
    this.#recognized(connection);
    this.#target.connectionOpen(connection, opened);
  }
}
