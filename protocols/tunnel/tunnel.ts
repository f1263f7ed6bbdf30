import { u16be } from '../bytes.ts';
import type { Datagram } from '../datagram.ts';
import { IpProtocol } from '../ip/protocol-number.ts';
import { EtherType } from '../link/ethernet.ts';
import { decodeNetwork } from '../network.ts';
import { udpHeaderLength } from '../udp.ts';
import { skipGre } from './gre.ts';
import { skipEthernet } from './inner.ts';
import { skipLabels } from './mpls.ts';
import { skipUdpTunnel } from './udp-tunnel.ts';

/** Tunnels in tunnels; deeper ones are a loop in somebody's network, or an attack. */
export const deepestTunnel = 8;

/** True for what IP carries that is a tunnel; UDP may carry one, too. */
export function isTunnel(protocol: number): boolean {
  return (
    protocol === IpProtocol.ipv4 ||
    protocol === IpProtocol.ipv6 ||
    protocol === IpProtocol.gre ||
    protocol === IpProtocol.mpls ||
    protocol === IpProtocol.ethernet
  );
}

/**
 * Where the payload of the IP datagram in `datagram`, which lies in `bytes`, is a tunnel's, makes `datagram` the one
 * inside of it. Returns false where it is none, or where its headers are cut or malformed.
 */
export function enterTunnel(bytes: Uint8Array, datagram: Datagram): boolean {
  const { protocol } = datagram;
  datagram.networkStart = datagram.payloadStart;
  datagram.networkEnd = datagram.payloadEnd;
  datagram.networkLength = datagram.payloadLength;
  return skipTunnel(bytes, datagram, protocol) && decodeNetwork(bytes, datagram);
}

function skipTunnel(bytes: Uint8Array, out: Datagram, protocol: number): boolean {
  switch (protocol) {
    case IpProtocol.ipv4:
      out.etherType = EtherType.ipv4;
      return true;
    case IpProtocol.ipv6:
      out.etherType = EtherType.ipv6;
      return true;
    case IpProtocol.gre:
      return skipGre(bytes, out);
    case IpProtocol.mpls:
      return skipLabels(bytes, out);
    case IpProtocol.ethernet:
      return skipEthernet(bytes, out);
    case IpProtocol.udp: {
      const at = out.networkStart;
      if (at + udpHeaderLength > out.networkEnd) return false;
      out.cutTo(u16be(bytes, at + 4));
      out.skipTo(at + udpHeaderLength);
      return skipUdpTunnel(bytes, out, u16be(bytes, at + 2));
    }
    default:
      return false;
  }
}
