import type { Listener, UntoldBytes } from '../protocols/events.ts';
import type { Arrival, CloseReason, ConnectionInfo, UnaskedAnswer } from '../protocols/protocol.ts';
import type { SegmentFact } from '../protocols/tcp/segment-facts.ts';
import type { Transaction } from '../protocols/transaction.ts';

/** Passes on what is told of one connection. */
export class OneConnection implements Listener {
  readonly #id: number;
  readonly #target: Listener;

  /** `id`: its number. */
  constructor(id: number, target: Listener) {
    this.#id = id;
    this.#target = target;
  }

  connectionOpen(connection: ConnectionInfo, arrival: Arrival): void {
    if (connection.id === this.#id) this.#target.connectionOpen?.(connection, arrival);
  }

  connectionClose(connection: ConnectionInfo, reason: CloseReason, arrival: Arrival): void {
    if (connection.id === this.#id) this.#target.connectionClose?.(connection, reason, arrival);
  }

  commandLine(connection: ConnectionInfo, request: Transaction): void {
    if (connection.id === this.#id) this.#target.commandLine?.(connection, request);
  }

  dataBlock(connection: ConnectionInfo, request: Transaction): void {
    if (connection.id === this.#id) this.#target.dataBlock?.(connection, request);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    if (connection.id === this.#id) this.#target.transaction?.(connection, transaction);
  }

  unasked(connection: ConnectionInfo, answer: UnaskedAnswer, arrival: Arrival): void {
    if (connection.id === this.#id) this.#target.unasked?.(connection, answer, arrival);
  }

  bytes(connection: ConnectionInfo, bytes: UntoldBytes): void {
    if (connection.id === this.#id) this.#target.bytes?.(connection, bytes);
  }

  segment(connection: ConnectionInfo, fact: SegmentFact, arrival: Arrival): void {
    if (connection.id === this.#id) this.#target.segment?.(connection, fact, arrival);
  }
}
