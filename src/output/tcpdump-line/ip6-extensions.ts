import { u8, u16be, u32be } from '../../../protocols/bytes.ts';
import { fragmentHeaderLength, ipv6HeaderLength } from '../../../protocols/ip/ipv6.ts';
import { ipv6Address } from './address.ts';
import type { LineContext } from './context.ts';

/** In place of a header's length: the packet's text ends here. */
export const ended = -1;
/** In place of a header's length: the capture ends within a field. */
export const cut = -2;

/** Whether a Jumbo Payload option was found, and the payload length that holds now. Source: RFC 2675 §2. */
export interface Jumbo {
  found: boolean;
  payloadLength: number;
}

/** IPv6 option types. Source: IANA "Destination Options and Hop-by-Hop Options". */
const Option = { pad1: 0x00, padN: 0x01, routerAlert: 0x05, jumbo: 0xc2, homeAddress: 0xc9 } as const;
const routerAlertLength = 4;
const jumboLength = 6;
const homeAddressLength = 18;
const minimumJumbo = 65536;

/** Source: RFC 8200 §4.3. */
export function printHopByHop(line: LineContext, at: number, jumbo: Jumbo): number {
  const { bytes, out } = line;
  line.layer = 'hbhopt';
  if (!line.has(at, 2)) return cut;
  const length = (u8(bytes, at + 1) + 1) * 8;
  let advance = length;
  if (!line.has(at, length)) {
    line.truncated();
    advance = ended;
  } else {
    out.text('HBH ');
    if (!printOptions(line, at + 2, at + length, jumbo)) {
      line.truncated();
      advance = ended;
    }
  }
  if (jumbo.payloadLength === 0 && !jumbo.found) {
    out.text('[No valid Jumbo Payload Hop-by-Hop option found] (invalid)');
    return ended;
  }
  return advance;
}

/** A hop-by-hop header that does not follow the IPv6 header: either the second one, or a late one. */
export function printLateHopByHop(line: LineContext, repeated: boolean): number {
  line.out.text(
    repeated
      ? '[The Hop-by-Hop Options header was already found]'
      : "[The Hop-by-Hop Options header don't follow the IPv6 header]",
  );
  line.out.text(' (invalid)');
  return ended;
}

/** Source: RFC 8200 §4.6. */
export function printDestinationOptions(line: LineContext, at: number): number {
  line.layer = 'dstopt';
  if (!line.has(at, 2)) return cut;
  const length = (u8(line.bytes, at + 1) + 1) * 8;
  if (!line.has(at, length)) {
    line.truncated();
    return ended;
  }
  line.out.text('DSTOPT ');
  if (line.options.verbose > 0 && !printOptions(line, at + 2, at + length, null)) {
    line.truncated();
    return ended;
  }
  return length;
}

/** Prints the options in `[start, end)`, which were all captured; false where one does not fit. */
function printOptions(line: LineContext, start: number, end: number, jumbo: Jumbo | null): boolean {
  const { bytes, out } = line;
  const verbose = line.options.verbose > 0;
  let seenJumbo = false;
  for (let at = start; at < end; ) {
    const type = u8(bytes, at);
    if (type === Option.pad1) {
      if (verbose) out.text('(pad1)');
      at++;
      continue;
    }
    if (at + 1 >= end) return false;
    const length = u8(bytes, at + 1) + 2;
    if (at + length > end) return false;
    switch (type) {
      case Option.padN:
        if (verbose) out.text('(padn)');
        break;
      case Option.routerAlert:
        if (!fits(line, 'rtalert', at, end, routerAlertLength, length === routerAlertLength)) return false;
        if (verbose) {
          out.text('(rtalert: 0x');
          out.paddedHex(u16be(bytes, at + 2), 4);
          out.text(') ');
        }
        break;
      case Option.jumbo:
        if (!fits(line, 'jumbo', at, end, jumboLength, length === jumboLength)) return false;
        printJumbo(line, u32be(bytes, at + 2), jumbo, seenJumbo);
        seenJumbo = true;
        break;
      case Option.homeAddress:
        if (!fits(line, 'homeaddr', at, end, homeAddressLength, length >= homeAddressLength)) return false;
        if (verbose && !printHomeAddress(line, at, length)) return false;
        break;
      default:
        if (verbose) printOther(line, '(opt_type 0x', type, length - 2, ')');
    }
    at += length;
  }
  if (verbose) out.byte(0x20);
  return true;
}

/** Says what is wrong with an option that is too close to the end or has a wrong length. */
function fits(line: LineContext, name: string, at: number, end: number, needed: number, rightLength: boolean): boolean {
  const { out } = line;
  if (end - at >= needed && rightLength) return true;
  out.byte(0x28);
  out.text(name);
  if (end - at < needed) {
    out.text(': trunc)');
  } else {
    out.text(': invalid len ');
    out.decimal(u8(line.bytes, at + 1));
    out.byte(0x29);
  }
  return false;
}

function printOther(line: LineContext, before: string, type: number, length: number, after: string): void {
  const { out } = line;
  out.text(before);
  out.paddedHex(type, 2);
  out.text(': len=');
  out.decimal(length);
  out.text(after);
}

function printJumbo(line: LineContext, value: number, jumbo: Jumbo | null, seen: boolean): void {
  const { out } = line;
  let remark = '';
  if (seen) {
    remark = ' - already seen';
  } else if (jumbo === null) {
    remark = ' - not a hop-by-hop option';
  } else if (jumbo.payloadLength !== 0) {
    remark = ' - payload len != 0';
  } else if (value < minimumJumbo) {
    remark = ' - < 65536';
  } else {
    jumbo.found = true;
    jumbo.payloadLength = value;
  }
  if (line.options.verbose === 0) return;
  out.text('(jumbo: ');
  out.decimal(value);
  out.text(remark);
  out.text(') ');
}

/** Source: RFC 6275 §6.3; sub-options may follow the address. */
function printHomeAddress(line: LineContext, at: number, length: number): boolean {
  const { bytes, out } = line;
  out.text('(homeaddr: ');
  ipv6Address(bytes, at + 2, out);
  for (let next = at + homeAddressLength; next < at + length; ) {
    const type = u8(bytes, next);
    if (type === Option.pad1) {
      out.text(', pad1');
      next++;
      continue;
    }
    if (next + 1 >= at + length) return false;
    const optionLength = u8(bytes, next + 1) + 2;
    if (next + optionLength > at + length) return false;
    if (type === Option.padN) out.text(', padn');
    else printOther(line, ', sopt_type 0x', type, optionLength - 2, '');
    next += optionLength;
  }
  out.byte(0x29);
  return true;
}

/** Source: RFC 8200 §4.5. `datagram` is the offset of the IPv6 header. */
export function printFragment(line: LineContext, at: number, datagram: number): number {
  const { bytes, out } = line;
  line.layer = 'frag6';
  const verbose = line.options.verbose > 0;
  if (!line.has(at, verbose ? fragmentHeaderLength : 4)) return cut;
  out.text('frag (');
  if (verbose) {
    out.text('0x');
    out.paddedHex(u32be(bytes, at + 4), 8);
    out.byte(0x3a);
  }
  const offset = u16be(bytes, at + 2) & 0xfff8;
  out.decimal(offset);
  out.byte(0x7c);
  // Where the header claims less than was already read, tcpdump's number wraps around at 2^64.
  const length = ipv6HeaderLength + u16be(bytes, datagram + 4) - (at - datagram) - fragmentHeaderLength;
  out.text(length < 0 ? (2n ** 64n + BigInt(length)).toString() : String(length));
  out.byte(0x29);
  if (offset !== 0) return ended;
  out.byte(0x20);
  return fragmentHeaderLength;
}

/** Sources: RFC 8200 §4.4, RFC 6275 §6.4, RFC 8754 §2. */
export function printRouting(line: LineContext, at: number): number {
  const { bytes, out } = line;
  line.layer = 'rt6';
  out.text('RT6');
  if (!line.has(at, 2)) return cut;
  const length = u8(bytes, at + 1);
  out.text(' (len=');
  out.decimal(length);
  if (!line.has(at, 3)) return cut;
  const type = u8(bytes, at + 2);
  out.text(', type=');
  out.decimal(type);
  if (type === 0) out.text(' [Deprecated]');
  if (!line.has(at, 4)) return cut;
  out.text(', segleft=');
  out.decimal(u8(bytes, at + 3));
  if (type === 4) {
    if (!printSegmentRoutingFields(line, at)) return cut;
  } else if (type === 0 || type === 2) {
    if (!line.has(at + 4, 4)) return cut;
    const reserved = u32be(bytes, at + 4);
    if (reserved !== 0 || line.options.verbose > 0) {
      out.text(', rsv=0x');
      out.hex(reserved);
    }
  } else {
    out.text(' (unknown type) (invalid)');
    return ended;
  }
  return printSegments(line, at, length);
}

function printSegmentRoutingFields(line: LineContext, at: number): boolean {
  const { bytes, out } = line;
  if (!line.has(at, 5)) return false;
  out.text(', last-entry=');
  out.decimal(u8(bytes, at + 4));
  if (!line.has(at, 6)) return false;
  const flags = u8(bytes, at + 5);
  if (flags !== 0 || line.options.verbose > 0) {
    out.text(', flags=0x');
    out.hex(flags);
  }
  if (!line.has(at, 8)) return false;
  out.text(', tag=');
  out.hex(u16be(bytes, at + 6));
  return true;
}

function printSegments(line: LineContext, at: number, length: number): number {
  const { bytes, out } = line;
  if (length % 2 === 1) {
    out.text(' (invalid length ');
    out.decimal(length);
    out.text(') (invalid)');
    return ended;
  }
  for (let index = 0; index < length / 2; index++) {
    const address = at + 8 + index * 16;
    if (!line.has(address, 16)) return cut;
    out.text(', [');
    out.decimal(index);
    out.byte(0x5d);
    ipv6Address(bytes, address, out);
  }
  out.text(') ');
  return (length + 1) * 8;
}
