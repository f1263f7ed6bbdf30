import { pino } from 'pino';
import { addressOf } from '../../protocols/address.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import { AsciiText, ByteWriter } from '../byte-writer.ts';
import { field, numberField, wireField } from './json-fields.ts';
import type { RunIdentity } from './run-identity.ts';

/** Levels of records. */
export type RecordLevel = 'debug' | 'info' | 'warn';

/** Has pino begin a record. */
export type RecordStart = (level: RecordLevel, timeUs: number) => void;

const levelTexts: Readonly<Record<RecordLevel, AsciiText>> = {
  debug: new AsciiText('{"level":"debug"'),
  info: new AsciiText('{"level":"info"'),
  warn: new AsciiText('{"level":"warn"'),
};

/** Appends level, time (unless `hidesTime`) and what each record says of its run, as the documentation shows them. */
export function plainStart(out: ByteWriter, { run, host }: RunIdentity, hidesTime = false): RecordStart {
  let text = new AsciiText('');
  const logger = pino(
    { level: 'debug', base: null, timestamp: () => '', formatters: { level: (label) => ({ level: label }) } },
    // Pino knows the level alone: its line is known, and looking at it would cost as much as making it.
    { write: () => out.put(text) },
    // The engine finds the fields of a child at once, and those of pino's first logger in a table, for each record.
  ).child({});
  const fields = runFields(run, host);
  const fieldsAlone = new AsciiText(fields);
  const clock = new IsoClock(fields);
  return (level, timeUs) => {
    text = levelTexts[level];
    // Without arguments pino has none to look at.
    logger[level](undefined);
    if (hidesTime) out.put(fieldsAlone);
    else clock.write(timeUs, out);
  };
}

/** What stands behind the fraction of the time in all records. */
export function textOfRun({ run, host }: RunIdentity): string {
  return `Z"${runFields(run, host)}`;
}

/** As `plainStart`, with level and time as pino writes them by itself, which its transports expect. */
export function pinoStart(
  out: ByteWriter,
  { run, host }: RunIdentity,
  hidesTime = false,
  namesProcesses = false,
): RecordStart {
  let time = '';
  const logger = pino(
    { level: 'debug', base: null, timestamp: () => time },
    { write: (line: string) => out.text(line.slice(0, -lineEnd.length)) },
  ).child({});
  // Who runs it, as in pino's own records, where that is not another one in each run over a file, and where `pid` is not
  // the process of a connection.
  const fields = runFields(run, host, { pid: namesProcesses ? undefined : process.pid });
  return (level, timeUs) => {
    time = hidesTime ? fields : `,"time":${Math.floor(timeUs / 1000)},"timeUs":${timeUs}${fields}`;
    logger[level](undefined);
  };
}

const lineEnd = '}\n';

/** Fields that never change in a run, as text; `own`: of the process that writes, where pino's records name it. */
function runFields(run: string, host: string | undefined, own?: { readonly pid: number | undefined }): string {
  const fields = new ByteWriter(1024);
  fields.text(`,"run":"${run}"`);
  if (host === undefined) return fields.toString();
  const text = Buffer.from(host).toString('latin1');
  wireField(fields, field.host, text);
  if (own !== undefined) {
    if (own.pid !== undefined) numberField(fields, field.pid, own.pid);
    wireField(fields, field.hostname, text);
  }
  return fields.toString();
}

/** ISO 8601 UTC with microseconds. The part to the second is made once a second. */
class IsoClock {
  #second = Number.NaN;
  #beforeFraction = new AsciiText('');
  readonly #afterFraction: AsciiText;

  /** `fieldsBehind`: fields that follow the time in every record; written with it they take no time. */
  constructor(fieldsBehind: string) {
    this.#afterFraction = new AsciiText(`Z"${fieldsBehind}`);
  }

  /** Appends the field `time`, and those behind it. */
  write(timeUs: number, out: ByteWriter): void {
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

/** Connections whose texts are kept, and the longest such text: two IPv6 addresses and the fields behind them. */
const slots = 4096;
const slotWords = 41;

const commandOver = {
  tcp: new AsciiText(',"event":"command","transport":"tcp"'),
  udp: new AsciiText(',"event":"command","transport":"udp"'),
} as const;

/**
 * The fields that tell the connection, and those that all of its commands begin with. The texts of those that spoke
 * lately are kept: most records are of few of them.
 */
export class ConnectionFields {
  readonly #ids = new Int32Array(slots);
  readonly #lengths = new Uint16Array(slots);
  readonly #texts = new Float64Array(slots * slotWords);

  /** The fields of a connection. */
  write(connection: ConnectionInfo, out: ByteWriter): void {
    this.#put(connection, out, commandOver[connection.transport].length);
  }

  /** The fields of a connection, and the first ones of a command. */
  writeCommand(connection: ConnectionInfo, out: ByteWriter): void {
    this.#put(connection, out, 0);
  }

  #put(connection: ConnectionInfo, out: ByteWriter, leftOut: number): void {
    const { id } = connection;
    const slot = id & (slots - 1);
    if (this.#ids[slot] === id) out.putWords(this.#texts, slot * slotWords, (this.#lengths[slot] as number) - leftOut);
    else {
      const start = out.length;
      writeConnection(connection, out);
      out.readWords(start, this.#texts, slot * slotWords);
      this.#lengths[slot] = out.length - start;
      this.#ids[slot] = id;
      out.length -= leftOut;
    }
  }
}

function writeConnection(connection: ConnectionInfo, out: ByteWriter): void {
  const { client, server } = connection;
  numberField(out, field.conn, connection.id);
  out.put(field.client);
  out.text(client);
  out.put(field.server);
  out.text(server);
  out.put(field.clientAddress);
  out.text(addressOf(client));
  numberField(out, field.clientPort, connection.clientPort);
  out.put(field.serverAddress);
  out.text(addressOf(server));
  numberField(out, field.serverPort, connection.serverPort);
  out.put(commandOver[connection.transport]);
}
