import type { ByteWriter } from '../../byte-writer.ts';

/**
 * Seconds for which one time zone offset holds: transitions lie on quarters of an hour in UTC. Date is asked
 * once per quarter of packet time, not once per packet.
 */
const offsetPeriod = 900;
const secondsPerDay = 86400;

/** Time stamps as tcpdump prints them with -t to -ttttt. Times are those of the packets, in microseconds. */
export class TimestampPrinter {
  readonly #style: number;
  /** The time of day that was printed last, and the second it stands for. */
  readonly #clock = new Float64Array(1);
  #clockSecond = Number.NaN;
  #period = Number.NaN;
  #offset = 0;
  #referenceSeconds = 0;
  #referenceMicroseconds = 0;

  /** `style` is the number of -t options, 0 to 5. */
  constructor(style: number) {
    this.#style = style;
  }

  /** Appends the time stamp and the blank behind it. `seconds` since 1970; whole `microseconds` within the second. */
  print(seconds: number, microseconds: number, out: ByteWriter): void {
    switch (this.#style) {
      case 0:
        this.#localTime(seconds, microseconds, false, out);
        break;
      case 1:
        break;
      case 2:
        if (printable(seconds, out)) {
          out.decimal(seconds);
          fraction(microseconds, out);
          out.byte(0x20);
        }
        break;
      case 4:
        this.#localTime(seconds, microseconds, true, out);
        break;
      default:
        this.#difference(seconds, microseconds, out);
    }
  }

  #localTime(seconds: number, microseconds: number, withDate: boolean, out: ByteWriter): void {
    if (!printable(seconds, out)) return;
    const local = seconds + this.#offsetAt(seconds);
    if (withDate) date(Math.floor(local / secondsPerDay), out);
    this.#clockOf(local, out);
    fraction(microseconds, out);
    out.byte(0x20);
  }

  /** With -ttt and -ttttt: the time since the last or the first packet, which may lie in the future. */
  #difference(seconds: number, microseconds: number, out: ByteWriter): void {
    if (this.#referenceSeconds === 0 && this.#referenceMicroseconds === 0) this.#setReference(seconds, microseconds);
    let difference = seconds - this.#referenceSeconds;
    let fractional = microseconds - this.#referenceMicroseconds;
    const negative = difference < 0 || (difference === 0 && fractional < 0);
    if (negative) {
      difference = -difference;
      fractional = -fractional;
    }
    if (fractional < 0) {
      difference--;
      fractional += 1_000_000;
    }
    out.byte(negative ? 0x2d : 0x20);
    if (printable(difference, out)) {
      this.#clockOf(difference, out);
      fraction(fractional, out);
      out.byte(0x20);
    }
    if (this.#style === 3) this.#setReference(seconds, microseconds);
  }

  /** Times from the first packet are from this one, if it is that. */
  begin(seconds: number, microseconds: number): void {
    if (this.#referenceSeconds === 0 && this.#referenceMicroseconds === 0) this.#setReference(seconds, microseconds);
  }

  #setReference(seconds: number, microseconds: number): void {
    this.#referenceSeconds = seconds;
    this.#referenceMicroseconds = microseconds;
  }

  /** Seconds by which local time (TZ) is ahead of UTC at that time. */
  #offsetAt(seconds: number): number {
    const period = Math.floor(seconds / offsetPeriod);
    if (period !== this.#period) {
      this.#period = period;
      this.#offset = Math.round(new Date(seconds * 1000).getTimezoneOffset() * -60);
    }
    return this.#offset;
  }

  /** Appends HH:MM:SS; packets come many to a second, so the last text is kept. */
  #clockOf(local: number, out: ByteWriter): void {
    if (local === this.#clockSecond) {
      out.putWords(this.#clock, 0, 8);
      return;
    }
    const second = ((local % secondsPerDay) + secondsPerDay) % secondsPerDay;
    out.paddedDecimal((second / 3600) | 0, 2);
    out.byte(0x3a);
    out.paddedDecimal(((second / 60) | 0) % 60, 2);
    out.byte(0x3a);
    out.paddedDecimal(second % 60, 2);
    out.readWords(out.length - 8, this.#clock, 0);
    this.#clockSecond = local;
  }
}

/** tcpdump refuses times that don't fit 31 bits, and says so. */
function printable(seconds: number, out: ByteWriter): boolean {
  if ((seconds & 0x80000000) === 0) return true;
  out.text('[Error converting time] ');
  return false;
}

function fraction(microseconds: number, out: ByteWriter): void {
  out.byte(0x2e);
  out.sixDigits(microseconds);
}

/**
 * Appends YYYY-MM-DD and a blank for a day counted from 1970-01-01. The arithmetic counts days from
 * 0000-03-01, so that the leap day is the last of its year.
 */
function date(day: number, out: ByteWriter): void {
  const shifted = day + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  out.paddedDecimal(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), 4);
  out.byte(0x2d);
  out.paddedDecimal(month, 2);
  out.byte(0x2d);
  out.paddedDecimal(dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1, 2);
  out.byte(0x20);
}
