const initialCapacity = 128 * 1024;

const zero = 0x30;
const backslash = 0x5c;
const quote = 0x22;

/** Bytes beyond those asked for that a write may touch: texts and numbers are stored up to eight bytes at a time. */
const slack = 8;

/** Bytes above which a call into native code beats a loop. */
const longCopy = 64;

/** Bytes that one becomes at most: two backslashes, `xNN`. */
const mostEscaped = 5;

/** The digits of 0000 to 9999 as little-endian words, ready to be stored, and the same without leading zeros. */
const paddedGroups = new Int32Array(10_000);
const leadingGroups = new Int32Array(10_000);
for (let value = 0; value < 10_000; value++) {
  const thousands = (value / 1000) | 0;
  const hundreds = ((value / 100) | 0) % 10;
  const tens = ((value / 10) | 0) % 10;
  const padded = 0x30303030 | thousands | (hundreds << 8) | (tens << 16) | ((value % 10) << 24);
  const zeros = value < 10 ? 3 : value < 100 ? 2 : value < 1000 ? 1 : 0;
  paddedGroups[value] = padded;
  leadingGroups[value] = padded >> (zeros * 8);
}

/**
 * ASCII text that is written again and again, as numbers of eight bytes each that `ByteWriter.put` stores: half as many
 * as of four. No eight ASCII bytes are a NaN, of which an engine may change the bits.
 */
export class AsciiText {
  readonly length: number;
  readonly words: Float64Array;

  constructor(text: string) {
    this.length = text.length;
    this.words = new Float64Array(wordsOf(text.length));
    const bytes = Buffer.alloc(this.words.length * wordLength);
    bytes.write(text, 'latin1');
    for (let index = 0; index < this.words.length; index++) this.words[index] = bytes.readDoubleLE(index * wordLength);
  }
}

const wordLength = 8;

/** Words that take so many bytes. */
export function wordsOf(length: number): number {
  return (length + wordLength - 1) >> 3;
}

/**
 * Text as bytes in one growing buffer: digits, ASCII and ranges of other buffers, without a string or an
 * array in between, so that nothing is left for the garbage collector. Whole words are stored where that is
 * possible, instead of one byte after the other.
 */
export class ByteWriter {
  bytes: Buffer;
  length = 0;
  /** True while text that `escaped` writes is part of a JSON string. */
  isInJson = false;
  #view: DataView;

  constructor(capacity = initialCapacity) {
    this.bytes = Buffer.allocUnsafe(capacity + slack);
    this.#view = viewOf(this.bytes);
  }

  /** Takes another buffer in place of its own, which is returned with all that was written; begins anew in it. */
  exchange(bytes: Buffer): Buffer {
    const full = this.bytes;
    this.bytes = bytes;
    this.#view = viewOf(bytes);
    this.length = 0;
    return full;
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.length + count + slack > this.bytes.length) this.#grow(count);
  }

  /** Appends ASCII text. */
  text(text: string): void {
    const count = text.length;
    this.reserve(count);
    const bytes = this.bytes;
    let at = this.length;
    if (count > longCopy) {
      this.length = at + bytes.write(text, at, 'latin1');
      return;
    }
    for (let index = 0; index < count; index++) bytes[at++] = text.charCodeAt(index);
    this.length = at;
  }

  /** Appends text that was prepared. */
  put(text: AsciiText): void {
    const { length, words } = text;
    this.reserve(length);
    let at = this.length;
    this.length = at + length;
    const view = this.#view;
    for (let index = 0; index < words.length; index++, at += wordLength) {
      view.setFloat64(at, words[index] as number, true);
    }
  }

  /** Appends the first `length` bytes of ASCII text that is kept from `words[start]` on. */
  putWords(words: Float64Array, start: number, length: number): void {
    this.reserve(length);
    let at = this.length;
    const end = at + length;
    this.length = end;
    const view = this.#view;
    for (let index = start; at < end; index++, at += wordLength) view.setFloat64(at, words[index] as number, true);
  }

  /** Reads back the ASCII text from `start` on, as words for `putWords`. */
  readWords(start: number, words: Float64Array, first: number): void {
    let index = first;
    // The last word may reach beyond the text.
    this.#view.setFloat64(this.length, 0);
    for (let at = start; at < this.length; at += wordLength) words[index++] = this.#view.getFloat64(at, true);
  }

  /** Appends what another writer holds. */
  append(other: ByteWriter): void {
    const { length } = other;
    this.reserve(length);
    const from = other.#view;
    const to = this.#view;
    const base = this.length;
    for (let at = 0; at < length; at += 4) to.setInt32(base + at, from.getInt32(at, true), true);
    this.length = base + length;
  }

  /**
   * Appends Latin-1 text from the wire so that it can't move a cursor or break a line: what is not printable ASCII
   * becomes `\xNN`, a backslash `\\`. Every byte from the wire that is shown as text passes through here.
   */
  escaped(text: string): void {
    const count = text.length;
    this.reserve(count * mostEscaped);
    const { bytes, isInJson } = this;
    let at = this.length;
    for (let index = 0; index < count; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x20 && code < 0x7f && code !== backslash && (code !== quote || !isInJson)) bytes[at++] = code;
      else at = this.#escape(code, at);
    }
    this.length = at;
  }

  /** Appends Latin-1 text from the wire as a JSON string of what `escaped` would show. */
  quoted(text: string): void {
    this.byte(quote);
    this.isInJson = true;
    this.escaped(text);
    this.isInJson = false;
    this.byte(quote);
  }

  /** Puts a byte that is not to be shown as it is at `at`; returns where the next one goes. */
  #escape(code: number, at: number): number {
    const { bytes, isInJson } = this;
    let end = at;
    bytes[end++] = backslash;
    if (code === quote) {
      bytes[end++] = quote;
      return end;
    }
    // Each backslash that is meant is one of JSON's own and another one.
    if (isInJson) bytes[end++] = backslash;
    if (code === backslash) {
      bytes[end++] = backslash;
      if (isInJson) bytes[end++] = backslash;
    } else {
      bytes[end++] = 0x78;
      bytes[end++] = hexDigit(code >> 4);
      bytes[end++] = hexDigit(code & 15);
    }
    return end;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Appends a copy of `source[start, end)`. */
  copy(source: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.reserve(count);
    const bytes = this.bytes;
    let at = this.length;
    if (count <= longCopy) for (let index = start; index < end; index++) bytes[at++] = source[index] as number;
    else bytes.set(source.subarray(start, end), at);
    this.length += count;
  }

  /** Appends a whole number ≥ 0, below 2^53, in decimal. */
  decimal(value: number): void {
    this.reserve(20);
    if (value < 10_000) {
      this.#leadingGroup(value);
    } else if (value < 100_000_000) {
      const high = (value / 10_000) | 0;
      this.#leadingGroup(high);
      this.#group(value - high * 10_000);
    } else {
      const high = Math.floor(value / 100_000_000);
      const low = value - high * 100_000_000;
      const middle = (low / 10_000) | 0;
      if (high < 10_000) this.#leadingGroup(high);
      else this.decimal(high);
      this.#group(middle);
      this.#group(low - middle * 10_000);
    }
  }

  /**
   * Appends a 32-bit number, taken as unsigned whatever its sign, in decimal. Sequence numbers and the like stay small
   * integers up to here: as numbers above 2^31 they would be boxed on every call.
   */
  unsigned32(value: number): void {
    if (value >= 0) {
      this.decimal(value);
      return;
    }
    this.reserve(16);
    const unsigned = value >>> 0;
    const high = (unsigned / 100_000_000) | 0;
    const low = (unsigned - high * 100_000_000) | 0;
    const middle = (low / 10_000) | 0;
    this.#leadingGroup(high);
    this.#group(middle);
    this.#group(low - middle * 10_000);
  }

  /** Appends a whole number ≥ 0 in decimal with leading zeros, `width` digits. */
  paddedDecimal(value: number, width: number): void {
    this.reserve(width);
    this.#digits(value, width);
  }

  /** Appends a number below 1,000,000 as six digits, the fraction of a second. */
  sixDigits(value: number): void {
    this.reserve(8);
    const high = (value / 100) | 0;
    const view = this.#view;
    const at = this.length;
    view.setInt32(at, paddedGroups[high] as number, true);
    // Of the lower group only its last two digits are wanted.
    view.setInt16(at + 4, (paddedGroups[value - high * 100] as number) >> 16, true);
    this.length = at + 6;
  }

  /** Appends an unsigned 32-bit number in lower-case hexadecimal with leading zeros, `width` digits. */
  paddedHex(value: number, width: number): void {
    this.reserve(width);
    let rest = value >>> 0;
    for (let at = this.length + width - 1; at >= this.length; at--) {
      this.bytes[at] = hexDigit(rest & 15);
      rest >>>= 4;
    }
    this.length += width;
  }

  /** Appends an unsigned 32-bit number in lower-case hexadecimal without leading zeros. */
  hex(value: number): void {
    let width = 1;
    for (let rest = value >>> 4; rest !== 0; rest >>>= 4) width++;
    this.paddedHex(value, width);
  }

  /** Forgets what was written; the buffer stays. */
  clear(): void {
    this.length = 0;
  }

  toString(): string {
    return this.bytes.toString('latin1', 0, this.length);
  }

  /** Appends a number below 10,000 without leading zeros. */
  #leadingGroup(value: number): void {
    const at = this.length;
    this.#view.setInt32(at, leadingGroups[value] as number, true);
    this.length = at + (value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : 4);
  }

  /** Appends a number below 10,000 as four digits. */
  #group(value: number): void {
    const at = this.length;
    this.#view.setInt32(at, paddedGroups[value] as number, true);
    this.length = at + 4;
  }

  #digits(value: number, width: number): void {
    const end = this.length + width;
    let rest = value;
    for (let at = end - 1; at >= this.length; at--) {
      // Integer division by multiplication is only exact below 2^31: split larger numbers off first.
      const next = rest < 0x80000000 ? (rest / 10) | 0 : Math.floor(rest / 10);
      this.bytes[at] = zero + (rest - next * 10);
      rest = next;
    }
    this.length = end;
  }

  #grow(count: number): void {
    let capacity = this.bytes.length * 2;
    while (capacity < this.length + count + slack) capacity *= 2;
    const larger = Buffer.allocUnsafe(capacity);
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
    this.#view = viewOf(larger);
  }
}

/** As `ByteWriter.escaped`, for what is not written in bulk. */
export function escapedText(text: string): string {
  const out = new ByteWriter(4 * text.length);
  out.escaped(text);
  return out.toString();
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function hexDigit(value: number): number {
  return value < 10 ? zero + value : 0x57 + value;
}
