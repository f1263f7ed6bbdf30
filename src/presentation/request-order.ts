import type { Listener, UntoldBytes } from '../../protocols/events.ts';
import type { Arrival, CloseReason, ConnectionInfo, UnaskedAnswer } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Finding } from '../findings/finding.ts';
import type { FindingOutput } from '../output/finding-outputs.ts';

/** Commands of a connection that may wait for one before them; then they are told without it. */
const mostWaiting = 10_000;

/** Of one connection. */
class Line {
  /** Requests in the order in which they were sent, from the first that is not complete. */
  readonly requests = new Set<Transaction>();
  readonly complete = new Set<Transaction>();
}

/**
 * Passes commands on in the order in which they were sent, on each connection: in which order requests and answers of
 * different commands came depends on how fast somebody was.
 */
export class RequestOrder implements Listener, FindingOutput {
  readonly #target: Listener & FindingOutput;
  readonly #lines = new Map<ConnectionInfo, Line>();

  constructor(target: Listener & FindingOutput) {
    this.#target = target;
  }

  found(finding: Finding): void {
    this.#target.found(finding);
  }

  connectionClose(connection: ConnectionInfo, reason: CloseReason, arrival: Arrival): void {
    this.#flush(connection);
    this.#target.connectionClose?.(connection, reason, arrival);
  }

  commandLine(connection: ConnectionInfo, request: Transaction): void {
    let line = this.#lines.get(connection);
    if (line === undefined) {
      line = new Line();
      this.#lines.set(connection, line);
    }
    line.requests.add(request);
    if (line.requests.size > mostWaiting) this.#flush(connection);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const line = this.#lines.get(connection);
    if (!line?.requests.has(transaction)) {
      this.#target.transaction?.(connection, transaction);
      return;
    }
    line.complete.add(transaction);
    for (const first of line.requests) {
      if (!line.complete.delete(first)) return;
      line.requests.delete(first);
      this.#target.transaction?.(connection, first);
    }
  }

  unasked(connection: ConnectionInfo, answer: UnaskedAnswer, arrival: Arrival): void {
    this.#target.unasked?.(connection, answer, arrival);
  }

  bytes(connection: ConnectionInfo, bytes: UntoldBytes): void {
    this.#target.bytes?.(connection, bytes);
  }

  #flush(connection: ConnectionInfo): void {
    const line = this.#lines.get(connection);
    this.#lines.delete(connection);
    if (line === undefined) return;
    for (const request of line.requests) {
      if (line.complete.has(request)) this.#target.transaction?.(connection, request);
    }
  }
}
