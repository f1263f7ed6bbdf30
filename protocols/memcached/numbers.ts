import { latin1 } from '../bytes.ts';
import type { WireNumber } from '../transaction.ts';

/** Numbers as they stand in lines: ASCII in `bytes[start, end)`. */

const zero = 0x30;
const plus = 0x2b;
const minus = 0x2d;

/** A decimal number with an optional sign as strtol reads it; NaN where it is none or does not fit 32 bits and a sign. */
export function integer(bytes: Buffer, start: number, end: number): number {
  const first = start < end ? bytes[start] : 0;
  const value = digits(bytes, first === minus || first === plus ? start + 1 : start, end);
  if (value < 0 || value > 0xffffffff) return Number.NaN;
  return first === minus ? 0 - value : value;
}

/** An unsigned 64-bit number in decimal; undefined where it is none or does not fit. */
export function unsigned(bytes: Buffer, start: number, end: number): WireNumber | undefined {
  const value = digits(bytes, start, end);
  if (value >= 0) return value;
  const word = latin1(bytes, start, end);
  if (!/^\d{16,20}$/.test(word) || BigInt(word) > 0xffff_ffff_ffff_ffffn) return undefined;
  const number = Number(word);
  return Number.isSafeInteger(number) ? number : word;
}

/** The number that 1 to 15 digits make; -1 where the bytes are anything else. */
export function digits(bytes: Buffer, start: number, end: number): number {
  const count = end - start;
  if (count < 1 || count > 15) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - zero;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
