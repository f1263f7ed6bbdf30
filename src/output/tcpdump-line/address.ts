import { s32be, u8, u16be } from '../../../protocols/bytes.ts';
import type { ByteWriter } from '../../byte-writer.ts';

const colon = 0x3a;
const dot = 0x2e;

/** Longest dotted decimal: 255.255.255.255. */
const maximumText = 15;
const cacheBits = 10;
const cacheSize = 1 << cacheBits;
/** Addresses printed lately: address, length of its text, and the text; address 0 has no entry. */
const cachedAddress = new Int32Array(cacheSize);
const cachedLength = new Uint8Array(cacheSize);
const cachedText = new Uint8Array(cacheSize * maximumText);

/**
 * Appends the IPv4 address at `at` in dotted decimal. Captures have few addresses: copying the text halves the time.
 */
export function ipv4Address(bytes: Uint8Array, at: number, out: ByteWriter): void {
  const address = s32be(bytes, at);
  const slot = Math.imul(address, 0x9e3779b1) >>> (32 - cacheBits);
  const from = slot * maximumText;
  if (cachedAddress[slot] === address && address !== 0) {
    out.copy(cachedText, from, from + (cachedLength[slot] as number));
    return;
  }
  const start = out.length;
  dottedDecimal(bytes, at, out);
  cachedAddress[slot] = address;
  cachedLength[slot] = out.length - start;
  for (let index = start; index < out.length; index++) cachedText[from + index - start] = out.bytes[index] as number;
}

function dottedDecimal(bytes: Uint8Array, at: number, out: ByteWriter): void {
  out.decimal(u8(bytes, at));
  out.byte(dot);
  out.decimal(u8(bytes, at + 1));
  out.byte(dot);
  out.decimal(u8(bytes, at + 2));
  out.byte(dot);
  out.decimal(u8(bytes, at + 3));
}

/**
 * Appends the IPv6 address at `at`: the first longest run of two or more zero groups becomes `::`, and
 * IPv4-compatible and IPv4-mapped addresses end in dotted decimal. Source: RFC 5952, with tcpdump's choices.
 */
export function ipv6Address(bytes: Uint8Array, at: number, out: ByteWriter): void {
  let best = -1;
  let bestLength = 1;
  let run = 0;
  for (let group = 0; group < 8; group++) {
    run = u16be(bytes, at + group * 2) === 0 ? run + 1 : 0;
    if (run > bestLength) {
      bestLength = run;
      best = group + 1 - run;
    }
  }
  const bestEnd = best < 0 ? -1 : best + bestLength;
  const mapped = best === 0 && (bestLength === 6 || (bestLength === 5 && u16be(bytes, at + 10) === 0xffff));
  for (let group = 0; group < 8; group++) {
    if (group >= best && group < bestEnd) {
      if (group === best) out.byte(colon);
      continue;
    }
    if (group !== 0) out.byte(colon);
    if (group === 6 && mapped) {
      ipv4Address(bytes, at + 12, out);
      return;
    }
    out.hex(u16be(bytes, at + group * 2));
  }
  if (bestEnd === 8) out.byte(colon);
}

/** Appends the hardware address of `length` bytes at `at`. */
export function hardwareAddress(bytes: Uint8Array, at: number, length: number, out: ByteWriter): void {
  for (let index = 0; index < length; index++) {
    if (index !== 0) out.byte(colon);
    out.paddedHex(u8(bytes, at + index), 2);
  }
}
