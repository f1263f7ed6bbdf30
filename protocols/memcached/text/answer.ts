import type { Arrival } from '../../protocol.ts';
import type { WireNumber } from '../../transaction.ts';
import type { PairedAnswer } from '../pairing/dialect.ts';
import type { Flags } from './meta-flags.ts';

/** What an answer looks like. It is told from the bytes alone: which request it answers is for pairing to find out. */
export const AnswerShape = {
  /** `VALUE` blocks, then `END`. */
  values: 0,
  /** Lines (STAT, ITEM, PREFIX, key=…, mg …), then `END` or `EN`. */
  lines: 1,
  /** `END` alone: a retrieval without a hit, or an empty list. */
  end: 2,
  /** A number alone. */
  number: 3,
  /** ERROR, CLIENT_ERROR …, SERVER_ERROR … */
  error: 4,
  /** Any other single line: STORED, VERSION 1.6.18, OK … */
  word: 5,
  /** A meta code: HD, VA (with a data block), EN, NF, NS, EX, MN, ME. */
  meta: 6,
} as const;

export type AnswerShape = (typeof AnswerShape)[keyof typeof AnswerShape];

/** What an answer costs that is held, and what each of its keys does, in bytes of `pendingTotalBytes`. */
const overhead = 512;
const keyOverhead = 48;

/** One answer of the server's. The parser reuses one object: `copy` what must outlive the call. */
export class Answer implements PairedAnswer {
  shape: AnswerShape = AnswerShape.word;
  /** The answer's last line, or its only one, without line end; of a meta answer the code alone. */
  text = '';
  /** Keys of the `VALUE` blocks, in order. */
  keys: string[] = noKeys;
  /** Keys beyond the limit of those that are kept. */
  keysLeftOut = 0;
  /** Value bytes, summed over the blocks. */
  bytes = 0;
  /** Flags and unique of the first block, or of a meta answer. */
  flags: WireNumber | undefined = undefined;
  cas: WireNumber | undefined = undefined;
  /** First bytes of the first value. */
  value: string | undefined = undefined;
  valueTruncated = false;
  /** The number that a meta answer's block holds; undefined where it holds none. */
  number: string | undefined = undefined;
  /** Flags of a meta answer, or the words behind `ME` and the key, as sent. */
  answerFlags: string | undefined = undefined;
  /** Letters of those flags. */
  flagSet: Flags = 0;
  /** Opaque and key that a meta answer brings back, as sent. */
  opaque: string | undefined = undefined;
  key: string | undefined = undefined;
  /** Markers of a meta answer: W, X, Z. */
  won = false;
  stale = false;
  alreadyWon = false;
  /** Lines before the end line of a list, and the first of them. */
  lines = 0;
  firstLine = '';
  /** Of a list of settings: how large an item may be, bytes; -1 where it does not say. */
  itemSizeMax = -1;
  /** Size of the first value. */
  firstBytes = 0;
  /** Sizes of the values of `keys`, where there are several. */
  sizes: number[] = noSizes;
  /** True where its values or its lines are not as long, or not as many, as the server says itself. */
  isBroken = false;
  /** Offset of the answer's first byte in the server's stream. */
  start = 0;
  /** Bytes on the stream, line ends and data blocks included. */
  length = 0;
  /** Times of the packets with its first and its last byte, µs; of the last -1 where that was never captured. */
  startUs = 0;
  endUs = 0;
  /** Number of the packet with its first byte. */
  packet = 0;
  /** How far the server had received the client's stream when it sent the first byte; -1 if unknown. */
  acknowledged = -1;

  addKey(key: string): void {
    if (this.keys.length === 0) this.keys = [key];
    else this.keys.push(key);
  }

  /** The size of another value than the first. */
  addSize(bytes: number): void {
    if (this.sizes.length === 0) this.sizes = [this.firstBytes, bytes];
    else this.sizes.push(bytes);
  }

  begin(start: number, arrival: Arrival): void {
    this.keys = noKeys;
    this.keysLeftOut = 0;
    this.bytes = 0;
    this.lines = 0;
    this.answerFlags = undefined;
    this.flagSet = 0;
    this.firstLine = '';
    this.itemSizeMax = -1;
    this.firstBytes = 0;
    this.sizes = noSizes;
    this.isBroken = false;
    this.flags = undefined;
    this.cas = undefined;
    this.value = undefined;
    this.valueTruncated = false;
    this.number = undefined;
    this.opaque = undefined;
    this.key = undefined;
    this.won = false;
    this.stale = false;
    this.alreadyWon = false;
    this.start = start;
    this.startUs = arrival.timeUs;
    this.packet = arrival.packet;
    this.acknowledged = arrival.acknowledged;
  }

  /** `VALUE` blocks. */
  get keyCount(): number {
    return this.keys.length + this.keysLeftOut;
  }

  /** Lets go of the keys, which a copy may still need. */
  dropKeys(): void {
    this.keys = noKeys;
  }

  get cost(): number {
    return overhead + this.keys.length * keyOverhead;
  }

  /** The first line, as sent but for blanks and flags that nobody looks at; never a value. */
  get line(): string {
    switch (this.shape) {
      case AnswerShape.values: {
        const cas = this.cas === undefined ? '' : ` ${this.cas}`;
        return `VALUE ${this.keys[0]} ${this.flags} ${this.firstBytes}${cas}`;
      }
      case AnswerShape.lines:
        return this.firstLine;
      case AnswerShape.meta: {
        const words = this.text === 'VA' ? [this.text, this.bytes] : [this.text];
        if (this.text === 'ME' && this.key !== undefined) words.push(this.key);
        if (this.answerFlags !== undefined) words.push(this.answerFlags);
        return words.join(' ');
      }
      default:
        return this.text;
    }
  }

  copy(): this {
    return Object.assign(new Answer(), this) as this;
  }
}

/** Whether two answers say the same of their requests, whichever they belong to. */
export function saySame(one: Answer, other: Answer): boolean {
  if (one.shape !== other.shape || one.text !== other.text || one.text === 'VA') return false;
  if (one.shape === AnswerShape.values || one.shape === AnswerShape.lines) return false;
  return one.cas === other.cas && one.flags === other.flags && one.won === other.won && one.stale === other.stale;
}

/** Stays empty: emptying an array of one's own would cost a call into the engine for each answer. */
const noKeys: string[] = [];
const noSizes: number[] = [];
