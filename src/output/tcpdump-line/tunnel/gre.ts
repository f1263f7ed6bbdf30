import { u8, u16be, u32be } from '../../../../protocols/bytes.ts';
import { EtherType } from '../../../../protocols/link/ethernet.ts';
import { GreFlag, greVersionMask } from '../../../../protocols/tunnel/gre.ts';
import { ipv4Address } from '../address.ts';
import type { LineContext } from '../context.ts';
import { etherTypeNames } from '../names.ts';
import type { TransportState } from '../transport-state.ts';
import { printPpp } from './ppp.ts';

const flagNames: readonly (readonly [number, string])[] = [
  [GreFlag.checksum, 'checksum present'],
  [GreFlag.routing, 'routing present'],
  [GreFlag.key, 'key present'],
  [GreFlag.sequence, 'sequence# present'],
  [GreFlag.strictSourceRoute, 'source routing present'],
  [GreFlag.acknowledgment, 'ack present'],
];

/** Address families of source routes. Source: RFC 1702. */
const RouteFamily = { ip: 0x0800, autonomousSystem: 0xfffe } as const;

/** What GRE can carry, as far as it is printed. */
const carried: ReadonlySet<number> = new Set([EtherType.ipv4, EtherType.ipv6, EtherType.mpls]);

/** Reads the fields of one header after the other, as far as they were captured and the IP header claims them. */
class Fields {
  readonly #line: LineContext;
  readonly #claimedEnd: number;
  at: number;

  constructor(line: LineContext, start: number, length: number) {
    this.#line = line;
    this.#claimedEnd = start + length;
    this.at = start;
  }

  get left(): number {
    return this.#claimedEnd - this.at;
  }

  /** Offset of the next field of so many bytes; -1 where it is cut. */
  take(length: number): number {
    const { at } = this;
    if (!this.#line.has(at, length) || this.left < length) return -1;
    this.at += length;
    return at;
  }
}

/** Prints the GRE header at `start`, of which the IP header claims `length` bytes, and what it carries. */
export function printGre(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { bytes, out } = line;
  line.layer = 'gre';
  const fields = new Fields(line, start, length);
  if (fields.take(2) < 0) return cut(line);
  const flags = u16be(bytes, start);
  const version = flags & greVersionMask;
  out.text('GREv');
  out.decimal(version);
  if (version > 1) {
    out.text(' ERROR: unknown-version');
    return true;
  }
  if (line.options.verbose > 0) {
    const names = flagNames.filter(([flag]) => (flags & flag) !== 0).map(([, name]) => name);
    out.text(`, Flags [${names.join(', ') || 'none'}]`);
  }
  const protocolAt = fields.take(2);
  if (protocolAt < 0) return cut(line);
  const protocol = u16be(bytes, protocolAt);
  const isWhole = version === 0 ? printOptional(line, fields, flags) : printEnhanced(line, fields, flags);
  if (!isWhole) return cut(line);
  if (line.options.linkHeader)
    out.text(`, proto ${etherTypeNames.get(protocol) ?? 'unknown'} (0x${protocol.toString(16).padStart(4, '0')})`);
  out.text(', length ');
  out.decimal(length);
  if (version === 1 && (flags & GreFlag.sequence) === 0) return true;
  out.text(line.options.verbose > 0 ? '\n\t' : ': ');
  return printCarried(line, state, fields, version, protocol);
}

/** Not as where other headers are cut: a dump leaves the link header out. */
function cut(line: LineContext): true {
  line.truncated();
  return true;
}

function printCarried(
  line: LineContext,
  state: TransportState,
  { at, left }: Fields,
  version: number,
  protocol: number,
): boolean {
  if (version === 1 && protocol === EtherType.ppp) return printPpp(line, state, at, left);
  if (version === 0 && protocol === EtherType.transparentEthernet) return state.inner.ethernet(line, state, at, left);
  const printed =
    version === 0 && carried.has(protocol) ? state.inner.etherPayload(line, state, protocol, at, left) : undefined;
  if (printed !== undefined) return printed;
  line.out.text(`gre-proto-0x${protocol.toString(16)}`);
  return true;
}

/** Sources: RFC 1701, RFC 2784, RFC 2890. */
function printOptional(line: LineContext, fields: Fields, flags: number): boolean {
  const { bytes, out } = line;
  if ((flags & (GreFlag.checksum | GreFlag.routing)) !== 0) {
    const sum = fields.take(2);
    if (sum < 0) return false;
    if (line.options.verbose > 0) out.text(`, sum 0x${u16be(bytes, sum).toString(16)}`);
    const offset = fields.take(2);
    if (offset < 0) return false;
    out.text(`, off 0x${u16be(bytes, offset).toString(16)}`);
  }
  if ((flags & GreFlag.key) !== 0) {
    const key = fields.take(4);
    if (key < 0) return false;
    out.text(`, key=0x${u32be(bytes, key).toString(16)}`);
  }
  if ((flags & GreFlag.sequence) !== 0 && !printNumber(line, fields, ', seq ')) return false;
  return (flags & GreFlag.routing) === 0 || printRouting(line, fields);
}

/** Version 1. Source: RFC 2637 §4.1. */
function printEnhanced(line: LineContext, fields: Fields, flags: number): boolean {
  const { bytes, out } = line;
  if ((flags & GreFlag.key) !== 0) {
    const key = fields.take(4);
    if (key < 0) return false;
    out.text(', call ');
    out.decimal(u16be(bytes, key + 2));
  }
  if ((flags & GreFlag.sequence) !== 0 && !printNumber(line, fields, ', seq ')) return false;
  if ((flags & GreFlag.acknowledgment) !== 0 && !printNumber(line, fields, ', ack ')) return false;
  if ((flags & GreFlag.sequence) === 0) out.text(', no-payload');
  return true;
}

function printNumber(line: LineContext, fields: Fields, name: string): boolean {
  const at = fields.take(4);
  if (at < 0) return false;
  line.out.text(name);
  line.out.decimal(u32be(line.bytes, at));
  return true;
}

/** Source route entries, up to an empty one. Source: RFC 1701. */
function printRouting(line: LineContext, fields: Fields): boolean {
  const { bytes, out } = line;
  for (;;) {
    const at = fields.take(4);
    if (at < 0) return false;
    const family = u16be(bytes, at);
    const offset = u8(bytes, at + 2);
    const length = u8(bytes, at + 3);
    if (family === 0 && length === 0) return true;
    if (family === RouteFamily.ip || family === RouteFamily.autonomousSystem) {
      out.text(family === RouteFamily.ip ? ', (rtaf=ip' : ', (rtaf=asn');
      const isWhole = printRoute(line, fields, offset, length, family === RouteFamily.ip ? 4 : 2);
      out.byte(0x29);
      if (!isWhole) return false;
    } else {
      out.text(`, (rtaf=0x${family.toString(16)})`);
    }
    if (fields.left < length) return false;
    fields.at += length;
  }
}

/** The hops of one entry, each of `size` bytes; the next one is marked. */
function printRoute(line: LineContext, fields: Fields, offset: number, length: number, size: 2 | 4): boolean {
  const { bytes, out } = line;
  if (offset % size !== 0) out.text(`, badoffset=${offset}`);
  else if (length % size !== 0) out.text(`, badlength=${length}`);
  else if (offset >= length) out.text(`, badoff/len=${offset}/${length}`);
  else {
    for (let index = 0; index < length; index += size) {
      const at = fields.at + index;
      if (!line.has(at, size) || fields.left - index < size) return false;
      out.text(index === offset ? ' *' : ' ');
      if (size === 4) ipv4Address(bytes, at, out);
      else out.hex(u16be(bytes, at));
    }
  }
  return true;
}
