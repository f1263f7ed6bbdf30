import { EtherType } from '../../../protocols/link/ethernet.ts';
import { printArp } from './arp.ts';
import type { LineContext } from './context.ts';
import { printIp } from './ip.ts';
import { printIp6 } from './ip6.ts';
import type { TransportState } from './transport-state.ts';
import { printMpls } from './tunnel/mpls.ts';
import { printPpp, printPppoe } from './tunnel/ppp.ts';

/** Prints what follows an EtherType; undefined where that has no printer. False as for all printers. */
export function printEtherPayload(
  line: LineContext,
  state: TransportState,
  etherType: number,
  at: number,
  length: number,
): boolean | undefined {
  switch (etherType) {
    case EtherType.ipv4:
      return printIp(line, state, at, length);
    case EtherType.ipv6:
      return printIp6(line, state, at, length);
    case EtherType.arp:
    case EtherType.rarp:
      return printArp(line, at, length);
    case EtherType.mpls:
    case EtherType.mplsMulticast:
      return printMpls(line, state, at, length);
    case EtherType.pppoeDiscovery:
    case EtherType.pppoeSession:
      return printPppoe(line, state, at, length);
    case EtherType.ppp:
      if (length === 0) return true;
      line.out.text(': ');
      return printPpp(line, state, at, length);
    default:
      return undefined;
  }
}
