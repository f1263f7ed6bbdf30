import { u8, u16be } from '../../protocols/bytes.ts';
import type { ByteWriter } from './byte-writer.ts';

const colon = 0x3a;
const dot = 0x2e;

/** Appends the IPv4 address at `at` in dotted decimal. */
export function ipv4Address(bytes: Uint8Array, at: number, out: ByteWriter): void {
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
