import { u8, u16be, u32be } from '../../../../protocols/bytes.ts';
import { EtherType } from '../../../../protocols/link/ethernet.ts';
import { tunnelHeaderLength } from '../../../../protocols/tunnel/udp-tunnel.ts';
import type { LineContext } from '../context.ts';
import { etherTypeNames } from '../names.ts';
import type { TransportState } from '../transport-state.ts';

/** From the highest bit on. */
const flagNames = ['O', 'C', 'R1', 'R2', 'R3', 'R4', 'R5', 'R6'];

const optionHeaderLength = 4;
const criticalOption = 0x80;

const optionClassNames: ReadonlyMap<number, string> = new Map([
  [0x0100, 'Linux'],
  [0x0101, 'Open vSwitch'],
  [0x0102, 'Open Virtual Networking (OVN)'],
  [0x0103, 'In-band Network Telemetry (INT)'],
  [0x0104, 'VMware'],
]);

/** Prints the GENEVE header at `start`, which has `length` bytes with what follows it, and that. Source: RFC 8926 §3. */
export function printGeneve(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { bytes, out, options } = line;
  line.layer = 'geneve';
  out.text('Geneve');
  if (length < tunnelHeaderLength) {
    out.text(` [length ${length} < ${tunnelHeaderLength}] (invalid)`);
    return true;
  }
  if (!line.has(start, tunnelHeaderLength)) return cut(line);
  const first = u8(bytes, start);
  if (first >> 6 !== 0) {
    out.text(` ERROR: unknown-version ${first >> 6}`);
    return true;
  }
  const protocol = u16be(bytes, start + 2);
  printHeader(line, start, protocol);
  const optionsLength = (first & 0x3f) * 4;
  const rest = length - tunnelHeaderLength;
  if (rest < optionsLength) {
    out.text(` truncated-geneve - ${optionsLength - rest} bytes missing`);
    return true;
  }
  const optionsStart = start + tunnelHeaderLength;
  if (!line.has(optionsStart, optionsLength)) return cut(line);
  if (optionsLength > 0) {
    out.text(', options [');
    if (options.verbose > 0) printOptions(line, optionsStart, optionsStart + optionsLength);
    else out.text(`${optionsLength} bytes`);
    out.byte(0x5d);
  }
  out.text(options.verbose > 0 ? '\n\t' : ': ');
  const at = optionsStart + optionsLength;
  const left = rest - optionsLength;
  if (protocol === EtherType.transparentEthernet) return state.inner.ethernet(line, state, at, left);
  const printed = state.inner.etherPayload(line, state, protocol, at, left);
  if (printed !== undefined) return printed;
  out.text(`geneve-proto-0x${protocol.toString(16)}`);
  return true;
}

function cut(line: LineContext): true {
  line.truncated();
  return true;
}

function printHeader(line: LineContext, start: number, protocol: number): void {
  const { bytes, out } = line;
  const flags = u8(bytes, start + 1);
  const names = flagNames.filter((_name, index) => (flags & (0x80 >> index)) !== 0);
  out.text(`, Flags [${names.join('') || 'none'}]`);
  out.text(`, vni 0x${(u32be(bytes, start + 4) >>> 8).toString(16)}`);
  const reserved = u8(bytes, start + 7);
  if (reserved !== 0) out.text(`, rsvd 0x${reserved.toString(16)}`);
  if (line.options.linkHeader)
    out.text(`, proto ${etherTypeNames.get(protocol) ?? 'unknown'} (0x${protocol.toString(16).padStart(4, '0')})`);
}

function printOptions(line: LineContext, start: number, end: number): void {
  const { bytes, out, options } = line;
  for (let at = start; at < end; ) {
    if (at > start) out.text(', ');
    const optionClass = u16be(bytes, at);
    const type = u8(bytes, at + 2);
    const length = optionHeaderLength + (u8(bytes, at + 3) & 0x1f) * 4;
    const critical = (type & criticalOption) === 0 ? '' : '(C)';
    out.text(`class ${className(optionClass)} (0x${optionClass.toString(16)}) type 0x${type.toString(16)}${critical}`);
    out.text(` len ${length}`);
    if (at + length > end) {
      out.text(' [bad length]');
      return;
    }
    if (options.verbose > 1 && length > optionHeaderLength) {
      out.text(' data');
      for (let word = at + optionHeaderLength; word < at + length; word += 4) {
        out.byte(0x20);
        out.paddedHex(u32be(bytes, word), 8);
      }
    }
    at += length;
  }
}

function className(optionClass: number): string {
  const name = optionClassNames.get(optionClass);
  if (name !== undefined) return name;
  if (optionClass <= 0x00ff) return 'Standard';
  return optionClass >= 0xfff0 ? 'Experimental' : 'Unknown';
}
