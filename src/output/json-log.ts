import type { Listener, UntoldBytes } from '../../protocols/events.ts';
import type { Arrival, CloseReason, ConnectionInfo, UnaskedAnswer } from '../../protocols/protocol.ts';
import type { Status, Transaction } from '../../protocols/transaction.ts';
import { AsciiText, ByteWriter } from '../byte-writer.ts';
import type { TimeOrigin } from '../presentation/presentation.ts';
import type { ConnectionProcesses } from '../processes/connection-processes.ts';
import { untoldText, writeTransaction, writeUnasked } from './annotation.ts';
import type { ExitReport } from './exit-report.ts';
import { extraField, field, listField, numberField, wireField, wireNumberField, wordField } from './json-fields.ts';
import type { RecordSample } from './record-sample.ts';
import {
  ConnectionFields,
  pinoStart,
  plainStart,
  type RecordLevel,
  type RecordStart,
  textOfRun,
} from './record-start.ts';
import { identityOfCapture, type RunIdentity } from './run-identity.ts';

const warnings: ReadonlySet<Status> = new Set(['error', 'client_error', 'server_error', 'misfit', 'unanswered']);

/** How records are written; without, as the documentation shows them. */
export interface RecordShape {
  /** Level and time as pino writes them by itself, which its transports expect: a number, and ms since 1970. */
  readonly isPinos?: boolean;
  /** From when times are counted; without, from 1970 on. */
  readonly origin?: TimeOrigin;
  /** Records have no time. */
  readonly hidesTime?: boolean;
  /** Makes another object of each record, for which it takes several times as long. */
  readonly map?: RecordMapping | undefined;
  /** Whose connections are; without, nobody knows. */
  readonly processes?: Pick<ConnectionProcesses, 'of'> | undefined;
  /** Chooses commands, and says in each record for how many it stands; without, all are written. */
  readonly sample?: RecordSample | undefined;
}

/** Another schema's object for a record. */
export type RecordMapping = (record: Readonly<Record<string, unknown>>) => object;

/**
 * Writes each event as one JSON line through pino.
 *
 * What a record says is written as bytes into the line that pino makes, behind the level: pino's own way through an
 * object's fields takes longer than all else that it does for a record. Where level and time are to be as pino writes
 * them, the line begins as pino made it.
 */
export class JsonLog implements Listener {
  readonly #out: ByteWriter;
  readonly #written: (start: number) => void;
  readonly #shape: RecordShape;
  readonly #connections = new ConnectionFields();
  #identity = identityOfCapture(undefined);
  /** Made with the first record. */
  #start: RecordStart | undefined;
  /** Made when first asked for. */
  #texts: ByteWriter | undefined;

  /** Appends whole lines to `out`; `written` is called after each, with where it starts. */
  constructor(out: ByteWriter, written: (start: number) => void, shape: RecordShape = {}) {
    this.#out = out;
    this.#written = written;
    this.#shape = shape;
  }

  /** What each record says of its run, from the next one on; before, that of a capture without packets. */
  identify(identity: RunIdentity): void {
    this.#identity = identity;
    this.#start = undefined;
  }

  /** Commands that the sample has; undefined where all are written. */
  get sampled(): number | undefined {
    return this.#shape.sample?.taken;
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const weight = this.#shape.sample?.weightOf(connection, transaction);
    if (weight === 0) return;
    const out = this.#out;
    const start = this.#begin(warnings.has(transaction.status) ? 'warn' : 'info', transaction.requestUs, weight);
    this.#connections.writeCommand(connection, out);
    this.#writeProcess(connection);
    writeTransactionFields(out, transaction);
    this.#end(start);
  }

  /** What all records of commands say behind their time, of the run and of a connection. */
  textOfRun(): string {
    return textOfRun(this.#identity);
  }

  textOfCommands(connection: ConnectionInfo): string {
    this.#texts ??= new ByteWriter(512);
    const out = this.#texts;
    out.clear();
    this.#connections.writeCommand(connection, out);
    return out.toString();
  }

  /** Takes whole records that somebody else has written, `bytes[start, end)`. */
  take(bytes: Uint8Array, start: number, end: number): void {
    const first = this.#out.length;
    this.#out.copy(bytes, start, end);
    this.#written(first);
  }

  unasked(connection: ConnectionInfo, { text, bytes }: UnaskedAnswer, { timeUs, packet }: Arrival): void {
    const weight = this.#shape.sample?.weightIn(connection);
    if (weight === 0) return;
    const out = this.#out;
    const start = this.#beginEvent('unasked', 'warn', timeUs, connection, weight);
    numberField(out, field.bytes, bytes);
    wireField(out, field.text, text);
    numberField(out, field.packet, packet);
    beginMessage(out);
    writeUnasked(out, text);
    endMessage(out);
    this.#end(start);
  }

  bytes(connection: ConnectionInfo, bytes: UntoldBytes): void {
    // The others are only counted.
    if (bytes.kind !== 'missing' && bytes.kind !== 'not_understood') return;
    const weight = this.#shape.sample?.weightIn(connection);
    if (weight === 0) return;
    const { kind, length, fromClient, arrival } = bytes;
    const out = this.#out;
    const start = this.#beginEvent(kind === 'missing' ? 'gap' : kind, 'warn', arrival.timeUs, connection, weight);
    out.put(wordField.direction.of(fromClient ? 'client' : 'server'));
    numberField(out, field.bytes, length);
    numberField(out, field.packet, arrival.packet);
    this.#endWith(untoldText(bytes) ?? '', start);
  }

  connectionOpen(connection: ConnectionInfo, { timeUs, packet }: Arrival): void {
    const weight = this.#shape.sample?.weightIn(connection);
    if (weight === 0) return;
    const start = this.#beginEvent('connection_open', 'debug', timeUs, connection, weight);
    numberField(this.#out, field.packet, packet);
    this.#endWith('connection open', start);
  }

  connectionClose(connection: ConnectionInfo, reason: CloseReason, { timeUs, packet }: Arrival): void {
    const weight = this.#shape.sample?.weightIn(connection);
    if (weight === 0) return;
    const start = this.#beginEvent('connection_close', 'debug', timeUs, connection, weight);
    this.#out.put(wordField.reason.of(reason));
    numberField(this.#out, field.packet, packet);
    this.#endWith(`connection closed: ${reason}`, start);
  }

  /** The counters of the exit report, and what a summary adds to them; `timeUs` is that of the last packet. */
  summary(report: ExitReport, timeUs: number, more: object = {}): void {
    this.record('summary', timeUs, { ...report.fields(), ...more }, report.sentence());
  }

  /** An event with these fields, of a connection where one is given; on level warn where it is a warning. */
  record(
    event: string,
    timeUs: number,
    fields: object,
    message: string,
    connection?: ConnectionInfo,
    isWarning = false,
  ): void {
    const weight = this.#shape.sample === undefined ? undefined : 1;
    const start = this.#beginEvent(event, isWarning ? 'warn' : 'info', timeUs, connection, weight);
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) this.#out.text(`,"${name}":${JSON.stringify(value)}`);
    }
    this.#endWith(message, start);
  }

  /**
   * What every record has: its level, its time, which is the packet's, not that of writing it, of which run it is, and
   * in a sample for how many it stands. Returns where the record starts.
   */
  #begin(level: RecordLevel, packetUs: number, weight: number | undefined): number {
    const { isPinos, origin, hidesTime = false, processes } = this.#shape;
    const timeUs = origin === undefined ? packetUs : packetUs - origin.us;
    const start = this.#out.length;
    this.#start ??= isPinos
      ? pinoStart(this.#out, this.#identity, hidesTime, processes !== undefined)
      : plainStart(this.#out, this.#identity, hidesTime);
    this.#start(level, timeUs);
    if (weight !== undefined) numberField(this.#out, field.sample, weight);
    return start;
  }

  #beginEvent(
    event: string,
    level: RecordLevel,
    timeUs: number,
    connection: ConnectionInfo | undefined,
    weight: number | undefined,
  ): number {
    const start = this.#begin(level, timeUs, weight);
    if (connection !== undefined) this.#connections.write(connection, this.#out);
    this.#out.put(wordField.event.of(event));
    if (connection !== undefined) this.#writeProcess(connection);
    return start;
  }

  #writeProcess(connection: ConnectionInfo): void {
    const found = this.#shape.processes?.of(connection);
    if (found === undefined) return;
    const out = this.#out;
    const { process, pid, container } = found;
    if (process !== undefined) wireField(out, field.process, process);
    if (pid !== undefined) numberField(out, field.pid, pid);
    if (container !== undefined) wireField(out, field.container, container);
  }

  /** The message, in printable ASCII, which ends a record. */
  #endWith(message: string, start: number): void {
    beginMessage(this.#out);
    this.#out.escaped(message);
    endMessage(this.#out);
    this.#end(start);
  }

  #end(start: number): void {
    const { map } = this.#shape;
    this.#out.put(lineEnd);
    if (map !== undefined) this.#replace(start, map);
    this.#written(start);
  }

  #replace(start: number, map: RecordMapping): void {
    const out = this.#out;
    const record = JSON.parse(out.bytes.toString('latin1', start, out.length)) as Record<string, unknown>;
    out.length = start;
    out.text(`${JSON.stringify(map(record))}\n`);
  }
}

const messageStart = new AsciiText(',"msg":"');
const messageEnd = new AsciiText('"');
const lineEnd = new AsciiText('}\n');

/** The fields of a command behind those that all have, in the order of the documentation; those that do not apply are left out. */
function writeTransactionFields(out: ByteWriter, transaction: Transaction): void {
  const { keys, missed, extra } = transaction;
  out.put(wordField.protocol.of(transaction.protocol));
  wireField(out, field.command, transaction.command);
  if (keys.length > 0) wireField(out, field.key, keys[0] as string);
  if (keys.length > 1) listField(out, field.keys, keys);
  if (transaction.args !== undefined) wireField(out, field.args, transaction.args);
  out.put(wordField.status.of(transaction.status));
  if (transaction.retrieves && transaction.hits + transaction.misses > 0) {
    numberField(out, field.hits, transaction.hits);
    numberField(out, field.misses, transaction.misses);
  }
  if (missed !== undefined) listField(out, field.missed, missed);
  if (transaction.flags !== undefined) wireNumberField(out, field.flags, transaction.flags);
  if (transaction.exptime !== undefined) wireNumberField(out, field.exptime, transaction.exptime);
  if (transaction.cas !== undefined) wireNumberField(out, field.cas, transaction.cas);
  if (transaction.delta !== undefined) wireNumberField(out, field.delta, transaction.delta);
  if (transaction.bytes >= 0) numberField(out, field.bytes, transaction.bytes);
  if (transaction.result !== undefined) wireField(out, field.result, transaction.result);
  if (transaction.answerFlags !== undefined) wireField(out, field.answerFlags, transaction.answerFlags);
  if (extra !== undefined) for (const [name, value] of Object.entries(extra)) extraField(out, name, value);
  if (transaction.noreply) out.put(field.noreply);
  const isAnswered = transaction.answerUs >= 0;
  if (isAnswered) {
    const { latencyUs, queueUs, transferUs, durationUs, retransmits, cause } = transaction;
    if (latencyUs >= 0) numberField(out, field.latencyUs, latencyUs);
    if (queueUs > 0) numberField(out, field.queueUs, queueUs);
    if (transferUs > 0) numberField(out, field.transferUs, transferUs);
    if (durationUs >= 0) numberField(out, field.durationUs, durationUs);
    if (retransmits > 0) numberField(out, field.retransmits, retransmits);
    if (cause !== undefined) out.put(wordField.cause.of(cause));
  }
  numberField(out, field.requestBytes, transaction.requestBytes);
  if (isAnswered) numberField(out, field.responseBytes, transaction.responseBytes);
  numberField(out, field.packet, transaction.packet);
  if (transaction.answerPacket > 0) numberField(out, field.answerPacket, transaction.answerPacket);
  if (transaction.value !== undefined) {
    wireField(out, field.value, transaction.value);
    if (transaction.valueTruncated) out.put(field.valueTruncated);
  }
  beginMessage(out);
  writeTransaction(out, transaction);
  endMessage(out);
}

/** The field `msg`, which is to be written next, is a text in a JSON string. */
function beginMessage(out: ByteWriter): void {
  out.put(messageStart);
  out.isInJson = true;
}

function endMessage(out: ByteWriter): void {
  out.isInJson = false;
  out.put(messageEnd);
}
