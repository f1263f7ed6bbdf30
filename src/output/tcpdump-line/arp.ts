import { u8, u16be } from '../../../protocols/bytes.ts';
import { EtherType } from '../../../protocols/link/ethernet.ts';
import { hardwareAddress, ipv4Address } from './address.ts';
import type { LineContext } from './context.ts';
import { hexAsciiDump } from './hexdump.ts';
import { arpOperationNames, etherTypeNames, hardwareTypeNames } from './names.ts';

const headerLength = 8;
const trailers = 0x1000;
const Operation = {
  request: 1,
  reply: 2,
  reverseRequest: 3,
  reverseReply: 4,
  inverseRequest: 8,
  inverseReply: 9,
} as const;

/** Prints the ARP packet at `start`; the frame has `length` bytes from there on. Source: RFC 826. */
export function printArp(line: LineContext, start: number, length: number): boolean {
  const { bytes, out, options } = line;
  line.layer = 'arp';
  if (!line.has(start, headerLength)) return false;
  const protocol = u16be(bytes, start + 2);
  const hardwareLength = u8(bytes, start + 4);
  const protocolLength = u8(bytes, start + 5);
  if (!line.has(start, headerLength + 2 * (hardwareLength + protocolLength))) return false;
  if (!options.linkHeader) out.text('ARP, ');
  const usual = (protocol === EtherType.ipv4 || protocol === trailers) && protocolLength === 4 && hardwareLength !== 0;
  if (!usual || options.verbose > 0) {
    printTypes(line, start);
    if (options.verbose === 0) {
      printLength(line, length);
      return true;
    }
    out.text(', ');
  }
  const operation = u16be(bytes, start + 6);
  const name = arpOperationNames.get(operation);
  out.text(name ?? 'Unknown (');
  if (name === undefined) {
    out.decimal(operation);
    out.byte(0x29);
  }
  out.byte(0x20);
  if (!printOperation(line, operation, start)) {
    hexAsciiDump(bytes, start, line.end, out);
    return true;
  }
  printLength(line, length);
  return true;
}

function printLength(line: LineContext, length: number): void {
  line.out.text(', length ');
  line.out.decimal(length);
}

function printTypes(line: LineContext, start: number): void {
  const { bytes, out } = line;
  const hardware = u16be(bytes, start);
  const protocol = u16be(bytes, start + 2);
  const hardwareName = hardwareTypeNames.get(hardware);
  out.text(hardwareName ?? `Unknown Hardware (${hardware})`);
  out.text(' (len ');
  out.decimal(u8(bytes, start + 4));
  out.text('), ');
  out.text(etherTypeNames.get(protocol) ?? `Unknown Protocol (0x${protocol.toString(16).padStart(4, '0')})`);
  out.text(' (len ');
  out.decimal(u8(bytes, start + 5));
  out.byte(0x29);
}

/** False for an operation that is only dumped. */
function printOperation(line: LineContext, operation: number, start: number): boolean {
  const { bytes, out } = line;
  const hardwareLength = u8(bytes, start + 4);
  const protocolLength = u8(bytes, start + 5);
  const senderHardware = start + headerLength;
  const senderProtocol = senderHardware + hardwareLength;
  const targetHardware = senderProtocol + protocolLength;
  const targetProtocol = targetHardware + hardwareLength;
  switch (operation) {
    case Operation.request:
      out.text('who-has ');
      printProtocolAddress(line, start, targetProtocol);
      if (isNonzero(bytes, targetHardware, hardwareLength)) {
        out.text(' (');
        printHardwareAddress(line, targetHardware, hardwareLength);
        out.byte(0x29);
      }
      out.text(' tell ');
      printProtocolAddress(line, start, senderProtocol);
      return true;
    case Operation.reply:
      printProtocolAddress(line, start, senderProtocol);
      out.text(' is-at ');
      printHardwareAddress(line, senderHardware, hardwareLength);
      return true;
    case Operation.reverseRequest:
    case Operation.inverseRequest:
      out.text('who-is ');
      printHardwareAddress(line, targetHardware, hardwareLength);
      out.text(' tell ');
      printHardwareAddress(line, senderHardware, hardwareLength);
      return true;
    case Operation.reverseReply:
    case Operation.inverseReply: {
      const reverse = operation === Operation.reverseReply;
      printHardwareAddress(line, reverse ? targetHardware : senderHardware, hardwareLength);
      out.text(' at ');
      printProtocolAddress(line, start, reverse ? targetProtocol : senderProtocol);
      return true;
    }
    default:
      return false;
  }
}

function isNonzero(bytes: Uint8Array, at: number, length: number): boolean {
  for (let index = 0; index < length; index++) if (u8(bytes, at + index) !== 0) return true;
  return false;
}

function printHardwareAddress(line: LineContext, at: number, length: number): void {
  if (length === 0) line.out.text('<empty>');
  else hardwareAddress(line.bytes, at, length, line.out);
}

function printProtocolAddress(line: LineContext, start: number, at: number): void {
  const protocol = u16be(line.bytes, start + 2);
  if (protocol !== EtherType.ipv4 && protocol !== trailers) line.out.text('<wrong proto type>');
  else if (u8(line.bytes, start + 5) !== 4) line.out.text('<wrong len>');
  else ipv4Address(line.bytes, at, line.out);
}
