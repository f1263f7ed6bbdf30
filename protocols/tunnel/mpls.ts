import { u32be } from '../bytes.ts';
import type { Datagram } from '../datagram.ts';
import { skipToIp } from './inner.ts';

/** Source: RFC 3032 §2.1. */
export const mplsLabelLength = 4;

/** The bit that marks the last entry of a label stack. */
export const bottomOfStack = 0x100;

/**
 * Moves the network header in `out` behind a stack of labels. Labels name no protocol: what follows is told by the
 * version of IP in its first byte.
 */
export function skipLabels(bytes: Uint8Array, out: Datagram): boolean {
  let at = out.networkStart;
  for (;;) {
    if (at + mplsLabelLength > out.networkEnd) return false;
    const entry = u32be(bytes, at);
    at += mplsLabelLength;
    if ((entry & bottomOfStack) !== 0) return skipToIp(bytes, out, at);
  }
}
