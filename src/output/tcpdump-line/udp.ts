import { u16be } from '../../../protocols/bytes.ts';
import { expectedChecksum } from '../../../protocols/checksum.ts';
import { udpHeaderLength } from '../../../protocols/udp.ts';
import type { LineContext } from './context.ts';
import type { IpHeader } from './ip-header.ts';
import type { TransportState } from './transport-state.ts';
import { printUdpTunnel } from './tunnel/udp-tunnel.ts';

/** Prints the UDP datagram at `start`, of which the IP header claims `claimedLength` bytes. */
export function printUdp(line: LineContext, state: TransportState, start: number, claimedLength: number): boolean {
  const { bytes, out, options } = line;
  const { ip } = state;
  line.layer = 'udp';
  if (!line.has(start, 4)) {
    if (ip.showsAddresses) {
      ip.printAddresses(line);
      out.text(': ');
    }
    line.truncated();
    return true;
  }
  state.udpConversation.print(line, ip, start);
  if (claimedLength < udpHeaderLength) {
    out.text('truncated-udp ');
    out.decimal(claimedLength);
    return true;
  }
  if (!line.has(start, 6)) {
    line.truncated();
    return true;
  }
  let udpLength = u16be(bytes, start + 4);
  if (udpLength === 0 && claimedLength > 0xffff) udpLength = claimedLength;
  if (udpLength < udpHeaderLength) {
    out.text('truncated-udplength ');
    out.decimal(udpLength);
    return true;
  }
  if (!line.has(start, udpHeaderLength)) {
    line.truncated();
    return true;
  }
  const payloadLength = udpLength - udpHeaderLength;
  const length = Math.min(claimedLength - udpHeaderLength, payloadLength);
  if (options.verbose > 0 && !options.skipChecksums && !ip.fragmented) printChecksum(line, ip, start, length);
  if (options.quiet === 0) {
    const printed = printUdpTunnel(line, state, start, length);
    if (printed !== undefined) return printed;
  }
  if (payloadLength > length && !ip.fragmented) {
    out.text('UDP, bad length ');
    out.decimal(payloadLength);
    out.text(' > ');
    out.decimal(length);
  } else {
    out.text('UDP, length ');
    out.decimal(payloadLength);
  }
  return true;
}

function printChecksum(line: LineContext, ip: IpHeader, start: number, length: number): void {
  const { bytes, out } = line;
  const field = u16be(bytes, start + 6);
  if (ip.version === 4) {
    if (line.options.verbose < 2) return;
    if (field === 0) {
      out.text('[no cksum] ');
      return;
    }
  }
  if (!line.has(start, udpHeaderLength + length)) return;
  const computed = ip.transportChecksum(line, start, udpHeaderLength + length);
  if (computed === 0) {
    out.text('[udp sum ok] ');
    return;
  }
  out.text('[bad udp cksum 0x');
  out.paddedHex(field, 4);
  out.text(' -> 0x');
  out.paddedHex(expectedChecksum(field, computed), 4);
  out.text('!] ');
}
