import { u8, u16be } from '../../../protocols/bytes.ts';
import { IpProtocol } from '../../../protocols/ip/protocol-number.ts';
import { EtherType } from '../../../protocols/link/ethernet.ts';
import type { LineContext } from './context.ts';
import { printTcp } from './tcp.ts';
import type { TransportState } from './transport-state.ts';
import { printGre } from './tunnel/gre.ts';
import { printUdp } from './udp.ts';

/**
 * Prints the transport header at `start`, of which the IP header claims `length` bytes. Other protocols print shorter
 * than tcpdump's.
 */
export function printTransport(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { ip } = state;
  switch (ip.protocol) {
    case IpProtocol.tcp:
      return printTcp(line, state, start, length);
    case IpProtocol.udp:
      return printUdp(line, state, start, length);
    case IpProtocol.icmp:
      return printIcmp(line, start, length, 'ICMP', 8, 0);
    case IpProtocol.icmp6:
      return printIcmp(line, start, length, 'ICMP6,', 128, 129);
    case IpProtocol.ipv4:
      return state.inner.etherPayload(line, state, EtherType.ipv4, start, length) ?? true;
    case IpProtocol.ipv6:
      return state.inner.etherPayload(line, state, EtherType.ipv6, start, length) ?? true;
    case IpProtocol.gre:
      return printGre(line, state, start, length);
    case IpProtocol.ethernet:
      if (ip.version === 6) return state.inner.ethernet(line, state, start, length);
      line.out.text('[Ethernet requires IPv6] (invalid)');
      return true;
    case IpProtocol.noNextHeader:
      line.out.text('no next header');
      return true;
    default:
      line.out.text(' ip-proto-');
      line.out.decimal(ip.protocol);
      line.out.byte(0x20);
      line.out.decimal(length);
      return true;
  }
}

/** Echo requests and replies as tcpdump prints them, other messages by their numbers. Sources: RFC 792, RFC 4443. */
function printIcmp(
  line: LineContext,
  start: number,
  length: number,
  name: string,
  echoRequest: number,
  echoReply: number,
): boolean {
  const { bytes, out } = line;
  line.layer = name === 'ICMP' ? 'icmp' : 'icmp6';
  if (!line.has(start, 8)) return false;
  const type = u8(bytes, start);
  out.text(name);
  if (type === echoRequest || type === echoReply) {
    out.text(type === echoRequest ? ' echo request, id ' : ' echo reply, id ');
    out.decimal(u16be(bytes, start + 4));
    out.text(', seq ');
    out.decimal(u16be(bytes, start + 6));
  } else {
    out.text(' type ');
    out.decimal(type);
    out.text(' code ');
    out.decimal(u8(bytes, start + 1));
  }
  out.text(', length ');
  out.decimal(length);
  return true;
}
