import type { Listener, UntoldBytes } from '../../protocols/events.ts';
import type { Arrival, ConnectionInfo, UnaskedAnswer } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { ByteWriter, escapedText } from '../byte-writer.ts';
import type { Finding } from '../findings/finding.ts';
import type { Presentation } from '../presentation/presentation.ts';
import { untoldText, writeOutcome, writeUnasked } from './annotation.ts';
import type { OutputStream } from './output-stream.ts';
import { colorOf, slowUs } from './status-colors.ts';
import type { Colors } from './terminal.ts';

/** Where the lines go. */
export type CompactOutput = Pick<OutputStream, 'text' | 'flushIfFull'>;

interface CompactOptions {
  /** How many columns a line may take. */
  readonly columns: () => number;
  readonly colors: Colors;
  /** Of which a key is coloured where it matches one. */
  readonly patterns: readonly RegExp[];
  readonly presentation: Pick<Presentation, 'settings' | 'origin' | 'hidesTimes'>;
}

/**
 * How many characters each column has. Texts stand on its left, numbers on its right; the key gets what the others
 * leave.
 */
interface Widths {
  /** Digits of a second. */
  readonly fraction: number;
  readonly client: number;
  readonly command: number;
  readonly leastKey: number;
  readonly mostKey: number;
  readonly size: number;
  readonly outcome: number;
  readonly latency: number;
  /** For what stands behind the latency, where the key has enough. */
  readonly notes: number;
  readonly enoughKey: number;
}

const wide: Widths = {
  fraction: 6,
  client: 21,
  command: 9,
  leastKey: 12,
  mostKey: 60,
  size: 7,
  outcome: 14,
  latency: 8,
  notes: 30,
  enoughKey: 18,
};

/** For a blank and what shows that there are notes. */
const leastNotes = 2;

/** For terminals of 80 columns. */
const narrow: Widths = {
  ...wide,
  fraction: 3,
  command: 7,
  leastKey: 9,
  size: 5,
  outcome: 12,
  latency: 6,
  notes: leastNotes,
  enoughKey: 9,
};

/** Columns of a connection's number. */
const shortClient = 4;

/** Columns from which on there is room for the wide ones. */
const wideEnough = 100;

/**
 * One aligned line a command, when it is complete: time, client, command, key, value bytes, outcome, latency; behind them
 * its findings, what the client waited where that is another number, the cause, and an error in full. Never wrapped: a
 * line is cut to the columns that there are, and escape codes, which take none, are not counted.
 */
export class CompactView implements Listener {
  readonly #output: CompactOutput;
  readonly #options: CompactOptions;
  readonly #outcome = new ByteWriter(512);
  readonly #clock = new LocalClock();
  /** Of findings about commands that are not told yet. */
  readonly #names = new WeakMap<Transaction, string[]>();

  constructor(output: CompactOutput, options: CompactOptions) {
    this.#output = output;
    this.#options = options;
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const { latencyUs, durationUs, status } = transaction;
    const { colors } = this.#options;
    const isSlow = Math.max(latencyUs, durationUs) >= slowUs;
    const line = this.#begin(transaction.requestUs, connection);
    const { widths } = line;
    const outcome = this.#outcomeOf(transaction);
    const isLong = outcome.length > widths.outcome;
    line.left(escapedText(transaction.command), widths.command);
    line.left(keysOf(transaction), line.keyWidth(), this.#matches(transaction) ? colors.match : '');
    const hasValue = transaction.bytes > 0 || (transaction.bytes === 0 && status !== 'miss');
    line.right(hasValue ? bytesText(transaction.bytes) : '', widths.size);
    line.left(isLong ? status : outcome, widths.outcome, colorOf(status, colors));
    line.right(latencyUs < 0 ? '' : timeText(latencyUs), widths.latency, isSlow ? colors.slow : colors.dim);
    const names = this.#names.get(transaction);
    line.note(waitText(transaction), colors.slow, names === undefined ? 0 : leastNotes);
    if (names !== undefined) line.note(`! ${names.join(' ')}`, colors.bad);
    if (isLong) line.note(outcome, colorOf(status, colors));
    this.#end(line);
  }

  /** Beside the command that it is about, which is told later; else in a line of its own. */
  found({ finding, request, connection, timeUs, client = '', text }: Finding): void {
    if (request === undefined) {
      const line = this.#begin(timeUs, connection ?? { client });
      line.left(`! ${finding}: ${text}`, 0, this.#options.colors.bad);
      this.#end(line);
      return;
    }
    const names = this.#names.get(request);
    if (names === undefined) this.#names.set(request, [finding]);
    else if (!names.includes(finding)) names.push(finding);
  }

  unasked(connection: ConnectionInfo, { text }: UnaskedAnswer, { timeUs }: Arrival): void {
    const out = this.#outcome;
    writeUnasked(out, text);
    this.#tell(timeUs, connection, out.toString());
    out.clear();
  }

  bytes(connection: ConnectionInfo, bytes: UntoldBytes): void {
    const text = untoldText(bytes);
    if (text !== undefined && 'arrival' in bytes) this.#tell(bytes.arrival.timeUs, connection, text);
  }

  #tell(timeUs: number, connection: ConnectionInfo, text: string): void {
    const line = this.#begin(timeUs, connection);
    line.left(text, 0, this.#options.colors.bad);
    this.#end(line);
  }

  #begin(timeUs: number, { id, client }: { readonly id?: number; readonly client: string }): CompactLine {
    const { columns, colors, presentation } = this.#options;
    const { settings, origin, hidesTimes } = presentation;
    const line = new CompactLine(columns(), colors);
    const { fraction, client: width } = line.widths;
    if (!hidesTimes) line.left(this.#clock.text(timeUs - origin.us, fraction, settings.isRelative), 0, colors.dim);
    if (settings.isRelative) line.left(id === undefined ? client : `#${id}`, shortClient);
    else line.left(client, width);
    return line;
  }

  #matches({ line, keys }: Transaction): boolean {
    return this.#options.patterns.some((pattern) => pattern.test(line) || keys.some((key) => pattern.test(key)));
  }

  #end(line: CompactLine): void {
    this.#output.text.text(line.toString());
    this.#output.flushIfFull();
  }

  #outcomeOf(transaction: Transaction): string {
    const { status, retrieves, hits, misses } = transaction;
    if (status === 'no_reply') return '-';
    if (status === 'unanswered' || status === 'unknown') return status;
    if (retrieves && transaction.outcome === '' && status !== 'misfit') {
      if (hits + misses <= 1) return hits === 1 ? 'hit' : 'miss';
      return `${hits} of ${hits + misses} hit`;
    }
    const out = this.#outcome;
    writeOutcome(out, transaction);
    const text = out.toString();
    out.clear();
    return text;
  }
}

/** One line, column by column. */
class CompactLine {
  readonly widths: Widths;
  readonly #columns: number;
  readonly #colors: Colors;
  #text = '';
  /** Columns taken. */
  #width = 0;

  constructor(columns: number, colors: Colors) {
    this.widths = columns < wideEnough ? narrow : wide;
    this.#columns = columns;
    this.#colors = colors;
  }

  /** What is left for the key where all that stands behind it shall find its place. */
  keyWidth(): number {
    const { size, outcome, latency, leastKey, mostKey, notes, enoughKey } = this.widths;
    const room = this.#columns - this.#width - (size + outcome + latency + 4);
    const width = room - notes >= enoughKey ? room - notes : Math.min(room - leastNotes, enoughKey);
    return Math.max(leastKey, Math.min(mostKey, width));
  }

  /** Behind the columns, as far as there is room but for `kept` columns; that there is more is shown. */
  note(text: string, color: string, kept = 0): void {
    const room = this.#columns - this.#width - 1 - kept;
    if (text === '' || room <= 0) return;
    if (text.length <= room) this.#add(text, color);
    else this.#add(room === 1 && text.startsWith('!') ? '!' : `${text.slice(0, room - 1)}~`, color);
  }

  left(text: string, columns: number, color = ''): void {
    this.#add(columns > 0 && text.length > columns ? `${text.slice(0, columns - 1)}~` : text.padEnd(columns), color);
  }

  right(text: string, columns: number, color = ''): void {
    this.#add(text.padStart(columns), color);
  }

  toString(): string {
    return `${this.#text.trimEnd()}\n`;
  }

  /** One blank stands between columns. */
  #add(cell: string, color: string): void {
    const text = (this.#width === 0 ? cell : ` ${cell}`).slice(0, this.#columns - this.#width);
    this.#width += text.length;
    const shown = text.trimEnd();
    this.#text += color === '' || shown === '' ? text : color + shown + this.#colors.end + text.slice(shown.length);
  }
}

/** Time of day, as the lines have it. The part to the second is made once a second. */
class LocalClock {
  #second = Number.NaN;
  #beforeFraction = '';

  /** `isUtc`: hours, minutes and seconds are those of a span, which no time zone shifts. */
  text(timeUs: number, digits: number, isUtc: boolean): string {
    const second = Math.floor(timeUs / 1e6);
    if (second !== this.#second) {
      this.#second = second;
      const date = new Date(second * 1000);
      const parts = isUtc
        ? [Math.floor(second / 3600), date.getUTCMinutes(), date.getUTCSeconds()]
        : [date.getHours(), date.getMinutes(), date.getSeconds()];
      this.#beforeFraction = parts.map(twoDigits).join(':');
    }
    const fraction = String(timeUs - second * 1e6).padStart(6, '0');
    return `${this.#beforeFraction}.${fraction.slice(0, digits)}`;
  }
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

/** `a`, or of several `a +3`. */
function keysOf({ keys }: Transaction): string {
  const [first] = keys;
  if (first === undefined) return '';
  return keys.length === 1 ? escapedText(first) : `${escapedText(first)} +${keys.length - 1}`;
}

/** What the client waited where that is more than the latency, and what took most of it: `41.2ms delayed_ack`. */
function waitText({ latencyUs, durationUs, cause }: Transaction): string {
  if (latencyUs < 0 || durationUs - latencyUs <= 1000) return cause ?? '';
  return `${timeText(durationUs)} ${cause ?? 'in all'}`;
}

/** `90us`, `41.5ms`, `151ms`, `2.60s`. */
function timeText(microseconds: number): string {
  if (microseconds < 1000) return `${microseconds}us`;
  if (microseconds < 1e6) return `${(microseconds / 1000).toFixed(microseconds < 99_950 ? 1 : 0)}ms`;
  return `${(microseconds / 1e6).toFixed(2)}s`;
}

/** `4B`, `12.5K`, `1.0M`. */
function bytesText(bytes: number): string {
  if (bytes < 10_000) return `${bytes}B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)}K`;
  return `${(bytes / 1024 / 1024).toFixed(1)}M`;
}
