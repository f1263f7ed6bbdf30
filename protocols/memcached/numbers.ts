import type { WireNumber } from '../transaction.ts';

/** A decimal number with an optional sign as strtol reads it; NaN where it is none or does not fit 32 bits and a sign. */
export function integer(word: string): number {
  let at = 0;
  const first = word.charCodeAt(0);
  if (first === 0x2d || first === 0x2b) at = 1;
  const digits = word.length - at;
  if (digits < 1 || digits > 15) return Number.NaN;
  let value = 0;
  for (; at < word.length; at++) {
    const digit = word.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  if (value > 0xffffffff) return Number.NaN;
  return first === 0x2d ? 0 - value : value;
}

/** An unsigned 64-bit number in decimal; undefined where it is none or does not fit. */
export function unsigned(word: string): WireNumber | undefined {
  if (word.length === 0 || word.length > 20) return undefined;
  for (let at = 0; at < word.length; at++) {
    const code = word.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return undefined;
  }
  if (word.length <= 15) return Number(word);
  if (BigInt(word) > 0xffff_ffff_ffff_ffffn) return undefined;
  const value = Number(word);
  return Number.isSafeInteger(value) ? value : word;
}
