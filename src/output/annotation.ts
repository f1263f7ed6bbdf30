import type { Listener, UntoldBytes } from '../../protocols/events.ts';
import type { ConnectionInfo, UnaskedAnswer } from '../../protocols/protocol.ts';
import type { Cause, Transaction } from '../../protocols/transaction.ts';
import { AsciiText, ByteWriter } from '../byte-writer.ts';
import type { ItemColors } from './status-colors.ts';

/** Items that an annotation shows of one packet; the others are counted. */
const shownItems = 40;

/** Keys that an annotation shows of one request; a multi-get may have thousands. */
const shownKeys = 16;

/** Bytes that an annotation shows of an answer that does not fit, or that nobody asked for. */
const shownAnswerBytes = 80;

/** What a client waited is said where it is so much more than the latency, µs. */
const shownBeyondLatencyUs = 1000;

const arrowText = new AsciiText(' => ');
const hitText = new AsciiText('hit ');
const bytesText = new AsciiText(' bytes');
const commaText = new AsciiText(', ');
const microsecondsText = new AsciiText(' us');

/** What one packet completes, as the text behind tcpdump's own. One object is cleared for each packet. */
export class Annotation implements Listener {
  readonly #out = new ByteWriter(4096);
  readonly #prefix: AsciiText;
  readonly #colors: ItemColors | undefined;
  /** How many things were said, those included that are not shown. */
  #items = 0;

  /** `protocol`: the word that stands before the items; `colors`: undefined where they have none. */
  constructor(protocol: string, colors?: ItemColors) {
    this.#colors = colors;
    this.#prefix = new AsciiText(`: ${protocol}: `);
  }

  get isEmpty(): boolean {
    return this.#out.length === 0;
  }

  clear(): void {
    this.#out.clear();
    this.#items = 0;
  }

  commandLine(_connection: ConnectionInfo, request: Transaction): void {
    if (!this.#begin()) return;
    const start = this.#out.length;
    this.#out.escaped(request.line);
    this.#colors?.paint(this.#out, start);
  }

  /** The data block is complete: behind its line where one packet brought both, else as an item of its own. */
  dataBlock(_connection: ConnectionInfo, request: Transaction): void {
    if (request.linePacket === request.packet) {
      if (this.#items <= shownItems) writeBlock(this.#out, request);
    } else if (this.#begin()) {
      writeCommand(this.#out, request);
      writeBlock(this.#out, request);
    }
  }

  transaction(_connection: ConnectionInfo, transaction: Transaction): void {
    // Silence was to be expected: the request itself has said all.
    if (transaction.status === 'no_reply' || !this.#begin()) return;
    const start = this.#out.length;
    writeTransaction(this.#out, transaction);
    this.#colors?.paint(this.#out, start, transaction);
  }

  unasked(_connection: ConnectionInfo, { text }: UnaskedAnswer): void {
    if (!this.#begin()) return;
    const start = this.#out.length;
    writeUnasked(this.#out, text);
    this.#colors?.paintBad(this.#out, start);
  }

  bytes(_connection: ConnectionInfo, bytes: UntoldBytes): void {
    const text = untoldText(bytes);
    if (text === undefined || !this.#begin()) return;
    const start = this.#out.length;
    this.#out.text(text);
    this.#colors?.paintBad(this.#out, start);
  }

  appendTo(out: ByteWriter): void {
    if (this.isEmpty) return;
    out.put(this.#prefix);
    out.append(this.#out);
    if (this.#items <= shownItems) return;
    out.text('; +');
    out.decimal(this.#items - shownItems);
    out.text(' more');
  }

  /** One more item; false where those that are shown are enough. */
  #begin(): boolean {
    this.#items++;
    if (this.#items > shownItems) return false;
    if (!this.isEmpty) this.#out.text('; ');
    return true;
  }
}

/** What is said of bytes that belong to no command, as one item; undefined where they are only counted. */
export function untoldText(bytes: UntoldBytes): string | undefined {
  if (bytes.kind === 'missing') return `[${bytes.length} bytes missing]`;
  if (bytes.kind !== 'not_understood') return undefined;
  return bytes.protocol === undefined ? `[${bytes.length} bytes not understood]` : `[${bytes.protocol}, not readable]`;
}

/** An answer that no request was due, as one item: `[unasked STORED]`. */
export function writeUnasked(out: ByteWriter, text: string): void {
  out.text('[unasked ');
  out.escaped(text.slice(0, shownAnswerBytes));
  out.text(']');
}

/** A transaction as one item: `get userId => hit 4 bytes, 198 us`; a request that awaits no answer: its line. */
export function writeTransaction(out: ByteWriter, transaction: Transaction): void {
  if (transaction.status === 'no_reply') {
    out.escaped(transaction.line);
    if (transaction.valueLength >= 0) writeBlock(out, transaction);
    return;
  }
  writeCommand(out, transaction);
  out.put(arrowText);
  if (transaction.status === 'unanswered' || transaction.status === 'unknown') {
    out.text(transaction.status);
    return;
  }
  writeOutcome(out, transaction);
  if (transaction.retrieves && transaction.status !== 'misfit') writeValue(out, transaction);
  // The silence that answers a quiet request has no time, nor has a request whose end was never captured.
  const { latencyUs } = transaction;
  if (latencyUs < 0) return;
  out.put(commaText);
  out.decimal(latencyUs);
  out.put(microsecondsText);
  const { cause } = transaction;
  const waitedUs = transaction.durationUs;
  if (cause !== undefined || waitedUs - latencyUs > shownBeyondLatencyUs) writeWait(out, waitedUs, latencyUs, cause);
}

/** What the client waited beyond the latency, and why it was so long: ` (41490 us in all: delayed_ack)`, ` (server)`. */
function writeWait(out: ByteWriter, waitedUs: number, latencyUs: number, cause: Cause | undefined): void {
  out.text(' (');
  if (waitedUs - latencyUs > shownBeyondLatencyUs) {
    out.decimal(waitedUs);
    out.text(' us in all');
    if (cause !== undefined) out.text(': ');
  }
  if (cause !== undefined) out.text(cause);
  out.text(')');
}

/** How a transaction that was answered ended, as its item says it. */
export function writeOutcome(out: ByteWriter, transaction: Transaction): void {
  if (transaction.status === 'misfit') writeMisfit(out, transaction);
  else if (transaction.outcome === '') writeHits(out, transaction);
  else out.escaped(transaction.outcome);
}

/** `misfit VALUE c 0 3`: the first line of the answer. */
function writeMisfit(out: ByteWriter, { result = '' }: Transaction): void {
  out.text('misfit ');
  out.escaped(result.slice(0, shownAnswerBytes));
}

/** `hit 4 bytes`, `miss`; of several keys `2 hits 1 miss, 8 bytes`. */
function writeHits(out: ByteWriter, { hits, misses, bytes }: Transaction): void {
  if (hits + misses > 1) {
    out.decimal(hits);
    out.text(hits === 1 ? ' hit ' : ' hits ');
    out.decimal(misses);
    out.text(misses === 1 ? ' miss, ' : ' misses, ');
  } else if (hits === 0) {
    out.text('miss');
    return;
  } else out.put(hitText);
  out.decimal(bytes);
  out.put(bytesText);
}

function writeCommand(out: ByteWriter, transaction: Transaction): void {
  const { keys } = transaction;
  out.escaped(transaction.command);
  const shown = Math.min(keys.length, shownKeys);
  for (let index = 0; index < shown; index++) {
    out.text(' ');
    out.escaped(keys[index] as string);
  }
  if (keys.length > shown) {
    out.text(' +');
    out.decimal(keys.length - shown);
    out.text(' keys');
  }
}

function writeBlock(out: ByteWriter, request: Transaction): void {
  out.text(' <');
  out.decimal(request.valueLength);
  out.put(bytesText);
  writeValue(out, request);
  out.text('>');
}

/** With `--values`: the value's first bytes in quotes, `…` after them where there are more. */
function writeValue(out: ByteWriter, transaction: Transaction): void {
  if (transaction.value === undefined) return;
  out.escaped(' "');
  out.escaped(transaction.value);
  out.escaped(transaction.valueTruncated ? '..."' : '"');
}
