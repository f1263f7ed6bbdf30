import { u8, u16be, u32be } from '../../../protocols/bytes.ts';
import { ipv4Address } from './address.ts';
import type { LineContext, Outcome } from './context.ts';

/** IPv4 option kinds. Source: IANA "IP Option Numbers". */
const IpOption = {
  endOfList: 0,
  noOperation: 1,
  recordRoute: 7,
  timestamp: 68,
  traceroute: 82,
  security: 130,
  looseSourceRoute: 131,
  strictSourceRoute: 137,
  routerAlert: 148,
} as const;

const names: ReadonlyMap<number, string> = new Map([
  [IpOption.endOfList, 'EOL'],
  [IpOption.noOperation, 'NOP'],
  [IpOption.timestamp, 'timestamp'],
  [IpOption.security, 'security'],
  [IpOption.recordRoute, 'RR'],
  [IpOption.strictSourceRoute, 'SSRR'],
  [IpOption.looseSourceRoute, 'LSRR'],
  [IpOption.routerAlert, 'RA'],
  [IpOption.traceroute, 'traceroute'],
]);

/**
 * Prints the `length` bytes of IPv4 options at `start`, separated by commas; `ended` where the capture ends
 * within an option's data, `cut` where it ends before its kind or length. Source: RFC 791 §3.1.
 */
export function printIpOptions(line: LineContext, start: number, length: number): Outcome {
  const { bytes, out } = line;
  const end = start + length;
  let at = start;
  while (at < end) {
    if (at !== start) out.byte(0x2c);
    if (!line.has(at, 1)) return 'cut';
    const kind = u8(bytes, at);
    const name = names.get(kind);
    if (name === undefined) bracketed(line, 'unknown ', kind, '');
    else out.text(name);
    let optionLength = 1;
    if (kind !== IpOption.endOfList && kind !== IpOption.noOperation) {
      if (!line.has(at, 2)) return 'cut';
      optionLength = u8(bytes, at + 1);
    }
    const tooShort = optionLength < 2 && kind !== IpOption.endOfList && kind !== IpOption.noOperation;
    if (tooShort || at + optionLength > end) {
      bracketed(line, ' [bad length ', optionLength, ']');
      return 'whole';
    }
    if (!line.has(at, optionLength)) return 'ended';
    if (kind === IpOption.endOfList) return 'whole';
    if (!printOption(line, kind, at, optionLength)) return 'ended';
    at += optionLength;
  }
  return 'whole';
}

function bracketed(line: LineContext, before: string, value: number, after: string): void {
  line.out.text(before);
  line.out.decimal(value);
  line.out.text(after);
}

/** Prints the data of an option; false where a bad length leads beyond the capture. */
function printOption(line: LineContext, kind: number, at: number, length: number): boolean {
  switch (kind) {
    case IpOption.timestamp:
      return printTimestamps(line, at, length);
    case IpOption.recordRoute:
    case IpOption.looseSourceRoute:
    case IpOption.strictSourceRoute:
      return printRoute(line, at, length);
    case IpOption.routerAlert:
      if (length < 4) bracketed(line, ' [bad length ', length, ']');
      else if (u16be(line.bytes, at + 2) !== 0) bracketed(line, ' value ', u16be(line.bytes, at + 2), '');
      return true;
    default:
      return true;
  }
}

/** Addresses; a comma follows those that were already used. */
function printRoute(line: LineContext, at: number, length: number): boolean {
  const { bytes, out } = line;
  if (length < 3 || ((length + 1) & 3) !== 0) bracketed(line, ' [bad length ', length, ']');
  if (length < 3) return true;
  const pointer = u8(bytes, at + 2) - 1;
  // A pointer of 0 wraps around to a huge number in tcpdump's arithmetic.
  const position = pointer < 0 ? 0xffffffff : pointer;
  if (position < 3 || ((pointer + 1) & 3) !== 0 || position > length + 1) {
    bracketed(line, ' [bad ptr ', u8(bytes, at + 2), ']');
  }
  for (let offset = 3; offset < length; offset += 4) {
    if (!line.has(at + offset, 4)) return false;
    out.byte(0x20);
    ipv4Address(bytes, at + offset, out);
    if (position > offset) out.byte(0x2c);
  }
  return true;
}

const timestampOnly = 0;
const timestampNames: ReadonlyMap<number, string> = new Map([
  [timestampOnly, 'TSONLY'],
  [1, 'TS+ADDR'],
  [3, 'PRESPEC'],
]);

/** Times, each with the address of its host if that was asked for; a caret stands where the next one goes. */
function printTimestamps(line: LineContext, at: number, length: number): boolean {
  const { bytes, out } = line;
  if (length < 4) {
    bracketed(line, '[bad length ', length, ']');
    return true;
  }
  const type = u8(bytes, at + 3) & 15;
  const hopLength = type === timestampOnly ? 4 : 8;
  out.text(' TS{');
  if (((length - 4) & (hopLength - 1)) !== 0) bracketed(line, '[bad length ', length, ']');
  const pointer = u8(bytes, at + 2) - 1;
  const position = pointer < 0 ? 0xffffffff : pointer;
  if (position < 4 || ((pointer - 4) & (hopLength - 1)) !== 0 || position > length + 1) {
    bracketed(line, '[bad ptr ', u8(bytes, at + 2), ']');
  }
  let offset = 0;
  const name = timestampNames.get(type);
  if (name === undefined) {
    bracketed(line, '[bad ts type ', type, ']');
  } else {
    out.text(name);
    for (offset = 4; offset < length; offset += hopLength) {
      if (!line.has(at + offset, hopLength)) return false;
      out.text(position === offset ? ' ^ ' : ' ');
      out.decimal(u32be(bytes, at + offset + hopLength - 4));
      out.byte(0x40);
      if (hopLength === 8) ipv4Address(bytes, at + offset, out);
    }
  }
  if (position === offset) out.text(' ^ ');
  const overflow = u8(bytes, at + 3) >> 4;
  if (overflow !== 0) bracketed(line, ' [', overflow, ' hops not recorded]} ');
  else out.byte(0x7d);
  return true;
}
