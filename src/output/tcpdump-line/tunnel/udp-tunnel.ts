import { u8, u16be, u32be } from '../../../../protocols/bytes.ts';
import { EtherType } from '../../../../protocols/link/ethernet.ts';
import { GpeProtocol, TunnelPort, tunnelHeaderLength } from '../../../../protocols/tunnel/udp-tunnel.ts';
import { udpHeaderLength } from '../../../../protocols/udp.ts';
import type { LineContext } from '../context.ts';
import type { TransportState } from '../transport-state.ts';
import { printGeneve } from './geneve.ts';
import { printMpls } from './mpls.ts';

/** In the order in which the ports are looked for. */
const printers = [
  [TunnelPort.otv, printOtv],
  [TunnelPort.vxlan, printVxlan],
  [TunnelPort.geneve, printGeneve],
  [TunnelPort.vxlanGpe, printVxlanGpe],
  [TunnelPort.mpls, printMpls],
] as const;

/**
 * Prints the payload, of `length` bytes, of the UDP datagram at `start` where it comes from or goes to the port of a
 * tunnel; undefined where it does not.
 */
export function printUdpTunnel(
  line: LineContext,
  state: TransportState,
  start: number,
  length: number,
): boolean | undefined {
  const source = u16be(line.bytes, start);
  const destination = u16be(line.bytes, start + 2);
  for (const [port, print] of printers) {
    if (port === source || port === destination) return print(line, state, start + udpHeaderLength, length);
  }
  return undefined;
}

/** The bit that says that the network identifier holds. */
const identifierFlag = 0x08;

/** Source: RFC 7348 §5. */
function printVxlan(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { bytes, out } = line;
  line.layer = 'vxlan';
  out.text('VXLAN');
  if (length < tunnelHeaderLength) return invalid(line);
  if (!line.has(start, 1)) return false;
  const flags = u8(bytes, start);
  const names = (flags & identifierFlag) === 0 ? 'invalid' : 'I';
  out.text(`, flags [${names}] (0x${flags.toString(16).padStart(2, '0')}), `);
  if (!line.has(start, 7)) return false;
  out.text(`vni ${networkIdentifier(bytes, start)}\n`);
  return printFrame(line, state, start, length);
}

/** Source: draft-hasmit-otv-04 §3. */
function printOtv(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { bytes, out } = line;
  line.layer = 'otv';
  out.text('OTV, ');
  if (length < tunnelHeaderLength) {
    out.text(`[length ${length} < ${tunnelHeaderLength}]`);
    invalid(line);
    return line.has(start, length);
  }
  if (!line.has(start, 1)) return false;
  const flags = u8(bytes, start);
  out.text(`flags [${(flags & identifierFlag) === 0 ? '.' : 'I'}] (0x${flags.toString(16).padStart(2, '0')}), `);
  if (!line.has(start, 4)) return false;
  out.text(`overlay ${u32be(bytes, start) & 0xff_ffff}, `);
  if (!line.has(start, 7)) return false;
  out.text(`instance ${networkIdentifier(bytes, start)}\n`);
  return printFrame(line, state, start, length);
}

function printFrame(line: LineContext, state: TransportState, start: number, length: number): boolean {
  if (!line.has(start, tunnelHeaderLength)) return false;
  return state.inner.ethernet(line, state, start + tunnelHeaderLength, length - tunnelHeaderLength);
}

const gpeFlagNames: readonly (readonly [number, string])[] = [
  [identifierFlag, 'I'],
  [0x04, 'P'],
  [0x02, 'B'],
  [0x01, 'O'],
];

/** Source: draft-ietf-nvo3-vxlan-gpe-12 §3. */
function printVxlanGpe(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { bytes, out, options } = line;
  line.layer = 'vxlan_gpe';
  out.text('VXLAN-GPE, ');
  if (length < tunnelHeaderLength) {
    out.text(` (len ${length} < ${tunnelHeaderLength})`);
    return invalid(line);
  }
  if (!line.has(start, 1)) return false;
  const flags = u8(bytes, start);
  const names = gpeFlagNames.filter(([flag]) => (flags & flag) !== 0).map(([, name]) => name);
  out.text(`flags [${names.join('') || 'none'}], `);
  if (!line.has(start, tunnelHeaderLength)) return false;
  out.text(`vni ${networkIdentifier(bytes, start)}`);
  out.text(options.verbose > 0 ? '\n    ' : ': ');
  const at = start + tunnelHeaderLength;
  const rest = length - tunnelHeaderLength;
  switch (u8(bytes, start + 3)) {
    case GpeProtocol.ipv4:
      return state.inner.etherPayload(line, state, EtherType.ipv4, at, rest) ?? true;
    case GpeProtocol.ipv6:
      return state.inner.etherPayload(line, state, EtherType.ipv6, at, rest) ?? true;
    case GpeProtocol.ethernet:
      return state.inner.ethernet(line, state, at, rest);
    case GpeProtocol.nsh:
      // What a service function path adds is not decoded.
      out.text('NSH');
      return true;
    default:
      out.text('ERROR: unknown-next-protocol');
      return invalid(line);
  }
}

function networkIdentifier(bytes: Uint8Array, start: number): number {
  return (u16be(bytes, start + 4) << 8) | u8(bytes, start + 6);
}

function invalid(line: LineContext): true {
  line.out.text(' (invalid)');
  return true;
}
