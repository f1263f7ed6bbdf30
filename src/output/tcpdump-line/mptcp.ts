import { u8, u16be, u32be } from '../../../protocols/bytes.ts';
import { TcpFlag } from '../../../protocols/tcp/segment.ts';
import type { ByteWriter } from '../../byte-writer.ts';
import { ipv4Address, ipv6Address } from './address.ts';
import type { LineContext } from './context.ts';

/** Bits of the data sequence signal. Source: RFC 8684 §3.3. */
const Dss = { acknowledgment: 0x01, longAcknowledgment: 0x02, mapping: 0x04, longSequence: 0x08, fin: 0x10 } as const;

const subtypeNames = ['capable', 'join', 'dss', 'add-addr', 'rem-addr', 'prio', 'fail', 'fast-close', 'unknown'];

/**
 * Prints the Multipath TCP option of `length` bytes at `at`, kind and length included; all of it was captured.
 * False where its length does not fit what it says to be. Source: RFC 8684 §3.
 */
export function printMptcp(line: LineContext, at: number, length: number, flags: number): boolean {
  const { bytes, out } = line;
  // tcpdump keeps this name for what is found cut later in the same segment.
  line.layer = 'mptcp';
  if (length < 3) return false;
  const subtype = Math.min(u8(bytes, at + 2) >> 4, subtypeNames.length - 1);
  out.byte(0x20);
  out.decimal(length);
  out.byte(0x20);
  out.text(subtypeNames[subtype] as string);
  switch (subtype) {
    case 0:
      return printCapable(bytes, at, length, flags, out);
    case 1:
      return printJoin(bytes, at, length, flags, out);
    case 2:
      return printDataSequence(bytes, at, length, flags, out);
    case 3:
      return printAddAddress(bytes, at, length, out);
    case 4:
      return printRemoveAddress(bytes, at, length, out);
    case 5:
      return printPriority(bytes, at, length, out);
    case 6:
      if (length !== 12) return false;
      out.text(' seq ');
      decimal64(bytes, at + 4, out);
      return true;
    case 7:
      if (length !== 12) return false;
      out.text(' key ');
      hex64(bytes, at + 4, out);
      return true;
    default:
      return true;
  }
}

function printCapable(bytes: Uint8Array, at: number, length: number, flags: number, out: ByteWriter): boolean {
  const opening = (length === 12 || length === 4) && (flags & TcpFlag.syn) !== 0;
  const third = (length === 20 || length === 22) && (flags & (TcpFlag.syn | TcpFlag.ack)) === TcpFlag.ack;
  if (!opening && !third) return false;
  const version = u8(bytes, at + 2) & 15;
  if (version > 1) {
    out.text(' Unknown Version (');
    out.decimal(version);
    out.byte(0x29);
    return true;
  }
  out.text(' v');
  out.decimal(version);
  if ((u8(bytes, at + 3) & 0x80) !== 0) out.text(' csum');
  if (length === 4) return true;
  out.text(' {');
  hex64(bytes, at + 4, out);
  if (length >= 20) {
    out.byte(0x2c);
    hex64(bytes, at + 12, out);
  }
  out.byte(0x7d);
  return true;
}

function printJoin(bytes: Uint8Array, at: number, length: number, flags: number, out: ByteWriter): boolean {
  const both = TcpFlag.syn | TcpFlag.ack;
  const opening = length === 12 && (flags & TcpFlag.syn) !== 0;
  const answer = length === 16 && (flags & both) === both;
  const third = length === 24 && (flags & TcpFlag.ack) !== 0;
  if (!opening && !answer && !third) return false;
  if (third) {
    out.text(' hmac 0x');
    for (let index = 4; index < 24; index++) out.paddedHex(u8(bytes, at + index), 2);
    return true;
  }
  if ((u8(bytes, at + 2) & 1) !== 0) out.text(' backup');
  out.text(' id ');
  out.decimal(u8(bytes, at + 3));
  if (opening) {
    out.text(' token 0x');
    out.hex(u32be(bytes, at + 4));
    out.text(' nonce 0x');
    out.hex(u32be(bytes, at + 8));
  } else {
    out.text(' hmac ');
    hex64(bytes, at + 4, out);
    out.text(' nonce 0x');
    out.hex(u32be(bytes, at + 12));
  }
  return true;
}

function printDataSequence(bytes: Uint8Array, at: number, length: number, flags: number, out: ByteWriter): boolean {
  if (length < 4 || (flags & TcpFlag.syn) !== 0) return false;
  const bits = u8(bytes, at + 3);
  const end = at + length;
  let next = at + 4;
  if ((bits & Dss.fin) !== 0) out.text(' fin');
  if ((bits & Dss.acknowledgment) !== 0) {
    out.text(' ack ');
    next = printCounter(bytes, next, end, (bits & Dss.longAcknowledgment) !== 0, out);
    if (next < 0) return false;
  }
  if ((bits & Dss.mapping) !== 0) {
    out.text(' seq ');
    next = printCounter(bytes, next, end, (bits & Dss.longSequence) !== 0, out);
    if (next < 0 || next + 4 > end) return false;
    out.text(' subseq ');
    out.decimal(u32be(bytes, next));
    if (next + 6 > end) return false;
    out.text(' len ');
    out.decimal(u16be(bytes, next + 4));
    next += 6;
    if (next + 2 <= end) {
      out.text(' csum 0x');
      out.hex(u16be(bytes, next));
      next += 2;
    }
  }
  return next === end;
}

/** Prints a number of four or eight bytes and returns the offset behind it, or -1 where the option ends before. */
function printCounter(bytes: Uint8Array, at: number, end: number, long: boolean, out: ByteWriter): number {
  const next = at + (long ? 8 : 4);
  if (next > end) return -1;
  if (long) decimal64(bytes, at, out);
  else out.decimal(u32be(bytes, at));
  return next;
}

function printAddAddress(bytes: Uint8Array, at: number, length: number, out: ByteWriter): boolean {
  const v4 = length === 8 || length === 10 || length === 16 || length === 18;
  const v6 = length === 20 || length === 22 || length === 28 || length === 30;
  if (!v4 && !v6) return false;
  const kind = u8(bytes, at + 2) & 15;
  out.byte(0x20);
  out.text(addressKind(kind));
  out.text(' id ');
  out.decimal(u8(bytes, at + 3));
  out.byte(0x20);
  const addressLength = v4 ? 4 : 16;
  if (v4) ipv4Address(bytes, at + 4, out);
  else ipv6Address(bytes, at + 4, out);
  const rest = length - 4 - addressLength;
  if (rest === 2 || rest === 10) {
    out.byte(0x3a);
    out.decimal(u16be(bytes, at + 4 + addressLength));
  }
  if (rest >= 8) {
    out.text(' hmac ');
    hex64(bytes, at + length - 8, out);
  }
  return true;
}

/** In version 0 of the protocol the bits say which IP, in version 1 whether the address is an echo. */
function addressKind(kind: number): string {
  switch (kind) {
    case 6:
      return 'v0-ip6';
    case 4:
      return 'v0-ip4';
    case 1:
      return 'v1-echo';
    case 0:
      return 'v1';
    default:
      return '[bad version/echo]';
  }
}

function printRemoveAddress(bytes: Uint8Array, at: number, length: number, out: ByteWriter): boolean {
  if (length < 4) return false;
  out.text(' id');
  for (let index = 3; index < length; index++) {
    out.byte(0x20);
    out.decimal(u8(bytes, at + index));
  }
  return true;
}

function printPriority(bytes: Uint8Array, at: number, length: number, out: ByteWriter): boolean {
  if (length !== 3 && length !== 4) return false;
  out.text((u8(bytes, at + 2) & 1) !== 0 ? ' backup' : ' non-backup');
  if (length === 4) {
    out.text(' id ');
    out.decimal(u8(bytes, at + 3));
  }
  return true;
}

function hex64(bytes: Uint8Array, at: number, out: ByteWriter): void {
  const high = u32be(bytes, at);
  out.text('0x');
  if (high === 0) {
    out.hex(u32be(bytes, at + 4));
    return;
  }
  out.hex(high);
  out.paddedHex(u32be(bytes, at + 4), 8);
}

function decimal64(bytes: Uint8Array, at: number, out: ByteWriter): void {
  out.text(((BigInt(u32be(bytes, at)) << 32n) | BigInt(u32be(bytes, at + 4))).toString());
}
