import { u8, u32be } from '../../../../protocols/bytes.ts';
import { EtherType } from '../../../../protocols/link/ethernet.ts';
import { bottomOfStack, mplsLabelLength } from '../../../../protocols/tunnel/mpls.ts';
import type { LineContext } from '../context.ts';
import { hexAsciiDump } from '../hexdump.ts';
import type { TransportState } from '../transport-state.ts';

/** Labels up to 15 have a meaning of their own. Source: RFC 3032 §2.1. */
const reservedLabels = ['IPv4 explicit NULL', 'router alert', 'IPv6 explicit NULL', 'implicit NULL'];
const lastReserved = 15;

/** Prints the label stack at `start`, which has `length` bytes with what follows it, and that. Source: RFC 3032. */
export function printMpls(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { bytes, out, options } = line;
  line.layer = 'mpls';
  out.text('MPLS');
  let at = start;
  let entry = 0;
  do {
    if (length - (at - start) < mplsLabelLength) {
      out.text(' (invalid)');
      return line.has(at, length - (at - start));
    }
    if (!line.has(at, mplsLabelLength)) return false;
    entry = u32be(bytes, at);
    out.text(at > start && options.verbose > 0 ? '\n\t(label ' : ' (label ');
    printEntry(line, entry);
    at += mplsLabelLength;
  } while ((entry & bottomOfStack) === 0);

  const rest = length - (at - start);
  const etherType = etherTypeOf(line, entry >>> 12, at, rest);
  if (etherType === 'cut') return false;
  if (etherType === undefined) return true;
  if (etherType === 'unknown') {
    if (!line.dumpsUnknown) return true;
    hexAsciiDump(bytes, at, Math.min(line.end, at + rest), out);
    return line.has(at, rest);
  }
  out.text(options.verbose > 0 ? '\n\t' : ' ');
  return state.inner.etherPayload(line, state, etherType, at, rest) ?? true;
}

function printEntry(line: LineContext, entry: number): void {
  const { out } = line;
  const label = entry >>> 12;
  out.decimal(label);
  if (line.options.verbose > 0 && label <= lastReserved) out.text(` (${reservedLabels[label] ?? 'rsvd'})`);
  out.text(`, tc ${(entry >>> 9) & 7}`);
  if ((entry & bottomOfStack) !== 0) out.text(', [S]');
  out.text(`, ttl ${entry & 0xff})`);
}

/** What the last label leads to; undefined where nothing follows. */
function etherTypeOf(
  { bytes, end }: LineContext,
  label: number,
  at: number,
  length: number,
): number | 'unknown' | 'cut' | undefined {
  if (label === 0 || label === 3) return EtherType.ipv4;
  if (label === 2) return EtherType.ipv6;
  if (length < 1) return undefined;
  if (at >= end) return 'cut';
  const first = u8(bytes, at);
  if (first >= 0x45 && first <= 0x4f) return EtherType.ipv4;
  if (first >= 0x60 && first <= 0x6f) return EtherType.ipv6;
  return 'unknown';
}
