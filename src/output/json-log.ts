import { type Logger, pino } from 'pino';
import type { Arrival, CloseReason, ConnectionInfo } from '../../protocols/protocol.ts';
import type { Status, Transaction } from '../../protocols/transaction.ts';
import { ByteWriter } from '../byte-writer.ts';
import { notReadable, writeTransaction } from './annotation.ts';
import type { ExitReport } from './exit-report.ts';

const warnings: ReadonlySet<Status> = new Set<Status>(['error', 'client_error', 'server_error', 'unanswered']);

/** Loggers kept in each of two generations: half a kilobyte each, and made anew in 2 µs where one was dropped. */
const keptLoggers = 8192;

/** Writes each event as one JSON line through pino; `write` gets whole lines. */
export class JsonLog {
  readonly #root: Logger;
  /** A child logger for each connection that is written about, with its fields serialized once. */
  #children = new Map<ConnectionInfo, Logger>();
  /** Those of before `#children` was full. */
  #olderChildren = new Map<ConnectionInfo, Logger>();
  readonly #scratch = new ByteWriter(4096);
  readonly #clock = new IsoClock();
  #timeUs = 0;

  constructor(write: (line: string) => void) {
    this.#root = pino(
      {
        level: 'debug',
        base: null,
        // The time of the record is the packet's, not that of writing it.
        timestamp: () => `,"time":"${this.#clock.format(this.#timeUs)}"`,
        formatters: { level: (label) => ({ level: label }) },
      },
      { write },
    );
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    this.#timeUs = transaction.requestUs;
    const record = this.#record(connection, transaction);
    const logger = this.#child(connection);
    const text = this.#text(transaction);
    if (warnings.has(transaction.status)) logger.warn(record, text);
    else logger.info(record, text);
  }

  gap(connection: ConnectionInfo, fromClient: boolean, length: number, arrival: Arrival): void {
    this.#bytes('gap', `[${length} bytes missing]`, connection, fromClient, length, arrival);
  }

  notUnderstood(
    connection: ConnectionInfo,
    fromClient: boolean,
    length: number,
    arrival: Arrival,
    protocol?: string,
  ): void {
    const text = protocol === undefined ? `[${length} bytes not understood]` : notReadable(protocol);
    this.#bytes('not_understood', text, connection, fromClient, length, arrival);
  }

  connectionOpen(connection: ConnectionInfo, arrival: Arrival): void {
    this.#timeUs = arrival.timeUs;
    this.#child(connection).debug({ event: 'connection_open', packet: arrival.packet }, 'connection open');
  }

  connectionClose(connection: ConnectionInfo, reason: CloseReason, arrival: Arrival): void {
    this.#timeUs = arrival.timeUs;
    const record = { event: 'connection_close', reason, packet: arrival.packet };
    this.#child(connection).debug(record, `connection closed: ${reason}`);
    this.#children.delete(connection);
    this.#olderChildren.delete(connection);
  }

  /** The counters of the exit report; `timeUs` is that of the last packet. */
  summary(report: ExitReport, timeUs: number): void {
    this.#timeUs = timeUs;
    this.#root.info({ event: 'summary', ...report.fields() }, report.sentence());
  }

  #bytes(
    event: 'gap' | 'not_understood',
    text: string,
    connection: ConnectionInfo,
    fromClient: boolean,
    bytes: number,
    arrival: Arrival,
  ): void {
    this.#timeUs = arrival.timeUs;
    const direction = fromClient ? 'client' : 'server';
    const record = { event, direction, bytes, packet: arrival.packet };
    this.#child(connection).warn(record, text);
  }

  #child(connection: ConnectionInfo): Logger {
    const known = this.#children.get(connection);
    if (known !== undefined) return known;
    const { id, client, server } = connection;
    const child = this.#olderChildren.get(connection) ?? this.#root.child({ conn: id, client, server });
    if (this.#children.size >= keptLoggers) {
      this.#olderChildren = this.#children;
      this.#children = new Map();
    }
    this.#children.set(connection, child);
    return child;
  }

  /** The fields of the record, in the order of the documentation; those that do not apply are left out. */
  #record(connection: ConnectionInfo, transaction: Transaction): Record<string, unknown> {
    const { keys, status } = transaction;
    const record: Record<string, unknown> = {
      event: 'command',
      transport: connection.transport,
      protocol: transaction.protocol,
      command: this.#escape(transaction.command),
    };
    if (keys.length > 0) record.key = this.#escape(keys[0] as string);
    if (keys.length > 1) record.keys = keys.map((key) => this.#escape(key));
    record.status = status;
    const isAnswered = transaction.answerUs >= 0;
    if (transaction.retrieves && transaction.hits + transaction.misses > 0) {
      record.hits = transaction.hits;
      record.misses = transaction.misses;
    }
    if (transaction.missed !== undefined) record.missed = transaction.missed.map((key) => this.#escape(key));
    if (transaction.flags !== undefined) record.flags = transaction.flags;
    if (transaction.exptime !== undefined) record.exptime = transaction.exptime;
    if (transaction.cas !== undefined) record.cas = transaction.cas;
    if (transaction.delta !== undefined) record.delta = transaction.delta;
    if (transaction.bytes >= 0) record.bytes = transaction.bytes;
    if (transaction.result !== undefined) record.result = this.#escape(transaction.result);
    if (transaction.extra !== undefined) Object.assign(record, this.#escapeFields(transaction.extra));
    if (transaction.noreply) record.noreply = true;
    if (isAnswered) {
      record.latencyUs = transaction.latencyUs;
      record.durationUs = Math.max(0, transaction.endUs - transaction.startUs);
    }
    record.requestBytes = transaction.requestBytes;
    if (isAnswered) record.responseBytes = transaction.responseBytes;
    record.packet = transaction.packet;
    if (transaction.value !== undefined) {
      record.value = this.#escape(transaction.value);
      if (transaction.valueTruncated) record.valueTruncated = true;
    }
    return record;
  }

  #escapeFields(
    fields: Readonly<Record<string, string | number | boolean>>,
  ): Record<string, string | number | boolean> {
    const escaped = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' ? this.#escape(value) : value,
    ]);
    return Object.fromEntries(escaped) as Record<string, string | number | boolean>;
  }

  #text(transaction: Transaction): string {
    this.#scratch.clear();
    writeTransaction(this.#scratch, transaction);
    return this.#scratch.toString();
  }

  #escape(text: string): string {
    if (plainText.test(text)) return text;
    this.#scratch.clear();
    this.#scratch.escaped(text);
    return this.#scratch.toString();
  }
}

/** Printable ASCII without a backslash: nothing to escape. */
const plainText = /^[ -[\]-~]*$/;

/** ISO 8601 UTC with microseconds. The part to the second is made once a second. */
class IsoClock {
  #second = Number.NaN;
  #prefix = '';

  format(timeUs: number): string {
    const second = Math.floor(timeUs / 1e6);
    if (second !== this.#second) {
      this.#second = second;
      this.#prefix = new Date(second * 1000).toISOString().slice(0, -4);
    }
    return `${this.#prefix}${(timeUs - second * 1e6 + 1e6).toString().slice(1)}Z`;
  }
}
