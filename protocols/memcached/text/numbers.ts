import { latin1 } from '../../bytes.ts';
import type { WireNumber } from '../../transaction.ts';

/** Numbers as they stand in lines: ASCII in `bytes[start, end)`. */

const zero = 0x30;
const plus = 0x2b;
const minus = 0x2d;

/** What strtol takes, up to a blank other than the one that ends a word, behind which nothing counts (`util.c`). */
const numberForm = /^[\t-\r]*([+-]?\d+)(?:[\t-\r].*)?$/s;

const largestUnsigned = 2n ** 64n - 1n;
const largestSigned = 2n ** 63n - 1n;

/** A signed 64-bit number as strtol reads it; undefined where it is none or does not fit. */
export function integer(bytes: Buffer, start: number, end: number): WireNumber | undefined {
  const first = start < end ? bytes[start] : 0;
  const value = digits(bytes, first === minus || first === plus ? start + 1 : start, end);
  if (value >= 0) return first === minus ? 0 - value : value;
  return wireNumber(bytes, start, end, -largestSigned - 1n, largestSigned);
}

/** An unsigned 64-bit number as strtoul reads it, but for negative ones; undefined where it is none or does not fit. */
export function unsigned(bytes: Buffer, start: number, end: number): WireNumber | undefined {
  const value = digits(bytes, start, end);
  return value >= 0 ? value : wireNumber(bytes, start, end, 0n, largestUnsigned);
}

function wireNumber(bytes: Buffer, start: number, end: number, least: bigint, largest: bigint): WireNumber | undefined {
  const text = numberForm.exec(latin1(bytes, start, end))?.[1];
  if (text === undefined) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  if (value < least || value > largest) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** What is left of a number where the server keeps 32 bits of it, signed. */
export function signed32(value: WireNumber): number {
  return typeof value === 'number' && (value | 0) === value ? value : Number(BigInt.asIntN(32, BigInt(value)));
}

/** True where 32 bits hold the number, signed or not. */
export function fits32(value: WireNumber): boolean {
  return typeof value === 'number' && value >= -0x8000_0000 && value <= 0xffff_ffff;
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
