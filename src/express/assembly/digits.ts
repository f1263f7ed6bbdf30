// Numbers and texts as bytes, several at a time. Whoever writes leaves room for eight bytes more than are meant.

import { DIGITS, LEADING, TEXTS } from './memory';

/** Fills the tables: the digits of 0000 to 9999 as little-endian words, and the same without leading zeros. */
export function makeDigits(): void {
  for (let value = 0; value < 10_000; value++) {
    const thousands = value / 1000;
    const hundreds = (value / 100) % 10;
    const tens = (value / 10) % 10;
    const padded = 0x30303030 | thousands | (hundreds << 8) | (tens << 16) | ((value % 10) << 24);
    const zeros = value < 10 ? 3 : value < 100 ? 2 : value < 1000 ? 1 : 0;
    store<u32>(DIGITS + ((<usize>value) << 2), padded);
    store<u32>(LEADING + ((<usize>value) << 2), <u32>padded >> (zeros * 8));
  }
}

@inline
function group(out: usize, value: u32): usize {
  store<u32>(out, load<u32>(DIGITS + ((<usize>value) << 2)));
  return out + 4;
}

@inline
function leading(out: usize, value: u32): usize {
  store<u32>(out, load<u32>(LEADING + ((<usize>value) << 2)));
  return out + (value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : 4);
}

/** Appends a number in decimal; returns where the next byte goes. */
export function decimal(out: usize, value: u32): usize {
  if (value < 10_000) return leading(out, value);
  if (value < 100_000_000) {
    const high = value / 10_000;
    return group(leading(out, high), value - high * 10_000);
  }
  const high = value / 100_000_000;
  const low = value - high * 100_000_000;
  const middle = low / 10_000;
  return group(group(leading(out, high), middle), low - middle * 10_000);
}

/** The same of 64 bits. */
export function decimal64(out: usize, value: u64): usize {
  if (value < 1_000_000_000) return decimal(out, <u32>value);
  const high = value / 100_000_000;
  const low = <u32>(value - high * 100_000_000);
  const middle = low / 10_000;
  return group(group(decimal64(out, high), middle), low - middle * 10_000);
}

/** Appends a number below a million as six digits. */
@inline
export function sixDigits(out: usize, value: u32): usize {
  const high = value / 100;
  group(out, high);
  store<u16>(out + 4, <u16>(load<u32>(DIGITS + ((<usize>(value - high * 100)) << 2)) >> 16));
  return out + 6;
}

/** Appends bytes, eight at a time. */
@inline
export function copy(out: usize, from: usize, length: usize): usize {
  for (let at: usize = 0; at < length; at += 8) store<u64>(out + at, load<u64>(from + at));
  return out + length;
}

let textsEnd: usize = TEXTS;

/** Makes a text of ASCII that can be put eight bytes at a time; returns where it lies: its length, then its bytes. */
export function prepare(ascii: string): usize {
  const at = textsEnd;
  store<u32>(at, ascii.length);
  for (let index = 0; index < ascii.length; index++) store<u8>(at + 8 + index, <u8>ascii.charCodeAt(index));
  textsEnd = at + 8 + ((ascii.length + 15) & ~7);
  return at;
}

/** Appends a text that was prepared. */
@inline
export function put(out: usize, text: usize): usize {
  return copy(out, text + 8, load<u32>(text));
}
