import { s32be, u8, u16be, u32be } from '../../../protocols/bytes.ts';
import { TcpOption } from '../../../protocols/tcp/options.ts';
import { minimumHeaderLength } from '../../../protocols/tcp/segment.ts';
import { AsciiText } from '../../byte-writer.ts';
import type { LineContext, Outcome } from './context.ts';
import { printMptcp } from './mptcp.ts';

/** How one option went: the length of its data without kind and length byte, or one of these. */
const bad = -1;
const truncated = -2;

const names: ReadonlyMap<number, string> = new Map([
  [TcpOption.endOfList, 'eol'],
  [TcpOption.noOperation, 'nop'],
  [TcpOption.maximumSegmentSize, 'mss'],
  [TcpOption.windowScale, 'wscale'],
  [TcpOption.sackPermitted, 'sackOK'],
  [TcpOption.sack, 'sack'],
  [TcpOption.echo, 'echo'],
  [TcpOption.echoReply, 'echoreply'],
  [TcpOption.timestamps, 'TS'],
  [TcpOption.connectionCount, 'cc'],
  [TcpOption.connectionCountNew, 'ccnew'],
  // tcpdump's table has an empty name here.
  [TcpOption.connectionCountEcho, ''],
  [TcpOption.md5Signature, 'md5'],
  [TcpOption.scpsCapabilities, 'scps'],
  [TcpOption.userTimeout, 'uto'],
  [TcpOption.authentication, 'tcp-ao'],
  [TcpOption.multipath, 'mptcp'],
  [TcpOption.fastOpen, 'tfo'],
  [TcpOption.experiment2, 'exp'],
]);

/** The text before each option's data, by kind. */
const nameTexts = Array.from({ length: 256 }, (_, kind) => names.get(kind) ?? `unknown-${kind}`);

const onlyTimestampsText = new AsciiText(', options [nop,nop,TS');
const valueText = new AsciiText(' val ');
const echoText = new AsciiText(' ecr ');

const experimentFastOpen = 0xf989;
const md5Length = 16;

/**
 * Prints the options of the segment at `start`: `, options [...]`. `payloadLength` is what the segment claims,
 * `sackBase` what to subtract from SACK edges.
 */
export function printTcpOptions(
  line: LineContext,
  start: number,
  headerLength: number,
  payloadLength: number,
  flags: number,
  sackBase: number,
): Outcome {
  const { bytes, out } = line;
  const end = start + headerLength;
  let at = start + minimumHeaderLength;
  if (holdsOnlyTimestamps(line, at, end)) {
    out.put(onlyTimestampsText);
    printTimestamps(line, at + 4, end);
    out.byte(0x5d);
    return 'whole';
  }
  let first = true;
  out.text(', options [');
  while (at < end) {
    if (!first) out.byte(0x2c);
    if (at >= line.end) return 'cut';
    const kind = u8(bytes, at);
    const short = kind === TcpOption.endOfList || kind === TcpOption.noOperation;
    let length = 1;
    if (!short) {
      if (at + 1 >= line.end) return 'cut';
      length = u8(bytes, at + 1);
      if (length < 2 || at + length > end) return endBad(line, first);
    }
    out.text(nameTexts[kind] as string);
    const dataStart = at + (short ? 1 : 2);
    const data = short
      ? 0
      : kind === TcpOption.timestamps
        ? printTimestamps(line, dataStart, end)
        : printData(line, kind, dataStart, length - 2, end, start, headerLength, payloadLength, flags, sackBase);
    if (data === bad) return endBad(line, first);
    if (data === truncated) {
      line.truncated();
      if (!first) out.byte(0x3e);
      return 'ended';
    }
    at = dataStart + data;
    if (data + (short ? 1 : 2) !== length) {
      out.text('[len ');
      out.decimal(length);
      out.byte(0x5d);
    }
    first = false;
    if (kind === TcpOption.endOfList) break;
  }
  out.byte(0x5d);
  return 'whole';
}

/** What Linux puts into every segment after the handshake; taking it in one go saves a tenth of a line's time. */
function holdsOnlyTimestamps(line: LineContext, at: number, end: number): boolean {
  return end - at === 12 && line.has(at, 12) && s32be(line.bytes, at) === 0x0101080a;
}

function endBad(line: LineContext, first: boolean): Outcome {
  line.out.text('[bad opt]');
  if (!first) line.out.byte(0x5d);
  return 'ended';
}

/** `bad` where the header ends before `length` bytes of data, `truncated` where the capture does. */
function check(line: LineContext, at: number, length: number, end: number): number {
  if (at + length > end) return bad;
  return line.has(at, length) ? length : truncated;
}

/** The option that nearly every segment carries. Source: RFC 7323 §3. */
function printTimestamps(line: LineContext, at: number, end: number): number {
  const status = check(line, at, 8, end);
  if (status < 0) return status;
  const { bytes, out } = line;
  out.put(valueText);
  out.unsigned32(s32be(bytes, at));
  out.put(echoText);
  out.unsigned32(s32be(bytes, at + 4));
  return 8;
}

/** Prints the data of an option that says to have `length` bytes of it; returns how many it took. */
function printData(
  line: LineContext,
  kind: number,
  at: number,
  length: number,
  end: number,
  segment: number,
  headerLength: number,
  payloadLength: number,
  flags: number,
  sackBase: number,
): number {
  switch (kind) {
    case TcpOption.sackPermitted:
      return 0;
    case TcpOption.maximumSegmentSize:
      return printNumber(line, at, 2, end);
    case TcpOption.windowScale:
      return printNumber(line, at, 1, end);
    case TcpOption.connectionCount:
    case TcpOption.connectionCountNew:
    case TcpOption.connectionCountEcho:
    case TcpOption.echo:
    case TcpOption.echoReply:
      return printNumber(line, at, 4, end);
    case TcpOption.sack:
      return printSack(line, at, length, end, sackBase);
    case TcpOption.md5Signature:
      return printMd5(line, at, end, segment + headerLength + payloadLength);
    case TcpOption.scpsCapabilities:
      return printScps(line, at, end);
    case TcpOption.userTimeout:
      return printUserTimeout(line, at, end);
    case TcpOption.authentication:
      return printAuthentication(line, at, length, end);
    case TcpOption.multipath: {
      const status = check(line, at, length, end);
      if (status < 0) return status;
      return printMptcp(line, at - 2, length + 2, flags) ? length : bad;
    }
    case TcpOption.fastOpen: {
      const status = check(line, at, length, end);
      if (status < 0) return status;
      line.out.byte(0x20);
      printFastOpen(line, at, length);
      return length;
    }
    case TcpOption.experiment2:
      return printExperiment(line, at, length, end);
    default:
      return printUnknown(line, at, length, end);
  }
}

function printNumber(line: LineContext, at: number, length: 1 | 2 | 4, end: number): number {
  const status = check(line, at, length, end);
  if (status < 0) return status;
  const { bytes, out } = line;
  out.byte(0x20);
  out.decimal(length === 1 ? u8(bytes, at) : length === 2 ? u16be(bytes, at) : u32be(bytes, at));
  return length;
}

/** Source: RFC 2018 §3. */
function printSack(line: LineContext, at: number, length: number, end: number, base: number): number {
  const { bytes, out } = line;
  if (length % 8 !== 0) {
    out.text(' invalid sack');
    return length;
  }
  out.byte(0x20);
  out.decimal(length / 8);
  out.byte(0x20);
  for (let edge = at; edge < at + length; edge += 8) {
    const status = check(line, edge, 8, end);
    if (status < 0) return status;
    out.byte(0x7b);
    out.unsigned32((s32be(bytes, edge) - base) | 0);
    out.byte(0x3a);
    out.unsigned32((s32be(bytes, edge + 4) - base) | 0);
    out.byte(0x7d);
  }
  return length;
}

/** Nobody gave a secret, so the digest is printed as it is. Source: RFC 2385 §3.0. */
function printMd5(line: LineContext, at: number, end: number, segmentEnd: number): number {
  const status = check(line, at, md5Length, end);
  if (status < 0) return status;
  const { out } = line;
  out.text(segmentEnd > line.end ? ' snaplen too short, ' : ' shared secret not supplied with -M, ');
  out.text("can't check - ");
  printHex(line, at, md5Length);
  return md5Length;
}

/** Source: CCSDS 714.0-B-2. */
function printScps(line: LineContext, at: number, end: number): number {
  const status = check(line, at, 2, end);
  if (status < 0) return status;
  const { bytes, out } = line;
  out.text(' cap ');
  out.paddedHex(u8(bytes, at), 2);
  out.text(' id ');
  out.decimal(u8(bytes, at + 1));
  return 2;
}

/** Source: RFC 5482 §3.1. */
function printUserTimeout(line: LineContext, at: number, end: number): number {
  const status = check(line, at, 2, end);
  if (status < 0) return status;
  const { out } = line;
  const value = u16be(line.bytes, at);
  out.text(' 0x');
  out.hex(value);
  out.byte(0x20);
  // tcpdump takes the lowest bit for the unit, not the highest one.
  out.decimal((value & 1) !== 0 ? (value >> 1) * 60 : value >> 1);
  return 2;
}

/** Source: RFC 5925 §2.2. */
function printAuthentication(line: LineContext, at: number, length: number, end: number): number {
  const { bytes, out } = line;
  if (length < 2) {
    out.text(' (invalid)');
    return length;
  }
  if (!line.has(at, 1)) return check(line, at, 1, end);
  out.text(' keyid ');
  out.decimal(u8(bytes, at));
  if (!line.has(at, 2)) return check(line, at, 2, end);
  out.text(' rnextkeyid ');
  out.decimal(u8(bytes, at + 1));
  if (length === 2) return length;
  out.text(' mac 0x');
  return printHexChecked(line, at + 2, length - 2, end) < 0 ? truncated : length;
}

/** Source: RFC 7413 §4.1.1. */
function printFastOpen(line: LineContext, at: number, length: number): void {
  if (length === 0) {
    line.out.text(' cookiereq');
  } else if (length % 2 !== 0 || length < 4 || length > 16) {
    line.out.text(' (invalid)');
  } else {
    line.out.text(' cookie ');
    printHex(line, at, length);
  }
}

/** Source: RFC 6994 §3. */
function printExperiment(line: LineContext, at: number, length: number, end: number): number {
  const status = check(line, at, length, end);
  if (status < 0) return status;
  if (length < 2) return bad;
  const { out } = line;
  const identifier = u16be(line.bytes, at);
  out.byte(0x2d);
  if (identifier === experimentFastOpen) {
    out.text('tfo');
    printFastOpen(line, at + 2, length - 2);
  } else {
    out.paddedHex(identifier, 4);
  }
  return length;
}

function printUnknown(line: LineContext, at: number, length: number, end: number): number {
  if (length > 0) line.out.text(' 0x');
  return printHexChecked(line, at, length, end);
}

function printHex(line: LineContext, at: number, length: number): void {
  for (let index = 0; index < length; index++) line.out.paddedHex(u8(line.bytes, at + index), 2);
}

/** Prints what was captured of `length` bytes. */
function printHexChecked(line: LineContext, at: number, length: number, end: number): number {
  const captured = Math.max(0, Math.min(length, line.end - at));
  printHex(line, at, captured);
  return captured === length ? check(line, at, length, end) : truncated;
}
