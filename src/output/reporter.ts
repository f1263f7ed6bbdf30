import type { Arrival, CloseReason, ConnectionInfo, SessionEvents } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Selection } from '../selection.ts';
import type { Annotation } from './annotation.ts';
import type { ExitReport } from './exit-report.ts';
import type { JsonLog } from './json-log.ts';

/** Takes what the sessions tell to the annotation of the packet under way, to the JSON log and to the counters. */
export class Reporter implements SessionEvents {
  readonly #annotation: Annotation | undefined;
  readonly #log: JsonLog | undefined;
  readonly #selection: Selection | undefined;
  readonly #report: ExitReport;

  constructor(
    annotation: Annotation | undefined,
    log: JsonLog | undefined,
    selection: Selection | undefined,
    report: ExitReport,
  ) {
    this.#annotation = annotation;
    this.#log = log;
    this.#selection = selection;
    this.#report = report;
  }

  connectionOpen(connection: ConnectionInfo, arrival: Arrival): void {
    this.#report.connections++;
    if (this.#selection === undefined) this.#log?.connectionOpen(connection, arrival);
  }

  connectionClose(connection: ConnectionInfo, reason: CloseReason, arrival: Arrival): void {
    if (this.#selection === undefined) this.#log?.connectionClose(connection, reason, arrival);
  }

  commandLine(connection: ConnectionInfo, request: Transaction): void {
    if (this.#showsRequest(connection, request)) this.#annotation?.commandLine(request);
  }

  dataBlock(connection: ConnectionInfo, request: Transaction): void {
    if (this.#showsRequest(connection, request)) this.#annotation?.dataBlock(request);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    this.#report.commands++;
    if (this.#selection?.matches(connection, transaction) === false) return;
    this.#annotation?.transaction(transaction);
    this.#log?.transaction(connection, transaction);
  }

  gap(connection: ConnectionInfo, fromClient: boolean, length: number, arrival: Arrival): void {
    this.#report.gaps++;
    this.#report.missingBytes += length;
    if (this.#selection !== undefined) return;
    this.#annotation?.missing(length);
    this.#log?.gap(connection, fromClient, length, arrival);
  }

  notUnderstood(connection: ConnectionInfo, fromClient: boolean, length: number, arrival: Arrival): void {
    this.#report.notUnderstoodBytes += length;
    if (this.#selection !== undefined) return;
    this.#annotation?.notUnderstood(length);
    this.#log?.notUnderstood(connection, fromClient, length, arrival);
  }

  #showsRequest(connection: ConnectionInfo, request: Transaction): boolean {
    return this.#selection === undefined || this.#selection.matchesRequest(connection, request);
  }
}
