import { CaptureError } from './capture-error.ts';
import type { ByteOrder } from './capture-reader.ts';

const optionEnd = 0;
const optionTimestampResolution = 9;
const optionTimestampOffset = 14;

const optionHeaderLength = 4;

/**
 * One interface of a pcapng section, and how its time stamps are counted: in units of 10^-n or 2^-n seconds.
 * Source: draft-ietf-opsawg-pcapng §4.2.
 */
export class PcapngInterface {
  readonly linkType: number;
  readonly snapLength: number;
  /** Seconds to add to every time stamp. */
  offsetSeconds = 0;
  #unitsPerSecond = 1_000_000;
  #nanosecondsPerUnit = 1000;
  /** Set where units are powers of two or finer than nanoseconds: rare, and beyond what doubles count exactly. */
  #exactUnitsPerSecond = 0n;

  constructor(linkType: number, snapLength: number) {
    this.linkType = linkType;
    this.snapLength = snapLength;
  }

  get nanoseconds(): boolean {
    return this.#exactUnitsPerSecond > 1_000_000n || this.#unitsPerSecond > 1_000_000;
  }

  /** Reads the options in `bytes[start, end)`. Returns false where their lengths contradict the block's. */
  options(bytes: Buffer, start: number, end: number, order: ByteOrder): boolean {
    let at = start;
    while (at + optionHeaderLength <= end) {
      const code = order.u16(bytes, at);
      const length = order.u16(bytes, at + 2);
      const value = at + optionHeaderLength;
      if (code === optionEnd) return true;
      if (value + length > end) return false;
      if (code === optionTimestampResolution && length === 1) this.#resolution(bytes.readUInt8(value));
      if (code === optionTimestampOffset && length === 8) this.offsetSeconds = signed64(bytes, value, order);
      at = value + ((length + 3) & ~3);
    }
    return true;
  }

  /** Sets seconds and nanoseconds from a 64-bit count of units. */
  time(high: number, low: number, out: { seconds: number; nanoseconds: number }): void {
    if (this.#exactUnitsPerSecond !== 0n) {
      this.#exactTime(high, low, out);
      return;
    }
    const units = this.#unitsPerSecond;
    // Long division in steps of 16 bits: every intermediate value stays below 2^53.
    let seconds = Math.floor(high / units);
    let rest = high - seconds * units;
    for (let shift = 16; shift >= 0; shift -= 16) {
      const dividend = rest * 65_536 + ((low >>> shift) & 0xffff);
      const quotient = Math.floor(dividend / units);
      seconds = seconds * 65_536 + quotient;
      rest = dividend - quotient * units;
    }
    out.seconds = seconds + this.offsetSeconds;
    out.nanoseconds = rest * this.#nanosecondsPerUnit;
  }

  #exactTime(high: number, low: number, out: { seconds: number; nanoseconds: number }): void {
    const count = BigInt(high) * 0x1_0000_0000n + BigInt(low);
    const units = this.#exactUnitsPerSecond;
    out.seconds = Number(count / units) + this.offsetSeconds;
    out.nanoseconds = Number(((count % units) * 1_000_000_000n) / units);
  }

  #resolution(value: number): void {
    const exponent = value & 0x7f;
    const binary = (value & 0x80) !== 0;
    // Beyond these the number of units in a second does not fit in 64 bits.
    if (exponent > (binary ? 63 : 19))
      throw new CaptureError(`an interface counts time in units of ${binary ? 2 : 10}^-${exponent} seconds, too fine`);
    if (binary || exponent > 9) {
      this.#exactUnitsPerSecond = (binary ? 2n : 10n) ** BigInt(exponent);
      return;
    }
    this.#exactUnitsPerSecond = 0n;
    this.#unitsPerSecond = 10 ** exponent;
    this.#nanosecondsPerUnit = 10 ** (9 - exponent);
  }
}

function signed64(bytes: Buffer, at: number, order: ByteOrder): number {
  const first = order.u32(bytes, at);
  const second = order.u32(bytes, at + 4);
  // A byte order is told by where the small end of a value stands.
  const littleEnd = order.u16(Buffer.from([1, 0]), 0) === 1;
  const [high, low] = littleEnd ? [second, first] : [first, second];
  return (high | 0) * 0x1_0000_0000 + low;
}
