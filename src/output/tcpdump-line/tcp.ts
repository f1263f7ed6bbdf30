import { s32be, u8, u16be } from '../../../protocols/bytes.ts';
import { expectedChecksum } from '../../../protocols/checksum.ts';
import { minimumHeaderLength, TcpFlag } from '../../../protocols/tcp/segment.ts';
import { AsciiText, type ByteWriter } from '../../byte-writer.ts';
import type { LineContext } from './context.ts';
import type { IpHeader } from './ip-header.ts';
import type { RelativeSequence } from './relative-sequence.ts';
import { printTcpOptions } from './tcp-options.ts';
import type { TransportState } from './transport-state.ts';

/** tcpdump's letters for the eight flag bits, from the lowest one up. */
const flagLetters = 'FSRP.UEW';
/** The text for every value of the flags. */
const flagTexts = Array.from({ length: 256 }, (_, flags) => {
  const letters = [...flagLetters].filter((_, bit) => flags & (1 << bit)).join('');
  return new AsciiText(`Flags [${letters || 'none'}]`);
});

const sequenceText = new AsciiText(', seq ');
const acknowledgmentText = new AsciiText(', ack ');
const windowText = new AsciiText(', win ');
const lengthText = new AsciiText(', length ');

/** More data of a reset is left to -X. */
const maximumResetText = 30;

/** Prints the TCP segment at `start`, of which the IP header claims `claimedLength` bytes. */
export function printTcp(line: LineContext, state: TransportState, start: number, claimedLength: number): boolean {
  const { bytes, out, options } = line;
  const { ip } = state;
  const relative = ip.version === 4 ? state.relative4 : state.relative6;
  line.layer = 'tcp';
  if (!line.has(start, 4)) {
    ip.printAddresses(line);
    out.byte(0x3a);
    line.truncated();
    return true;
  }
  state.tcpConversation.print(line, ip, start);
  if (!line.has(start, minimumHeaderLength)) {
    line.truncated();
    return true;
  }
  const headerLength = (u8(bytes, start + 12) >> 4) * 4;
  if (headerLength < minimumHeaderLength) {
    printShortHeader(out, headerLength, claimedLength);
    return true;
  }
  if (options.quiet > 0) {
    out.text('tcp ');
    out.decimal((claimedLength - headerLength) >>> 0);
    if (headerLength > claimedLength) printLongHeader(out, headerLength, claimedLength);
    return true;
  }

  const flags = u8(bytes, start + 13);
  out.put(flagTexts[flags] as AsciiText);
  findBases(line, ip, relative, start, flags);
  if (headerLength > claimedLength) {
    printLongHeader(out, headerLength, claimedLength);
    return true;
  }
  if (options.verbose > 0 && !options.skipChecksums && !ip.fragmented) printChecksum(line, ip, start, claimedLength);

  const length = claimedLength - headerLength;
  if (options.verbose > 1 || length > 0 || (flags & (TcpFlag.syn | TcpFlag.fin | TcpFlag.rst)) !== 0) {
    const sequence = (s32be(bytes, start + 4) - relative.sequenceBase) | 0;
    out.put(sequenceText);
    out.unsigned32(sequence);
    if (length > 0) {
      out.byte(0x3a);
      out.unsigned32((sequence + length) | 0);
    }
  }
  if ((flags & TcpFlag.ack) !== 0) {
    out.put(acknowledgmentText);
    out.unsigned32((s32be(bytes, start + 8) - relative.acknowledgmentBase) | 0);
  }
  out.put(windowText);
  out.decimal(u16be(bytes, start + 14));
  if ((flags & TcpFlag.urg) !== 0) {
    out.text(', urg ');
    out.decimal(u16be(bytes, start + 18));
  }
  if (headerLength > minimumHeaderLength) {
    const status = printTcpOptions(line, start, headerLength, length, flags, relative.sackBase);
    if (status !== 'whole') return status === 'ended';
  }
  out.put(lengthText);
  out.decimal(length);
  return length === 0 || printPayload(line, start, headerLength, length, flags);
}

function findBases(line: LineContext, ip: IpHeader, relative: RelativeSequence, start: number, flags: number): void {
  if (line.options.absoluteSequence || (flags & TcpFlag.ack) === 0) {
    relative.absolute();
    return;
  }
  const { bytes } = line;
  relative.lookUp(
    bytes,
    ip.source,
    ip.destination,
    u16be(bytes, start),
    u16be(bytes, start + 2),
    s32be(bytes, start + 4),
    s32be(bytes, start + 8),
    (flags & TcpFlag.syn) !== 0,
  );
}

function printShortHeader(out: ByteWriter, headerLength: number, claimedLength: number): void {
  out.text(' tcp ');
  out.decimal((claimedLength - headerLength) >>> 0);
  out.text(' [bad hdr length ');
  out.decimal(headerLength);
  out.text(' - too short, < 20]');
}

function printLongHeader(out: ByteWriter, headerLength: number, claimedLength: number): void {
  out.text(' [bad hdr length ');
  out.decimal(headerLength);
  out.text(' - too long, > ');
  out.decimal(claimedLength);
  out.byte(0x5d);
}

function printChecksum(line: LineContext, ip: IpHeader, start: number, length: number): void {
  if (!line.has(start, length)) return;
  const { out } = line;
  const field = u16be(line.bytes, start + 16);
  const computed = ip.transportChecksum(line, start, length);
  out.text(', cksum 0x');
  out.paddedHex(field, 4);
  if (computed === 0) {
    out.text(' (correct)');
    return;
  }
  out.text(' (incorrect -> 0x');
  out.paddedHex(expectedChecksum(field, computed), 4);
  out.byte(0x29);
}

/** What tcpdump says of the payload itself, where it has no decoder for the port. */
function printPayload(line: LineContext, start: number, headerLength: number, length: number, flags: number): boolean {
  const { out } = line;
  if (!line.has(start, headerLength)) {
    out.text(' [remaining caplen(');
    out.decimal(line.end - start);
    out.text(') < header length(');
    out.decimal(headerLength);
    out.text(')]');
    return false;
  }
  if ((flags & TcpFlag.rst) !== 0 && line.options.verbose > 0) printResetText(line, start + headerLength, length);
  return true;
}

/** A reset may carry its reason as text. Source: RFC 9293 §3.5.3. */
function printResetText(line: LineContext, start: number, length: number): void {
  const { bytes, out } = line;
  out.text(line.has(start, length) ? ' [RST' : ' [!RST');
  if (length > maximumResetText) out.byte(0x2b);
  out.byte(0x20);
  const end = Math.min(line.end, start + Math.min(length, maximumResetText));
  for (let at = start; at < end; at++) {
    let byte = u8(bytes, at);
    if (byte > 0x7f) {
      out.text('M-');
      byte &= 0x7f;
    }
    if (byte < 0x20 || byte === 0x7f) {
      out.byte(0x5e);
      byte ^= 0x40;
    }
    out.byte(byte);
  }
  out.byte(0x5d);
}
