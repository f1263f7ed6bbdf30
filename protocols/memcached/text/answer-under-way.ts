import { latin1 } from '../../bytes.ts';
import type { Arrival } from '../../protocol.ts';
import { Answer, AnswerShape } from './answer.ts';
import { type BlockLine, holdsStart, readBlockLine } from './answer-line.ts';
import { unsigned } from './numbers.ts';

/** Digits of the largest number that the server counts with. */
const longestNumber = 20;

/** How `stats settings` says how large an item may be. */
const itemSizeLine = 'STAT item_size_max ';

/** An answer from its first byte to its last, with what is kept of its values. */
export class AnswerUnderWay extends Answer {
  /** Bytes of keys that the budget of all connections does not know of yet. */
  keyBytes = 0;
  /** Place of the key that probably comes next, among those that the request asks for. */
  likelyPlace = 0;
  /** True where nothing of the answer follows the block: a meta value, or a value whose end line was never captured. */
  blockEndsAnswer = false;
  /** Bytes of its values that were never captured. */
  missingBytes = 0;
  /** True where its last byte was never captured. */
  endIsMissing = false;
  /** True where it may be all there is, or the first of several lines: what follows tells. */
  isHeld = false;
  /** The word, with the blank behind it, with which further such lines begin; empty where none can come. */
  firstWord = '';
  /** Offset in the stream behind what came of it, and the time of the packet with that, µs. */
  lastEnd = 0;
  lastUs = 0;
  /** Bytes of the value under way that are still to be kept. */
  #valueRest = 0;

  override begin(start: number, arrival: Arrival): void {
    super.begin(start, arrival);
    this.keyBytes = 0;
    this.likelyPlace = 0;
    this.blockEndsAnswer = false;
    this.missingBytes = 0;
    this.endIsMissing = false;
    this.isHeld = false;
    this.firstWord = '';
    // A shape that nothing has yet.
    this.shape = AnswerShape.word;
    this.lastEnd = start;
    this.lastUs = arrival.timeUs;
    this.#valueRest = 0;
  }

  /** Of the same class: code that is given other objects only behind a hole is compiled twice. */
  override copy(): this {
    return Object.assign(new AnswerUnderWay(), this) as this;
  }

  /** So far it came with this packet. */
  goesOnTo(end: number, { timeUs }: Arrival): void {
    this.lastEnd = end;
    this.lastUs = timeUs;
  }

  /** True where it has `VALUE` blocks. */
  get isOfValues(): boolean {
    return this.shape === AnswerShape.values && this.keys.length > 0;
  }

  /** The end of values and lists has the shape of what it ends. */
  endWith(text: string): void {
    this.text = text;
    this.shape = AnswerShape.end;
    if (this.keys.length > 0) this.shape = AnswerShape.values;
    else if (this.lines > 0) this.shape = AnswerShape.lines;
  }

  /** It is a single line, and further ones may follow. `isFirst`: of which it is the first. */
  hold(isFirst: boolean): void {
    this.isHeld = true;
    const blank = this.text.indexOf(' ');
    this.firstWord = blank < 0 ? '' : this.text.slice(0, blank + 1);
    if (isFirst) this.addLine(this.text);
  }

  /** One more line of a list. */
  addLine(line: string): void {
    if (this.lines === 0) this.firstLine = line;
    this.lines++;
  }

  /** One more line of a list, `bytes[start, end)`, that has a form of its own. */
  addItem(bytes: Buffer, start: number, end: number): void {
    this.isHeld = false;
    this.shape = AnswerShape.lines;
    if (holdsStart(bytes, start, end, itemSizeLine)) {
      this.itemSizeMax = Number(unsigned(bytes, start + itemSizeLine.length, end) ?? -1);
    }
    if (this.lines === 0) this.addLine(latin1(bytes, start, end));
    else this.lines++;
  }

  /** A line `CONFIG <key> <flags> <bytes>`. Returns the size of the block that it opens, bytes; undefined if none. */
  openConfig(bytes: Buffer, start: number, end: number): number | undefined {
    const opened = readBlockLine(bytes, start + 'CONFIG '.length, end);
    this.addItem(bytes, start, end);
    if (opened !== undefined) this.bytes += opened.bytes;
    return opened?.bytes;
  }

  /** A line `VALUE …`, which ends at `end`; its key is still to be added. */
  openValue({ flags, bytes: length, casStart }: BlockLine, bytes: Buffer, end: number): void {
    this.shape = AnswerShape.values;
    this.bytes += length;
    if (this.keys.length > 0) return;
    this.flags = flags;
    this.firstBytes = length;
    if (casStart >= 0) this.cas = unsigned(bytes, casStart, end);
  }

  /** A value of `length` bytes comes, of which as many as `most` are to be kept. */
  beginValue(length: number, most: number): void {
    if (most === 0) return;
    this.#valueRest = Math.min(length, most);
    this.value = '';
    this.valueTruncated = length > most;
  }

  /** As `beginValue`, of a meta answer. The number that arithmetic answers with is a result, not a private value. */
  beginMetaValue(most: number): void {
    this.beginValue(this.bytes, Math.max(most, this.#mayBeNumber ? this.bytes : 0));
  }

  /** The next `length` bytes of the block, from `start` on. */
  keepValue(bytes: Buffer, start: number, length: number): void {
    if (this.#valueRest === 0) return;
    const kept = Math.min(this.#valueRest, length);
    this.value += latin1(bytes, start, start + kept);
    this.#valueRest -= kept;
  }

  /** The next bytes of the block were never captured: what lies behind them does not follow what was kept. */
  keepNoMore(): void {
    if (this.#valueRest > 0) this.valueTruncated = true;
    this.#valueRest = 0;
  }

  /** Of what was kept of a short meta value, only what was asked for, `most` bytes, stays a value. */
  endMetaValue(most: number): void {
    if (this.#mayBeNumber) this.number = this.value;
    this.value = most > 0 ? this.value?.slice(0, most) : undefined;
    this.valueTruncated = this.value !== undefined && this.bytes > this.value.length;
  }

  get #mayBeNumber(): boolean {
    return this.bytes <= longestNumber;
  }
}
