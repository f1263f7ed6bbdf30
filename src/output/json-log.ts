import { pino } from 'pino';
import { addressOf } from '../../protocols/address.ts';
import type { Listener, UntoldBytes } from '../../protocols/events.ts';
import type { Arrival, CloseReason, ConnectionInfo, UnaskedAnswer } from '../../protocols/protocol.ts';
import { type Status, statuses, type Transaction, type WireNumber } from '../../protocols/transaction.ts';
import { AsciiText, ByteWriter, wordsOf } from '../byte-writer.ts';
import type { TimeOrigin } from '../presentation/presentation.ts';
import { untoldText, writeTransaction, writeUnasked } from './annotation.ts';
import type { ExitReport } from './exit-report.ts';
import { identityOfCapture, type RunIdentity } from './run-identity.ts';

const warnings: ReadonlySet<Status> = new Set(['error', 'client_error', 'server_error', 'misfit', 'unanswered']);

/** One of pino's levels. */
interface Level {
  /** How its records begin. */
  readonly start: AsciiText;
  /** Has pino begin one. */
  readonly begin: () => void;
}

function levelOf(name: string, begin: () => void): Level {
  return { start: new AsciiText(`{"level":"${name}"`), begin };
}

/** How records are written; without, as the documentation shows them. */
export interface RecordShape {
  /** Level and time as pino writes them by itself, which its transports expect: a number, and ms since 1970. */
  readonly isPinos?: boolean;
  /** From when times are counted; without, from 1970 on. */
  readonly origin?: TimeOrigin;
  /** Records have no time. */
  readonly hidesTime?: boolean;
  /** Makes another object of each record, for which it takes several times as long. */
  readonly map?: RecordMapping;
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
  readonly #debug: Level;
  readonly #info: Level;
  readonly #warn: Level;
  readonly #out: ByteWriter;
  readonly #written: (start: number) => void;
  readonly #map: RecordMapping | undefined;
  /** Undefined where pino writes the time. */
  readonly #clock: IsoClock | undefined;
  readonly #epochClock: EpochClock;
  readonly #origin: TimeOrigin;
  readonly #bindings = new ConnectionBindings();
  /** Of the record under way. */
  #level: Level;

  /** Appends whole lines to `out`; `written` is called after each, with where it starts. */
  constructor(out: ByteWriter, written: (start: number) => void, shape: RecordShape = {}) {
    const { isPinos = false, map, origin = { us: 0 }, hidesTime = false } = shape;
    this.#out = out;
    this.#written = written;
    this.#map = map;
    this.#origin = origin;
    this.#epochClock = new EpochClock(hidesTime);
    this.#clock = isPinos ? undefined : new IsoClock(hidesTime);
    const root = isPinos
      ? pino(
          { level: 'debug', base: null, timestamp: () => this.#epochClock.text },
          { write: (line: string) => out.text(line.slice(0, -lineEnd.length)) },
        )
      : pino(
          { level: 'debug', base: null, timestamp: () => '', formatters: { level: (label) => ({ level: label }) } },
          // Pino knows the level alone: its line is known, and looking at it would cost as much as making it.
          { write: () => out.put(this.#level.start) },
        );
    // The engine finds the fields of a child at once, and those of pino's first logger in a table, for each record.
    const logger = root.child(noFields);
    this.#debug = levelOf('debug', () => logger.debug(noFields));
    this.#info = levelOf('info', () => logger.info(noFields));
    this.#warn = levelOf('warn', () => logger.warn(noFields));
    this.#level = this.#info;
    this.identify(identityOfCapture(undefined));
  }

  /** What each record says of its run, from the next one on; before, that of a capture without packets. */
  identify({ run, host }: RunIdentity): void {
    const fields = new ByteWriter(1024);
    const text = host === undefined ? undefined : Buffer.from(host).toString('latin1');
    plainField(fields, field.run, run);
    if (text !== undefined) wireField(fields, field.host, text);
    if (this.#clock !== undefined) {
      this.#clock.fieldsBehind = fields.toString();
      return;
    }
    // Who runs it, as in pino's own records, where that is not another one in each run over a file.
    if (text !== undefined) {
      numberField(fields, field.pid, process.pid);
      wireField(fields, field.hostname, text);
    }
    this.#epochClock.fieldsBehind = fields.toString();
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const level = warnings.has(transaction.status) ? this.#warn : this.#info;
    const start = this.#begin(level, transaction.requestUs, connection);
    writeTransactionFields(this.#out, connection, transaction);
    this.#end(start);
  }

  unasked(connection: ConnectionInfo, { text, bytes }: UnaskedAnswer, { timeUs, packet }: Arrival): void {
    const out = this.#out;
    const start = this.#begin(this.#warn, timeUs, connection);
    plainField(out, field.event, 'unasked');
    numberField(out, field.bytes, bytes);
    wireField(out, field.text, text);
    numberField(out, field.packet, packet);
    const item = beginMessage(out);
    writeUnasked(out, text);
    endMessage(out, item);
    this.#end(start);
  }

  bytes(connection: ConnectionInfo, bytes: UntoldBytes): void {
    // The others are only counted.
    if (bytes.kind !== 'missing' && bytes.kind !== 'not_understood') return;
    const { kind, length, fromClient, arrival } = bytes;
    const out = this.#out;
    const start = this.#begin(this.#warn, arrival.timeUs, connection);
    plainField(out, field.event, kind === 'missing' ? 'gap' : kind);
    plainField(out, field.direction, fromClient ? 'client' : 'server');
    numberField(out, field.bytes, length);
    numberField(out, field.packet, arrival.packet);
    plainField(out, field.msg, untoldText(bytes) ?? '');
    this.#end(start);
  }

  connectionOpen(connection: ConnectionInfo, { timeUs, packet }: Arrival): void {
    const out = this.#out;
    const start = this.#begin(this.#debug, timeUs, connection);
    plainField(out, field.event, 'connection_open');
    numberField(out, field.packet, packet);
    plainField(out, field.msg, 'connection open');
    this.#end(start);
  }

  connectionClose(connection: ConnectionInfo, reason: CloseReason, { timeUs, packet }: Arrival): void {
    const out = this.#out;
    const start = this.#begin(this.#debug, timeUs, connection);
    plainField(out, field.event, 'connection_close');
    plainField(out, field.reason, reason);
    numberField(out, field.packet, packet);
    plainField(out, field.msg, `connection closed: ${reason}`);
    this.#end(start);
  }

  /** The counters of the exit report, and what a summary adds to them; `timeUs` is that of the last packet. */
  summary(report: ExitReport, timeUs: number, more: object = {}): void {
    this.record('summary', timeUs, { ...report.fields(), ...more }, report.sentence());
  }

  /** An event with these fields, of a connection where one is given. */
  record(event: string, timeUs: number, fields: object, message: string, connection?: ConnectionInfo): void {
    const out = this.#out;
    const start = this.#begin(this.#info, timeUs, connection);
    plainField(out, field.event, event);
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) out.text(`,"${name}":${JSON.stringify(value)}`);
    }
    const item = beginMessage(out);
    out.text(message);
    endMessage(out, item);
    this.#end(start);
  }

  /**
   * What every record has: its level, its time, which is the packet's, not that of writing it, and of which connection
   * it is. Returns where the record starts.
   */
  #begin(level: Level, packetUs: number, connection?: ConnectionInfo): number {
    const timeUs = packetUs - this.#origin.us;
    const start = this.#out.length;
    this.#level = level;
    if (this.#clock === undefined) this.#epochClock.timeUs = timeUs;
    level.begin();
    this.#clock?.write(timeUs, this.#out);
    if (connection !== undefined) this.#bindings.write(connection, this.#out);
    return start;
  }

  #end(start: number): void {
    this.#out.put(lineEndText);
    if (this.#map !== undefined) this.#replace(start, this.#map);
    this.#written(start);
  }

  #replace(start: number, map: RecordMapping): void {
    const out = this.#out;
    const record = JSON.parse(out.bytes.toString('latin1', start, out.length)) as Record<string, unknown>;
    out.length = start;
    out.text(`${JSON.stringify(map(record))}\n`);
  }
}

const lineEnd = '}\n';
const lineEndText = new AsciiText(lineEnd);

/** Names of fields, with what stands before their values. */
const field = {
  conn: new AsciiText(',"conn":'),
  client: new AsciiText(',"client":'),
  server: new AsciiText(',"server":'),
  clientAddress: new AsciiText(',"clientAddress":'),
  clientPort: new AsciiText(',"clientPort":'),
  serverAddress: new AsciiText(',"serverAddress":'),
  serverPort: new AsciiText(',"serverPort":'),
  run: new AsciiText(',"run":'),
  host: new AsciiText(',"host":'),
  pid: new AsciiText(',"pid":'),
  hostname: new AsciiText(',"hostname":'),
  event: new AsciiText(',"event":'),
  isCommand: new AsciiText(',"event":"command"'),
  reason: new AsciiText(',"reason":'),
  direction: new AsciiText(',"direction":'),
  transport: new AsciiText(',"transport":'),
  protocol: new AsciiText(',"protocol":'),
  command: new AsciiText(',"command":'),
  key: new AsciiText(',"key":'),
  keys: new AsciiText(',"keys":'),
  hits: new AsciiText(',"hits":'),
  misses: new AsciiText(',"misses":'),
  missed: new AsciiText(',"missed":'),
  flags: new AsciiText(',"flags":'),
  exptime: new AsciiText(',"exptime":'),
  cas: new AsciiText(',"cas":'),
  delta: new AsciiText(',"delta":'),
  bytes: new AsciiText(',"bytes":'),
  result: new AsciiText(',"result":'),
  noreply: new AsciiText(',"noreply":true'),
  latencyUs: new AsciiText(',"latencyUs":'),
  queueUs: new AsciiText(',"queueUs":'),
  transferUs: new AsciiText(',"transferUs":'),
  retransmits: new AsciiText(',"retransmits":'),
  cause: new AsciiText(',"cause":'),
  durationUs: new AsciiText(',"durationUs":'),
  requestBytes: new AsciiText(',"requestBytes":'),
  responseBytes: new AsciiText(',"responseBytes":'),
  packet: new AsciiText(',"packet":'),
  value: new AsciiText(',"value":'),
  valueTruncated: new AsciiText(',"valueTruncated":true'),
  args: new AsciiText(',"args":'),
  answerFlags: new AsciiText(',"answerFlags":'),
  answerPacket: new AsciiText(',"answerPacket":'),
  text: new AsciiText(',"text":'),
  msg: new AsciiText(',"msg":'),
} as const;

const statusFields = Object.fromEntries(
  statuses.map((status) => [status, new AsciiText(`,"status":"${status}"`)]),
) as Record<Status, AsciiText>;

/** For pino: the record has no fields beside those that it gets as bytes. */
const noFields = {};

/** The fields of a command, in the order of the documentation; those that do not apply are left out. */
function writeTransactionFields(out: ByteWriter, connection: ConnectionInfo, transaction: Transaction): void {
  const { keys, missed, extra } = transaction;
  out.put(field.isCommand);
  plainField(out, field.transport, connection.transport);
  plainField(out, field.protocol, transaction.protocol);
  wireField(out, field.command, transaction.command);
  if (keys.length > 0) wireField(out, field.key, keys[0] as string);
  if (keys.length > 1) listField(out, field.keys, keys);
  if (transaction.args !== undefined) wireField(out, field.args, transaction.args);
  out.put(statusFields[transaction.status]);
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
    if (cause !== undefined) plainField(out, field.cause, cause);
  }
  numberField(out, field.requestBytes, transaction.requestBytes);
  if (isAnswered) numberField(out, field.responseBytes, transaction.responseBytes);
  numberField(out, field.packet, transaction.packet);
  if (transaction.answerPacket > 0) numberField(out, field.answerPacket, transaction.answerPacket);
  if (transaction.value !== undefined) {
    wireField(out, field.value, transaction.value);
    if (transaction.valueTruncated) out.put(field.valueTruncated);
  }
  const item = beginMessage(out);
  writeTransaction(out, transaction);
  endMessage(out, item);
}

/** The field `msg` is an item of an annotation, which is to be written next. Returns where that starts. */
function beginMessage(out: ByteWriter): number {
  out.put(field.msg);
  out.byte(quote);
  return out.length;
}

function endMessage(out: ByteWriter, start: number): void {
  out.escapeQuotes(start);
  out.byte(quote);
}

/** Text of the program's own, which needs no escapes. */
function plainField(out: ByteWriter, name: AsciiText, text: string): void {
  out.put(name);
  out.byte(quote);
  out.text(text);
  out.byte(quote);
}

/** Text from the wire. */
function wireField(out: ByteWriter, name: AsciiText, text: string): void {
  out.put(name);
  out.quoted(text);
}

function listField(out: ByteWriter, name: AsciiText, texts: readonly string[]): void {
  out.put(name);
  for (const [index, text] of texts.entries()) {
    out.byte(index === 0 ? openingBracket : comma);
    out.quoted(text);
  }
  out.byte(closingBracket);
}

/** A whole number ≥ 0. */
function numberField(out: ByteWriter, name: AsciiText, value: number): void {
  out.put(name);
  out.decimal(value);
}

function wireNumberField(out: ByteWriter, name: AsciiText, value: WireNumber): void {
  if (typeof value === 'string') wireField(out, name, value);
  else {
    out.put(name);
    if (value < 0) out.byte(minus);
    out.decimal(Math.abs(value));
  }
}

/** A field that only one protocol has. */
function extraField(out: ByteWriter, name: string, value: string | number | boolean): void {
  out.text(`,"${name}":`);
  if (typeof value === 'string') out.quoted(value);
  else out.text(String(value));
}

const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const openingBracket = 0x5b;
const closingBracket = 0x5d;

/** Connections whose texts are kept, and the longest such text: two IPv6 addresses. */
const bindingsBits = 12;
const bindingsWords = 37;

/**
 * The fields that tell the connection. The texts of those that spoke lately are kept: most records are of few of them.
 */
class ConnectionBindings {
  readonly #ids = new Int32Array(1 << bindingsBits);
  readonly #lengths = new Uint8Array(1 << bindingsBits);
  readonly #texts = new Float64Array(bindingsWords << bindingsBits);

  write(connection: ConnectionInfo, out: ByteWriter): void {
    const { id } = connection;
    const slot = id & ((1 << bindingsBits) - 1);
    if (this.#ids[slot] === id) {
      out.putWords(this.#texts, slot * bindingsWords, this.#lengths[slot] as number);
      return;
    }
    const start = out.length;
    numberField(out, field.conn, id);
    plainField(out, field.client, connection.client);
    plainField(out, field.server, connection.server);
    plainField(out, field.clientAddress, addressOf(connection.client));
    numberField(out, field.clientPort, connection.clientPort);
    plainField(out, field.serverAddress, addressOf(connection.server));
    numberField(out, field.serverPort, connection.serverPort);
    const length = out.length - start;
    if (wordsOf(length) > bindingsWords) return;
    out.readWords(start, this.#texts, slot * bindingsWords);
    this.#lengths[slot] = length;
    this.#ids[slot] = id;
  }
}

/** ISO 8601 UTC with microseconds. The part to the second is made once a second. */
class IsoClock {
  readonly #isHidden: boolean;
  #second = Number.NaN;
  #beforeFraction = new AsciiText('');
  #afterFraction = new AsciiText('Z"');

  /** `isHidden`: the fields behind it are written alone. */
  constructor(isHidden: boolean) {
    this.#isHidden = isHidden;
  }

  /** Fields that never change, which follow the time in every record: written with it they take no time. */
  set fieldsBehind(fields: string) {
    this.#afterFraction = new AsciiText(this.#isHidden ? fields : `Z"${fields}`);
  }

  /** Appends the field `time`, and those behind it. */
  write(timeUs: number, out: ByteWriter): void {
    if (this.#isHidden) {
      out.put(this.#afterFraction);
      return;
    }
    const second = Math.floor(timeUs / 1e6);
    if (second !== this.#second) {
      this.#second = second;
      this.#beforeFraction = new AsciiText(`,"time":"${new Date(second * 1000).toISOString().slice(0, -4)}`);
    }
    out.put(this.#beforeFraction);
    out.sixDigits(timeUs - second * 1e6);
    out.put(this.#afterFraction);
  }
}

/** Milliseconds since 1970, as pino writes times, and microseconds beside them. */
class EpochClock {
  readonly #isHidden: boolean;
  timeUs = 0;
  /** As of `IsoClock`. */
  fieldsBehind = '';

  /** As of `IsoClock`. */
  constructor(isHidden: boolean) {
    this.#isHidden = isHidden;
  }

  /** The fields `time` and `timeUs`, and those behind them. */
  get text(): string {
    if (this.#isHidden) return this.fieldsBehind;
    return `,"time":${Math.floor(this.timeUs / 1000)},"timeUs":${this.timeUs}${this.fieldsBehind}`;
  }
}
