import { IpProtocol } from '../../../protocols/ip/protocol-number.ts';
import { parseIpv4, parseIpv6, prefixMask } from './addresses.ts';
import { FilterError } from './filter-error.ts';
import type { Token } from './lexer.ts';
import { serviceByName } from './services.ts';
import type { Direction, Expression } from './tree.ts';

/** What stands before a value. */
export interface Qualifiers {
  readonly protocol: string | undefined;
  readonly direction: Direction;
  readonly type: 'host' | 'net' | 'port' | 'portrange';
}

/** What may follow an address: `/8` or `mask 255.0.0.0`. */
interface Suffix {
  readonly kind: 'prefix' | 'mask';
  readonly token: Token;
}

const highestPort = 65_535;

/** The expression for one value with its qualifiers. Throws a `FilterError`. */
export function primitive(qualifiers: Qualifiers, value: Token, suffix: Suffix | undefined): Expression {
  const { type, protocol } = qualifiers;
  if (type === 'port' || type === 'portrange') {
    if (protocol === 'ip' || protocol === 'ip6') throw wrong(value, `"${protocol} ${type}" is not possible`);
    if (suffix !== undefined) throw wrong(suffix.token, 'a port has no mask');
    return type === 'port' ? port(qualifiers, value) : portRange(qualifiers, value);
  }
  if (protocol === 'tcp' || protocol === 'udp') throw wrong(value, `"${protocol} ${type}" is not possible`);
  if (value.kind === 'ipv6') return address6(qualifiers, value, suffix);
  return address4(qualifiers, value, suffix);
}

function address4(qualifiers: Qualifiers, value: Token, suffix: Suffix | undefined): Expression {
  if (value.kind === 'word') throw wrong(value, 'names are not looked up, use an address');
  if (qualifiers.protocol === 'ip6') throw wrong(value, '"ip6" does not go with an IPv4 address');
  const { direction } = qualifiers;
  const arp = qualifiers.protocol === undefined;
  if (value.kind === 'number') {
    if (suffix !== undefined) throw wrong(suffix.token, `write the network with a dot, as in ${value.text}.0`);
    return { kind: 'address4', direction, arp, ...shortAddress(value, qualifiers.type) };
  }
  const parsed = parseIpv4(value.text);
  if (parsed === undefined) throw wrong(value, 'not an IPv4 address');
  const { address, parts } = parsed;
  const mask = suffix === undefined ? prefixMask(parts * 8) : mask4(qualifiers, suffix);
  if (suffix !== undefined && (address & ~mask) !== 0) throw wrong(value, 'bits outside the mask are set');
  return { kind: 'address4', direction, arp, address, mask };
}

/** A lone number is an address; as a network its first byte that is not 0 comes first: `net 10` is 10.0.0.0/8. */
function shortAddress(value: Token, type: Qualifiers['type']): { address: number; mask: number } {
  let address = wholeNumber(value);
  let mask = 0xffffffff;
  while (type === 'net' && address !== 0 && address < 0x0100_0000) {
    address = (address << 8) >>> 0;
    mask = (mask << 8) >>> 0;
  }
  return { address, mask };
}

function mask4(qualifiers: Qualifiers, { kind, token }: Suffix): number {
  if (qualifiers.type !== 'net') throw wrong(token, 'a mask is possible only after "net"');
  if (kind === 'prefix') return prefixMask(prefixLength(token, 32));
  const mask = token.kind === 'ipv4' ? parseIpv4(token.text) : undefined;
  if (mask === undefined) throw wrong(token, 'not a mask');
  return mask.address;
}

function address6(qualifiers: Qualifiers, value: Token, suffix: Suffix | undefined): Expression {
  if (qualifiers.protocol === 'ip') throw wrong(value, '"ip" does not go with an IPv6 address');
  const address = parseIpv6(value.text);
  if (address === undefined) throw wrong(value, 'not an IPv6 address');
  if (suffix?.kind === 'mask') throw wrong(suffix.token, 'an IPv6 network is written with /');
  const length = suffix === undefined ? 128 : prefixLength(suffix.token, 128);
  const mask = address.map((_, index) => prefixMask(length - index * 32));
  if (address.some((word, index) => (word & ~(mask[index] ?? 0)) !== 0))
    throw wrong(value, 'bits outside the prefix are set');
  if (qualifiers.type === 'host' && length !== 128 && suffix !== undefined)
    throw wrong(suffix.token, 'a prefix is possible only after "net"');
  return { kind: 'address6', direction: qualifiers.direction, address, mask };
}

function prefixLength(token: Token, longest: number): number {
  if (token.kind !== 'number') throw wrong(token, 'not a prefix length');
  const length = wholeNumber(token);
  if (length > longest) throw wrong(token, `a prefix has at most ${longest} bits`);
  return length;
}

function port(qualifiers: Qualifiers, value: Token): Expression {
  const { direction } = qualifiers;
  if (value.kind === 'number') {
    const number = portNumber(value);
    return { kind: 'ports', direction, low: number, high: number, protocols: carriers(qualifiers, undefined) };
  }
  if (value.kind !== 'word') throw wrong(value, 'not a port');
  const named = namedPort(qualifiers, value, value.text);
  return {
    kind: 'ports',
    direction,
    low: named.number,
    high: named.number,
    protocols: carriers(qualifiers, named.only),
  };
}

function portRange(qualifiers: Qualifiers, value: Token): Expression {
  if (value.kind === 'number') return port(qualifiers, value);
  if (value.kind !== 'word') throw wrong(value, 'not a range of ports');
  const dash = value.text.indexOf('-');
  const ends = dash < 0 ? [value.text, value.text] : [value.text.slice(0, dash), value.text.slice(dash + 1)];
  const [first, last] = ends.map((text) =>
    /^\d+$/.test(text)
      ? { number: portNumber({ ...value, text }), only: undefined }
      : namedPort(qualifiers, value, text),
  );
  if (first === undefined || last === undefined) throw wrong(value, 'not a range of ports');
  const only = first.only === last.only ? first.only : undefined;
  return {
    kind: 'ports',
    direction: qualifiers.direction,
    low: Math.min(first.number, last.number),
    high: Math.max(first.number, last.number),
    protocols: carriers(qualifiers, only),
  };
}

/** A service's port, and its transport where it has the name for one only: then libpcap looks at no other. */
function namedPort(qualifiers: Qualifiers, token: Token, name: string): { number: number; only: number | undefined } {
  const service = serviceByName(name.replace(/^\\/, ''));
  if (service === undefined) throw wrong(token, 'no port of that name is known');
  const { tcp, udp } = service;
  if ((qualifiers.protocol === 'tcp' && !tcp) || (qualifiers.protocol === 'udp' && !udp))
    throw wrong(token, `not a port of ${qualifiers.protocol}`);
  const only = tcp && udp ? undefined : tcp ? IpProtocol.tcp : IpProtocol.udp;
  return { number: service.port, only };
}

function carriers(qualifiers: Qualifiers, only: number | undefined): readonly number[] {
  if (qualifiers.protocol === 'tcp') return [IpProtocol.tcp];
  if (qualifiers.protocol === 'udp') return [IpProtocol.udp];
  return only === undefined ? [IpProtocol.tcp, IpProtocol.udp, IpProtocol.sctp] : [only];
}

function portNumber(token: Token): number {
  const number = wholeNumber(token);
  if (number > highestPort) throw wrong(token, `ports end at ${highestPort}`);
  return number;
}

/** Decimal, hexadecimal with 0x, or octal with a leading 0. */
function wholeNumber(token: Token): number {
  const { text } = token;
  const octal = /^0[0-9]/.test(text);
  if (octal && /[89]/.test(text)) throw wrong(token, 'a number with a leading 0 is octal');
  const number = octal ? Number.parseInt(text, 8) : Number(text);
  if (number > 0xffffffff) throw wrong(token, 'the number is too large');
  return number;
}

function wrong(token: Token, why: string): FilterError {
  return new FilterError(`"${token.text}" at position ${token.position}: ${why}`, token.position);
}
