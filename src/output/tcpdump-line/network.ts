import { EtherType } from '../../../protocols/link/ethernet.ts';
import { printArp } from './arp.ts';
import type { LineContext } from './context.ts';
import { printIp } from './ip.ts';
import { printIp6 } from './ip6.ts';
import type { TransportState } from './transport-state.ts';

/** EtherTypes that {@link printEtherPayload} knows. */
export function isPrinted(etherType: number): boolean {
  return etherType === EtherType.ipv4 || etherType === EtherType.ipv6 || etherType === EtherType.arp;
}

/** Prints what follows an EtherType that {@link isPrinted}. */
export function printEtherPayload(
  line: LineContext,
  state: TransportState,
  etherType: number,
  at: number,
  length: number,
): boolean {
  if (etherType === EtherType.ipv4) return printIp(line, state, at, length);
  if (etherType === EtherType.ipv6) return printIp6(line, state, at, length);
  return printArp(line, at, length);
}
