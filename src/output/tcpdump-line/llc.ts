import { u8, u16be, u16le } from '../../../protocols/bytes.ts';
import { hardwareAddress } from './address.ts';
import type { LineContext } from './context.ts';
import { hexAsciiDump } from './hexdump.ts';
import { printIp } from './ip.ts';
import {
  bridgedProtocolNames,
  ciscoProtocolNames,
  etherTypeNames,
  llcCommandNames,
  organizationNames,
  sapNames,
} from './names.ts';
import { printEtherPayload } from './network.ts';
import type { TransportState } from './transport-state.ts';

/** Service access points, without the lowest bit. Source: IEEE 802.2. */
const Sap = { ip: 0x06, spanningTree: 0x42, snap: 0xaa, ipx: 0xe0, osi: 0xfe } as const;
const unnumberedInformation = 0x03;
const exchangeIdentification = 0xaf;
const identificationFormat = 0x81;
const unnumberedPoll = 0x10;
const numberedPoll = 0x0100;
const snapHeaderLength = 5;

/** `unknown` where the payload can't be printed and is to be dumped; `cut` as for all printers. */
type LlcOutcome = 'whole' | 'unknown' | 'cut';

/**
 * Prints the LLC header at `start`, behind which the frame has `length` bytes, and what follows it. Adds its
 * length to the link header's. `frame` is the offset of an Ethernet header with addresses, or -1.
 * Source: IEEE 802.2 §3.2.
 */
export function printLlc(
  line: LineContext,
  state: TransportState,
  start: number,
  length: number,
  frame: number,
): LlcOutcome {
  const { bytes, out, options } = line;
  line.layer = 'llc';
  const captured = line.end - start;
  const unnumbered = captured >= 3 && (u8(bytes, start + 2) & 3) === 3;
  const headerLength = unnumbered ? 3 : 4;
  if (Math.min(captured, length) < headerLength) {
    line.truncated();
    hexAsciiDump(bytes, start, line.end, out);
    line.linkLength += Math.min(captured, length);
    return 'whole';
  }
  const control = unnumbered ? u8(bytes, start + 2) : u16le(bytes, start + 2);
  if (u16be(bytes, start) === 0xffff) {
    if (options.linkHeader) out.text('IPX 802.3: ');
    return printShort(line, 'IPX', length);
  }
  if (options.linkHeader) printHeader(line, start, control, unnumbered);
  line.linkLength += headerLength;
  const destination = u8(bytes, start) & 0xfe;
  const source = u8(bytes, start + 1) & 0xfe;
  const at = start + headerLength;
  const rest = length - headerLength;
  if (source === destination && control === unnumberedInformation) {
    switch (source) {
      case Sap.snap:
        return printSnap(line, state, at, rest, frame);
      case Sap.ip:
        return printIp(line, state, at, rest) ? 'whole' : 'cut';
      case Sap.spanningTree:
        return printShort(line, 'STP', rest);
      case Sap.ipx:
        if (options.linkHeader) out.text('IPX 802.2: ');
        return printShort(line, 'IPX', rest);
      case Sap.osi:
        return printShort(line, 'OSI', rest);
    }
  }
  if (!options.linkHeader) printAccessPoints(line, source, destination, frame);
  if (unnumbered) return printUnnumbered(line, start, control, length);
  return printNumbered(line, start, control, length);
}

function printShort(line: LineContext, name: string, length: number): LlcOutcome {
  line.out.text(name);
  line.out.text(', length ');
  line.out.decimal(length);
  return 'whole';
}

function printHeader(line: LineContext, start: number, control: number, unnumbered: boolean): void {
  const { bytes, out } = line;
  const destination = u8(bytes, start);
  const source = u8(bytes, start + 1);
  printSap(line, 'LLC, dsap ', destination & 0xfe);
  out.text((destination & 1) !== 0 ? ' Group' : ' Individual');
  printSap(line, ', ssap ', source & 0xfe);
  out.text((source & 1) !== 0 ? ' Response' : ' Command');
  out.text(', ctrl 0x');
  out.paddedHex(control, unnumbered ? 2 : 4);
  out.text(': ');
}

function printSap(line: LineContext, before: string, sap: number): void {
  const { out } = line;
  out.text(before);
  out.text(sapNames.get(sap) ?? 'Unknown');
  out.text(' (0x');
  out.paddedHex(sap, 2);
  out.byte(0x29);
}

/** Without -e: who talks to whom, where nothing else tells. */
function printAccessPoints(line: LineContext, source: number, destination: number, frame: number): void {
  const { bytes, out } = line;
  const same = source === destination;
  if (frame >= 0) {
    hardwareAddress(bytes, frame + 6, 6, out);
    out.byte(0x20);
  }
  if (!same) {
    printSapName(line, source, 'SSAP');
    out.byte(0x20);
  }
  if (frame >= 0 || !same) out.text('> ');
  if (frame >= 0) {
    hardwareAddress(bytes, frame, 6, out);
    out.byte(0x20);
  }
  printSapName(line, destination, 'DSAP');
  out.byte(0x20);
}

function printSapName(line: LineContext, sap: number, kind: string): void {
  const { out } = line;
  const name = sapNames.get(sap);
  if (name !== undefined) {
    out.text(name);
    return;
  }
  out.text('Unknown ');
  out.text(kind);
  out.text(' 0x');
  out.paddedHex(sap, 2);
}

/** Command or response, polling or not: one bit of the source access point and one of the control field. */
function flagText(response: boolean, poll: boolean): string {
  if (poll) return response ? 'Final' : 'Poll';
  return response ? 'Response' : 'Command';
}

function printFlags(line: LineContext, start: number, poll: boolean, length: number): void {
  const { out } = line;
  out.text(', Flags [');
  out.text(flagText((u8(line.bytes, start + 1) & 1) !== 0, poll));
  out.text('], length ');
  out.decimal(length);
}

function printUnnumbered(line: LineContext, start: number, control: number, length: number): LlcOutcome {
  const { bytes, out } = line;
  const command = control & ~unnumberedPoll;
  const name = llcCommandNames.get(command);
  out.text('Unnumbered, ');
  if (name !== undefined) out.text(name);
  else out.paddedHex(command, 2);
  printFlags(line, start, (control & unnumberedPoll) !== 0, length);
  const at = start + 3;
  if (command !== exchangeIdentification) return 'unknown';
  if (length === 3) return 'whole';
  if (!line.has(at, 1)) {
    line.truncated();
    return 'whole';
  }
  if (u8(bytes, at) !== identificationFormat) return 'unknown';
  if (!line.has(at, 3) || length < 6) {
    line.truncated();
    hexAsciiDump(bytes, at, line.end, out);
    return 'whole';
  }
  out.text(': ');
  out.paddedHex(u8(bytes, at + 1), 2);
  out.byte(0x20);
  out.paddedHex(u8(bytes, at + 2), 2);
  return 'whole';
}

const supervisoryNames = ['Receiver Ready', 'Receiver not Ready', 'Reject', '?'];

function printNumbered(line: LineContext, start: number, control: number, length: number): LlcOutcome {
  const { out } = line;
  const supervisory = (control & 1) !== 0;
  if (supervisory) {
    out.text('Supervisory, ');
    out.text(supervisoryNames[(control >> 2) & 3] as string);
    out.text(', rcv seq ');
  } else {
    out.text('Information, send seq ');
    out.decimal((control >> 1) & 0x7f);
    out.text(', rcv seq ');
  }
  out.decimal((control >> 9) & 0x7f);
  printFlags(line, start, (control & numberedPoll) !== 0, length);
  return supervisory ? 'whole' : 'unknown';
}

/** Organizations whose protocol numbers are EtherTypes. */
const ethernetOrganization = 0x000000;
const ciscoBridgedOrganization = 0x0000f8;
const appleOrganization = 0x080007;
const ciscoOrganization = 0x00000c;
const bridgedOrganization = 0x0080c2;

/** Source: RFC 1042, IEEE 802 §9. */
function printSnap(line: LineContext, state: TransportState, start: number, length: number, frame: number): LlcOutcome {
  const { bytes, out, options } = line;
  line.layer = 'snap';
  line.linkLength += snapHeaderLength;
  if (!line.has(start, snapHeaderLength) || length < snapHeaderLength) {
    line.truncated();
    return 'whole';
  }
  const organization = (u8(bytes, start) << 16) | u16be(bytes, start + 1);
  const protocol = u16be(bytes, start + 3);
  const rest = length - snapHeaderLength;
  if (options.linkHeader) {
    printOrganization(line, 'oui ', organization);
    printProtocol(line, organization === 0 ? ', ethertype ' : ', pid ', organization, protocol, rest);
  }
  const countsInEtherTypes = organization === ethernetOrganization || organization === ciscoBridgedOrganization;
  const printed = countsInEtherTypes
    ? printEtherPayload(line, state, protocol, start + snapHeaderLength, rest)
    : undefined;
  if (printed !== undefined) return printed ? 'whole' : 'cut';
  if (options.linkHeader) return 'unknown';
  if (frame >= 0) {
    hardwareAddress(bytes, frame + 6, 6, out);
    out.text(' > ');
    hardwareAddress(bytes, frame, 6, out);
    out.byte(0x20);
  }
  if (organization === 0) {
    printProtocol(line, 'SNAP, ethertype ', organization, protocol, rest);
  } else {
    printOrganization(line, 'SNAP, oui ', organization);
    printProtocol(line, ', pid ', organization, protocol, rest);
  }
  return 'unknown';
}

function printOrganization(line: LineContext, before: string, organization: number): void {
  const { out } = line;
  out.text(before);
  out.text(organizationNames.get(organization) ?? 'Unknown');
  out.text(' (0x');
  out.paddedHex(organization, 6);
  out.byte(0x29);
}

function printProtocol(
  line: LineContext,
  before: string,
  organization: number,
  protocol: number,
  length: number,
): void {
  const { out } = line;
  out.text(before);
  out.text(protocolNames(organization)?.get(protocol) ?? 'Unknown');
  out.text(' (0x');
  out.paddedHex(protocol, 4);
  out.text('), length ');
  out.decimal(length);
  out.text(': ');
}

function protocolNames(organization: number): ReadonlyMap<number, string> | undefined {
  switch (organization) {
    case ethernetOrganization:
    case ciscoBridgedOrganization:
    case appleOrganization:
      return etherTypeNames;
    case ciscoOrganization:
      return ciscoProtocolNames;
    case bridgedOrganization:
      return bridgedProtocolNames;
    default:
      return undefined;
  }
}
