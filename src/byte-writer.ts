const initialCapacity = 128 * 1024;

const zero = 0x30;
const backslash = 0x5c;

/** The digits of 0000 to 9999 one after the other: four digits at a time halve the time that numbers take. */
const fourDigits = new Uint8Array(40_000);
for (let value = 0; value < 10_000; value++) {
  fourDigits[value * 4] = zero + ((value / 1000) | 0);
  fourDigits[value * 4 + 1] = zero + (((value / 100) | 0) % 10);
  fourDigits[value * 4 + 2] = zero + (((value / 10) | 0) % 10);
  fourDigits[value * 4 + 3] = zero + (value % 10);
}

/**
 * Text as bytes in one growing buffer: digits, ASCII and ranges of other buffers, without a string or an
 * array in between. A line of 150 characters costs about as much as building its string would, and
 * nothing is left for the garbage collector.
 */
export class ByteWriter {
  bytes: Buffer;
  length = 0;

  constructor(capacity = initialCapacity) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.length + count > this.bytes.length) this.#grow(count);
  }

  /** Appends ASCII text. */
  text(text: string): void {
    const count = text.length;
    this.reserve(count);
    const bytes = this.bytes;
    let at = this.length;
    for (let index = 0; index < count; index++) bytes[at++] = text.charCodeAt(index);
    this.length = at;
  }

  /**
   * Appends Latin-1 text from the wire so that it can't move a cursor or break a line: what is not printable ASCII
   * becomes `\xNN`, a backslash `\\`. Every byte from the wire that is shown as text passes through here.
   */
  escaped(text: string): void {
    const count = text.length;
    this.reserve(count * 4);
    const bytes = this.bytes;
    let at = this.length;
    for (let index = 0; index < count; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x20 && code < 0x7f && code !== backslash) {
        bytes[at++] = code;
        continue;
      }
      bytes[at++] = backslash;
      if (code === backslash) bytes[at++] = backslash;
      else {
        bytes[at++] = 0x78;
        bytes[at++] = hexDigit(code >> 4);
        bytes[at++] = hexDigit(code & 15);
      }
    }
    this.length = at;
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
    // Most copies are short (an address, a key): a loop beats the call into native code below about 64 bytes.
    if (count <= 64) for (let index = start; index < end; index++) bytes[at++] = source[index] as number;
    else bytes.set(source.subarray(start, end), at);
    this.length += count;
  }

  /** Appends a whole number ≥ 0, below 2^53, in decimal. */
  decimal(value: number): void {
    this.reserve(16);
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
    const end = value * 4 + 4;
    let at = this.length;
    for (let from = end - (value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : 4); from < end; from++) {
      this.bytes[at++] = fourDigits[from] as number;
    }
    this.length = at;
  }

  /** Appends a number below 10,000 as four digits. */
  #group(value: number): void {
    const from = value * 4;
    const { bytes, length } = this;
    bytes[length] = fourDigits[from] as number;
    bytes[length + 1] = fourDigits[from + 1] as number;
    bytes[length + 2] = fourDigits[from + 2] as number;
    bytes[length + 3] = fourDigits[from + 3] as number;
    this.length = length + 4;
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
    while (capacity < this.length + count) capacity *= 2;
    const larger = Buffer.allocUnsafe(capacity);
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

function hexDigit(value: number): number {
  return value < 10 ? zero + value : 0x57 + value;
}
