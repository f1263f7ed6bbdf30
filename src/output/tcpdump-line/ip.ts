import { u8, u16be } from '../../../protocols/bytes.ts';
import { addChecksum, expectedChecksum, foldChecksum } from '../../../protocols/checksum.ts';
import { ipv4HeaderLength } from '../../../protocols/ip/ipv4.ts';
import { IpProtocol } from '../../../protocols/ip/protocol-number.ts';
import { AsciiText, type ByteWriter } from '../../byte-writer.ts';
import type { LineContext, Outcome } from './context.ts';
import type { IpHeader } from './ip-header.ts';
import { printIpOptions } from './ip-options.ts';
import { ipProtocolNames } from './names.ts';
import { printTransport } from './transport.ts';
import type { TransportState } from './transport-state.ts';

const ipText = new AsciiText('IP ');

const moreFragments = 0x2000;
const dontFragment = 0x4000;
const reservedFlag = 0x8000;
const offsetMask = 0x1fff;

/** Prints the IPv4 datagram at `start`; the frame has `length` bytes from there on. Source: RFC 791 §3.1. */
export function printIp(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { bytes, out, options } = line;
  line.layer = 'ip';
  if (!line.has(start, 1)) return false;
  const version = u8(bytes, start) >> 4;
  if (version !== 4) {
    out.text(version === 6 ? 'IP6, wrong link-layer encapsulation' : `IP${version}`);
    out.text(' (invalid)');
    return true;
  }
  if (!options.linkHeader) out.put(ipText);
  if (!line.has(start, ipv4HeaderLength)) {
    line.truncated();
    return true;
  }
  if (length < ipv4HeaderLength) return printNumber(out, 'truncated-ip ', length);
  const headerLength = (u8(bytes, start) & 15) * 4;
  if (headerLength < ipv4HeaderLength) return printNumber(out, 'bad-hlen ', headerLength);
  const totalLength = u16be(bytes, start + 2);
  if (length < totalLength) {
    printNumber(out, 'truncated-ip - ', totalLength - length);
    out.text(' bytes missing! ');
  }
  if (totalLength < headerLength) return printNumber(out, 'bad-len ', totalLength);
  line.end = Math.min(line.end, start + totalLength);

  const { ip } = state;
  const fragment = u16be(bytes, start + 6);
  ip.begin(4, start);
  ip.protocol = u8(bytes, start + 9);
  ip.fragmented = (fragment & moreFragments) !== 0;
  if (options.verbose > 0) {
    const outcome = printHeader(line, ip, headerLength, fragment);
    if (outcome !== 'whole') return outcome === 'ended';
  }
  if ((fragment & offsetMask) === 0) return printFirst(line, state, headerLength, totalLength);
  // Without the transport header there is only the protocol's number; with -qq not even that.
  if (options.quiet > 1) return true;
  ip.printAddresses(line);
  return printNumber(out, ': ip-proto-', ip.protocol);
}

function printNumber(out: ByteWriter, text: string, value: number): true {
  out.text(text);
  out.decimal(value);
  return true;
}

/** The payload of an unfragmented datagram or of the first fragment. */
function printFirst(line: LineContext, state: TransportState, headerLength: number, totalLength: number): boolean {
  const { ip } = state;
  const { out } = line;
  if (ip.protocol !== IpProtocol.tcp && ip.protocol !== IpProtocol.udp) {
    ip.printAddresses(line);
    out.text(': ');
  }
  if (!line.has(ip.start, headerLength)) {
    out.text(' [remaining caplen(');
    out.decimal(line.end - ip.start);
    out.text(') < header length(');
    out.decimal(headerLength);
    out.text(')]');
    return false;
  }
  return printTransport(line, state, ip.start + headerLength, totalLength - headerLength);
}

/** With -v: the header's own line, which ends the packet's text where the capture ends within the options. */
function printHeader(line: LineContext, ip: IpHeader, headerLength: number, fragment: number): Outcome {
  const { bytes, out } = line;
  const { start } = ip;
  const typeOfService = u8(bytes, start + 1);
  out.text('(tos 0x');
  out.hex(typeOfService);
  out.text(congestionText(typeOfService));
  const timeToLive = u8(bytes, start + 8);
  if (timeToLive >= 1) printNumber(out, ', ttl ', timeToLive);
  printNumber(out, ', id ', u16be(bytes, start + 4));
  printNumber(out, ', offset ', (fragment & offsetMask) * 8);
  out.text(', flags [');
  out.text(fragmentText(fragment));
  out.text('], proto ');
  out.text(ipProtocolNames.get(ip.protocol) ?? 'unknown');
  printNumber(out, ' (', ip.protocol);
  printNumber(out, '), length ', u16be(bytes, start + 2));
  let outcome: Outcome = 'whole';
  if (headerLength > ipv4HeaderLength) {
    out.text(', options (');
    outcome = printIpOptions(line, start + ipv4HeaderLength, headerLength - ipv4HeaderLength);
    if (outcome === 'cut') return outcome;
    if (outcome === 'ended') out.text(' [truncated-option]');
    out.byte(0x29);
  }
  if (!line.options.skipChecksums && line.has(start, headerLength)) printChecksum(line, start, headerLength);
  out.text(')\n    ');
  if (outcome === 'ended') {
    ip.printAddresses(line);
    out.text(': ');
    line.truncated();
  }
  return outcome;
}

function printChecksum(line: LineContext, start: number, headerLength: number): void {
  const { bytes, out } = line;
  const computed = foldChecksum(addChecksum(0, bytes, start, start + headerLength));
  if (computed === 0) return;
  const field = u16be(bytes, start + 10);
  out.text(', bad cksum ');
  out.hex(field);
  out.text(' (->');
  out.hex(expectedChecksum(field, computed));
  out.text(')!');
}

/** The two ECN bits. Source: RFC 3168 §5. */
function congestionText(typeOfService: number): string {
  switch (typeOfService & 3) {
    case 1:
      return ',ECT(1)';
    case 2:
      return ',ECT(0)';
    case 3:
      return ',CE';
    default:
      return '';
  }
}

function fragmentText(fragment: number): string {
  const texts: string[] = [];
  if ((fragment & moreFragments) !== 0) texts.push('+');
  if ((fragment & dontFragment) !== 0) texts.push('DF');
  if ((fragment & reservedFlag) !== 0) texts.push('rsvd');
  return texts.length === 0 ? 'none' : texts.join(', ');
}
