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

export function u16le(bytes: Uint8Array, at: number): number {
  return (bytes[at + 1]! << 8) | bytes[at]!;
}

export function u32le(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 3]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 1]! << 8) | bytes[at]!) >>> 0;
}
