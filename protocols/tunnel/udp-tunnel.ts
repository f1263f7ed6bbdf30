import { u8, u16be } from '../bytes.ts';
import type { Datagram } from '../datagram.ts';
import { EtherType } from '../link/ethernet.ts';
import { skipEthernet } from './inner.ts';
import { skipLabels } from './mpls.ts';

/** UDP ports of tunnels. Source: IANA "Service Name and Transport Protocol Port Number Registry". */
export const TunnelPort = {
  vxlan: 4789,
  vxlanGpe: 4790,
  geneve: 6081,
  mpls: 6635,
  /** OTV's, and what Linux uses for VXLAN unless told otherwise; the headers are of one form. */
  otv: 8472,
} as const;

/** Of VXLAN, and of GENEVE without options. Sources: RFC 7348 §5, RFC 8926 §3.4. */
export const tunnelHeaderLength = 8;

/** What VXLAN-GPE says that follows. Source: draft-ietf-nvo3-vxlan-gpe-12 §3.2. */
export const GpeProtocol = { ipv4: 1, ipv6: 2, ethernet: 3, nsh: 4 } as const;

/** Moves the network header in `out`, where the payload of a datagram to `port` lies, behind the tunnel's headers. */
export function skipUdpTunnel(bytes: Uint8Array, out: Datagram, port: number): boolean {
  if (port === TunnelPort.mpls) return skipLabels(bytes, out);
  const at = out.networkStart;
  if (at + tunnelHeaderLength > out.networkEnd) return false;
  switch (port) {
    case TunnelPort.vxlan:
    case TunnelPort.otv:
      out.skipTo(at + tunnelHeaderLength);
      return skipEthernet(bytes, out);
    case TunnelPort.vxlanGpe:
      out.skipTo(at + tunnelHeaderLength);
      return skipGpe(bytes, out, u8(bytes, at + 3));
    case TunnelPort.geneve: {
      const first = u8(bytes, at);
      if (first >> 6 !== 0) return false;
      out.skipTo(at + tunnelHeaderLength + (first & 0x3f) * 4);
      return out.networkStart <= out.networkEnd && skipGeneve(bytes, out, u16be(bytes, at + 2));
    }
    default:
      return false;
  }
}

function skipGpe(bytes: Uint8Array, out: Datagram, protocol: number): boolean {
  if (protocol === GpeProtocol.ethernet) return skipEthernet(bytes, out);
  if (protocol !== GpeProtocol.ipv4 && protocol !== GpeProtocol.ipv6) return false;
  out.etherType = protocol === GpeProtocol.ipv4 ? EtherType.ipv4 : EtherType.ipv6;
  return true;
}

function skipGeneve(bytes: Uint8Array, out: Datagram, protocol: number): boolean {
  if (protocol === EtherType.transparentEthernet) return skipEthernet(bytes, out);
  out.etherType = protocol;
  return true;
}
