/**
 * Big-endian and little-endian reads. This is the one place that indexes with `!`: callers check lengths
 * once per header, then read what they checked.
 */

export function u8(bytes: Uint8Array, at: number): number {
  return bytes[at]!;
}

export function u16be(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function u32be(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** The same as a signed number, for what is only compared, hashed or subtracted: such a number is never boxed. */
export function s32be(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

export function u16le(bytes: Uint8Array, at: number): number {
  return (bytes[at + 1]! << 8) | bytes[at]!;
}

export function u32le(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 3]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 1]! << 8) | bytes[at]!) >>> 0;
}

/** Offset of the next `\n` in `bytes[start, end)`, or -1. Lines are short: a loop beats the call into native code. */
export function findNewline(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === 10) return at;
  return -1;
}

/** `bytes[start, end)` as text, one character a byte. */
export function latin1(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, end);
}

/** True where `bytes` holds the ASCII text at `start`; the caller has checked that so many bytes are there. */
export function holdsText(bytes: Uint8Array, start: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[start + index] !== text.charCodeAt(index)) return false;
  return true;
}
