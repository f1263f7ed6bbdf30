import { u8, u16be, u32be } from '../../../protocols/bytes.ts';
import { fragmentHeaderLength, ipv6HeaderLength } from '../../../protocols/ip/ipv6.ts';
import { IpProtocol } from '../../../protocols/ip/protocol-number.ts';
import type { LineContext } from './context.ts';
import type { IpHeader } from './ip-header.ts';
import {
  cut,
  ended,
  type Jumbo,
  printDestinationOptions,
  printFragment,
  printHopByHop,
  printLateHopByHop,
  printRouting,
} from './ip6-extensions.ts';
import { ipProtocolNames } from './names.ts';
import { printTransport } from './transport.ts';
import type { TransportState } from './transport-state.ts';

const jumbo: Jumbo = { found: false, payloadLength: 0 };

/** Prints the IPv6 datagram at `start`; the frame has `length` bytes from there on. Source: RFC 8200 §3. */
export function printIp6(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { bytes, out, options } = line;
  line.layer = 'ip6';
  if (!line.has(start, ipv6HeaderLength)) {
    line.truncated();
    return true;
  }
  if (length < ipv6HeaderLength) {
    out.text('truncated-ip6 ');
    out.decimal(length);
    return true;
  }
  if (!options.linkHeader) out.text('IP6 ');
  const version = u8(bytes, start) >> 4;
  if (version !== 6) {
    out.text('version error: ');
    out.decimal(version);
    out.text(' != 6');
    return true;
  }
  const payloadLength = u16be(bytes, start + 4);
  // Without a length of its own the datagram ends where the frame does, until a jumbo option says otherwise.
  const totalLength = ipv6HeaderLength + (payloadLength === 0 ? length : payloadLength);
  if (payloadLength !== 0 && length < totalLength) printMissing(line, totalLength - length);
  if (options.verbose > 0) printHeader(line, start, payloadLength);
  const captureEnd = line.end;
  line.end = Math.min(captureEnd, start + totalLength);

  state.ip.begin(6, start);
  state.ip.protocol = u8(bytes, start + 6);
  jumbo.found = false;
  jumbo.payloadLength = payloadLength;
  return printPayload(line, state, length, totalLength, captureEnd);
}

function printMissing(line: LineContext, count: number): void {
  line.out.text('truncated-ip6 - ');
  line.out.decimal(count);
  line.out.text(' bytes missing!');
}

function printHeader(line: LineContext, start: number, payloadLength: number): void {
  const { bytes, out } = line;
  const flow = u32be(bytes, start);
  const next = u8(bytes, start + 6);
  out.byte(0x28);
  if ((flow & 0x0ff00000) !== 0) {
    out.text('class 0x');
    out.paddedHex((flow >>> 20) & 0xff, 2);
    out.text(', ');
  }
  if ((flow & 0xfffff) !== 0) {
    out.text('flowlabel 0x');
    out.paddedHex(flow & 0xfffff, 5);
    out.text(', ');
  }
  out.text('hlim ');
  out.decimal(u8(bytes, start + 7));
  out.text(', next-header ');
  out.text(ipProtocolNames.get(next) ?? 'unknown');
  out.text(' (');
  out.decimal(next);
  out.text(') payload length: ');
  out.decimal(payloadLength);
  out.text(') ');
}

/** The extension headers one after the other, then the transport header. */
function printPayload(
  line: LineContext,
  state: TransportState,
  frameLength: number,
  totalLength: number,
  captureEnd: number,
): boolean {
  const { bytes } = line;
  const { ip } = state;
  const { start } = ip;
  const claimedEnd = start + totalLength;
  let at = start + ipv6HeaderLength;
  if (ip.protocol !== IpProtocol.tcp && ip.protocol !== IpProtocol.udp) {
    ip.printAddresses(line);
    line.out.text(': ');
  }
  for (;;) {
    const advance = printExtension(line, ip, at);
    if (advance === cut) return false;
    if (advance === ended) return true;
    if (advance === 0) return printUpperLayer(line, state, at, frameLength, claimedEnd, captureEnd);
    ip.showsAddresses = false;
    ip.protocol = u8(bytes, at);
    line.layer = 'ip6';
    // A header that claims to reach beyond the capture ends the text without a word.
    if (at >= line.end) return true;
    if (at + advance > claimedEnd) {
      line.truncated();
      return true;
    }
    at += advance;
  }
}

/** Length of the extension header at `at`, 0 where there is none, or `ended` or `cut`. */
function printExtension(line: LineContext, ip: IpHeader, at: number): number {
  switch (ip.protocol) {
    case IpProtocol.hopByHop:
      if (at !== ip.start + ipv6HeaderLength) {
        return printLateHopByHop(line, u8(line.bytes, ip.start + 6) === IpProtocol.hopByHop);
      }
      return printHopByHop(line, at, jumbo);
    case IpProtocol.destinationOptions:
      return printDestinationOptions(line, at);
    case IpProtocol.fragment: {
      const advance = printFragment(line, at, ip.start);
      ip.fragmented = true;
      return advance === fragmentHeaderLength && at + advance >= line.end ? ended : advance;
    }
    case IpProtocol.routing:
      if (line.has(at, 1)) return printRouting(line, at);
      line.truncated();
      return ended;
    default:
      return 0;
  }
}

function printUpperLayer(
  line: LineContext,
  state: TransportState,
  at: number,
  frameLength: number,
  claimedEnd: number,
  captureEnd: number,
): boolean {
  const { start, showsAddresses } = state.ip;
  let length = claimedEnd - at;
  if (jumbo.found) {
    const totalLength = jumbo.payloadLength + ipv6HeaderLength;
    if (start + totalLength < at) {
      line.truncated();
      return true;
    }
    if (frameLength < totalLength) printMissing(line, totalLength - frameLength);
    line.end = Math.min(captureEnd, start + totalLength);
    length = start + totalLength - at;
  } else if (jumbo.payloadLength === 0) {
    if (!showsAddresses) {
      line.truncated();
      return true;
    }
    line.end = Math.min(captureEnd, at);
    length = 0;
  }
  return printTransport(line, state, at, length);
}
