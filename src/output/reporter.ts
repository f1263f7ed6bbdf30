import type {
  Arrival,
  CloseReason,
  ConnectionEvents,
  ConnectionInfo,
  SessionEvents,
  UnaskedAnswer,
} from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Selection } from '../selection.ts';
import type { Annotation } from './annotation.ts';
import type { ExitReport } from './exit-report.ts';
import type { JsonLog } from './json-log.ts';

interface ReporterOptions {
  /** What is said of the packet under way. */
  readonly annotation: Annotation | undefined;
  readonly log: JsonLog | undefined;
  readonly selection: Selection | undefined;
  readonly report: ExitReport;
  /**
   * Given where connections on any port are looked at: called once for each that is found to speak the protocol. The
   * others are not told of at all.
   */
  readonly recognized: ((connection: ConnectionInfo) => void) | undefined;
}

/** Takes what the sessions tell to the annotation of the packet under way, to the JSON log and to the counters. */
export class Reporter implements SessionEvents, ConnectionEvents {
  readonly #annotation: Annotation | undefined;
  readonly #log: JsonLog | undefined;
  readonly #selection: Selection | undefined;
  readonly #report: ExitReport;
  readonly #recognized: ((connection: ConnectionInfo) => void) | undefined;
  /** When connections were opened that are not recognized yet. */
  readonly #unrecognized = new WeakMap<ConnectionInfo, Arrival>();

  constructor({ annotation, log, selection, report, recognized }: ReporterOptions) {
    this.#annotation = annotation;
    this.#log = log;
    this.#selection = selection;
    this.#report = report;
    this.#recognized = recognized;
  }

  connectionOpen(connection: ConnectionInfo, arrival: Arrival): void {
    if (this.#recognized === undefined) this.#open(connection, arrival);
    else this.#unrecognized.set(connection, { ...arrival });
  }

  connectionClose(connection: ConnectionInfo, reason: CloseReason, arrival: Arrival): void {
    if (this.#recognized !== undefined && this.#unrecognized.has(connection)) return;
    if (this.#selection === undefined) this.#log?.connectionClose(connection, reason, arrival);
  }

  commandLine(connection: ConnectionInfo, request: Transaction): void {
    if (this.#recognized !== undefined) this.#recognize(connection);
    if (this.#showsRequest(connection, request)) this.#annotation?.commandLine(request);
  }

  dataBlock(connection: ConnectionInfo, request: Transaction): void {
    if (this.#showsRequest(connection, request)) this.#annotation?.dataBlock(request);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    this.#report.command(transaction.status);
    if (this.#selection?.matches(connection, transaction) === false) return;
    this.#annotation?.transaction(transaction);
    this.#log?.transaction(connection, transaction);
  }

  unasked(connection: ConnectionInfo, answer: UnaskedAnswer, arrival: Arrival): void {
    if (this.#recognized !== undefined) this.#recognize(connection);
    this.#report.unasked();
    if (this.#selection !== undefined) return;
    this.#annotation?.unasked(answer.text);
    this.#log?.unasked(connection, answer, arrival);
  }

  gap(connection: ConnectionInfo, fromClient: boolean, length: number, arrival: Arrival): void {
    if (this.#recognized !== undefined) this.#recognize(connection);
    this.#report.gaps++;
    this.#report.missingBytes += length;
    if (this.#selection !== undefined) return;
    this.#annotation?.missing(length);
    this.#log?.gap(connection, fromClient, length, arrival);
  }

  notUnderstood(
    connection: ConnectionInfo,
    fromClient: boolean,
    length: number,
    arrival: Arrival,
    protocol?: string,
  ): void {
    if (this.#recognized !== undefined) this.#recognize(connection);
    this.#report.notUnderstoodBytes += length;
    if (this.#selection !== undefined) return;
    this.#annotation?.notUnderstood(length, protocol);
    this.#log?.notUnderstood(connection, fromClient, length, arrival, protocol);
  }

  passedOver(_connection: ConnectionInfo, length: number): void {
    this.#report.notUnderstoodBytes += length;
  }

  unfinished(connection: ConnectionInfo, _fromClient: boolean, length: number): void {
    if (this.#recognized !== undefined) this.#recognize(connection);
    this.#report.unfinishedBytes += length;
  }

  #open(connection: ConnectionInfo, arrival: Arrival): void {
    this.#report.connections++;
    if (this.#selection === undefined) this.#log?.connectionOpen(connection, arrival);
  }

  /** The first event of a connection on any port: it speaks the protocol. */
  #recognize(connection: ConnectionInfo): void {
    const opened = this.#unrecognized.get(connection);
    if (opened === undefined) return;
    this.#unrecognized.delete(connection);
    this.#recognized?.(connection);
    this.#open(connection, opened);
  }

  #showsRequest(connection: ConnectionInfo, request: Transaction): boolean {
    return this.#selection === undefined || this.#selection.matchesRequest(connection, request);
  }
}
