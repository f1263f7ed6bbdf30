import { u8, u16be } from '../../../../protocols/bytes.ts';
import { EtherType } from '../../../../protocols/link/ethernet.ts';
import {
  PppProtocol,
  pppAddressAndControl,
  pppoeHeaderLength,
  pppoeSessionCode,
} from '../../../../protocols/tunnel/ppp.ts';
import type { LineContext } from '../context.ts';
import type { TransportState } from '../transport-state.ts';

/** Van Jacobson's compression, of a packet that is not compressed. */
const vanJacobsonUncompressed = 0x002f;
/** What the BSDs' daemon puts in front, instead of the address: in, and out. */
const daemonIn = 0x0003;
const daemonOut = 0x0103;

const protocolNames: ReadonlyMap<number, string> = new Map([
  [PppProtocol.ipv4, 'IP'],
  [0x0023, 'OSI'],
  [0x0025, 'NS'],
  [0x0027, 'DECNET'],
  [0x0029, 'APPLE'],
  [0x002b, 'IPX'],
  [0x002d, 'VJC IP'],
  [vanJacobsonUncompressed, 'VJNC IP'],
  [0x0031, 'BRPDU'],
  [0x0033, 'STII'],
  [0x0035, 'VINES'],
  [PppProtocol.mpls, 'MPLS'],
  [PppProtocol.mplsMulticast, 'MPLS'],
  [0x00fd, 'Compressed'],
  [0x003d, 'MLPPP'],
  [PppProtocol.ipv6, 'IP6'],
  [0x8021, 'IPCP'],
  [0x8023, 'OSICP'],
  [0x8057, 'IP6CP'],
  [0x8281, 'MPLSCP'],
  [0xc021, 'LCP'],
  [0xc023, 'PAP'],
  [0xc025, 'LQM'],
  [0xc223, 'CHAP'],
  [0xc227, 'EAP'],
  [0xc02b, 'BACP'],
  [0xc02d, 'BAP'],
  [0x80fd, 'CCP'],
]);

/** Control protocols that share one form. Source: RFC 1661 §5. */
const controlProtocols: ReadonlySet<number> = new Set([0xc021, 0x8021, 0x8023, 0x8281, 0x8057, 0x80fd, 0xc02b]);

const codeNames: readonly string[] = [
  'Vendor-Extension',
  'Conf-Request',
  'Conf-Ack',
  'Conf-Nack',
  'Conf-Reject',
  'Term-Request',
  'Term-Ack',
  'Code-Reject',
  'Prot-Reject',
  'Echo-Request',
  'Echo-Reply',
  'Disc-Req',
  'Ident',
  'Time-Rem',
  'Reset-Req',
  'Reset-Ack',
];

/** Which EtherType stands for what PPP carries. */
const etherTypes: ReadonlyMap<number, number> = new Map<number, number>([
  [PppProtocol.ipv4, EtherType.ipv4],
  [vanJacobsonUncompressed, EtherType.ipv4],
  [EtherType.ipv4, EtherType.ipv4],
  [PppProtocol.ipv6, EtherType.ipv6],
  [EtherType.ipv6, EtherType.ipv6],
  [PppProtocol.mpls, EtherType.mpls],
  [PppProtocol.mplsMulticast, EtherType.mpls],
]);

/** Prints the PPP packet at `start`, of `length` bytes. With -v tcpdump prints the options of control protocols, too. */
export function printPpp(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { bytes, out, options } = line;
  line.layer = 'ppp';
  if (length < 2) return cut(line);
  if (!line.has(start, 2)) return false;
  let at = start;
  const first = u16be(bytes, at);
  if (first === pppAddressAndControl || first === daemonIn || first === daemonOut) {
    if (options.linkHeader && first !== pppAddressAndControl) out.text(first === daemonIn ? 'In  ' : 'Out ');
    at += 2;
  }
  if (length - (at - start) < 2) return cut(line);
  if (!line.has(at, 1)) return false;
  const isShort = u8(bytes, at) % 2 === 1;
  if (!isShort && !line.has(at, 2)) return false;
  const protocol = isShort ? u8(bytes, at) : u16be(bytes, at);
  at += isShort ? 1 : 2;
  const name = protocolNames.get(protocol);
  if (options.linkHeader) {
    out.text(`${name ?? 'unknown'} (0x${protocol.toString(16).padStart(4, '0')}), length ${length}`);
    if (name === undefined) return true;
    out.text(': ');
  }
  const rest = length - (at - start);
  const etherType = etherTypes.get(protocol);
  if (etherType !== undefined) return state.inner.etherPayload(line, state, etherType, at, rest) ?? true;
  if (controlProtocols.has(protocol)) return printControl(line, name ?? '', at, rest);
  if (protocol === 0x00fd) out.text('compressed PPP data');
  else out.text(`${name ?? `unknown PPP protocol (0x${protocol.toString(16).padStart(4, '0')})`} `);
  return true;
}

function cut(line: LineContext): true {
  line.truncated();
  return true;
}

/** Source: RFC 1661 §5. The options behind it are not decoded. */
function printControl(line: LineContext, name: string, at: number, length: number): boolean {
  const { bytes, out } = line;
  out.text(`${name}, `);
  if (length < 4 || !line.has(at, 2)) {
    out.text(`[|${name}]`);
    return true;
  }
  const code = u8(bytes, at);
  const codeText = codeNames[code] ?? 'Unknown Opcode';
  out.text(`${codeText} (0x${code.toString(16).padStart(2, '0')}), id ${u8(bytes, at + 1)}, length ${length + 2}`);
  if (line.options.verbose === 0) return true;
  if (!line.has(at, 4)) return false;
  const encoded = u16be(bytes, at + 2);
  out.text(`\n\tencoded length ${encoded} `);
  if (encoded < 4) out.text('(< 4))');
  else if (encoded > length) out.text(`(> packet length ${length}))`);
  else out.text(`(=Option(s) length ${encoded - 4})`);
  return true;
}

const pppoeCodeNames: ReadonlyMap<number, string> = new Map([
  [0x09, 'PADI'],
  [0x07, 'PADO'],
  [0x19, 'PADR'],
  [0x65, 'PADS'],
  [0xa7, 'PADT'],
  [pppoeSessionCode, ''],
]);
const padi = 0x09;
/** An Ethernet frame's worth, less the header. Source: RFC 2516 §5.1. */
const longestPadi = 1484 - pppoeHeaderLength;

const tagNames: ReadonlyMap<number, string> = new Map([
  [0x0000, 'EOL'],
  [0x0101, 'Service-Name'],
  [0x0102, 'AC-Name'],
  [0x0103, 'Host-Uniq'],
  [0x0104, 'AC-Cookie'],
  [0x0105, 'Vendor-Specific'],
  [0x0110, 'Relay-Session-ID'],
  [0x0120, 'PPP-Max-Payload'],
  [0x0201, 'Service-Name-Error'],
  [0x0202, 'AC-System-Error'],
  [0x0203, 'Generic-Error'],
]);
const longestTagText = 79;

/** Prints the PPPoE packet at `start`; the frame has `length` bytes from there on. Source: RFC 2516 §4. */
export function printPppoe(line: LineContext, state: TransportState, start: number, length: number): boolean {
  const { bytes, out } = line;
  line.layer = 'pppoe';
  if (length < pppoeHeaderLength) {
    out.text(` (length ${length} < ${pppoeHeaderLength}) (invalid)`);
    return true;
  }
  if (!line.has(start, pppoeHeaderLength)) return false;
  const first = u8(bytes, start);
  const code = u8(bytes, start + 1);
  const session = u16be(bytes, start + 2);
  const claimed = u16be(bytes, start + 4);
  const rest = length - pppoeHeaderLength;
  if (first >> 4 !== 1) out.text(` [ver ${first >> 4}]`);
  if ((first & 15) !== 1) out.text(` [type ${first & 15}]`);
  out.text(`PPPoE ${pppoeCodeNames.get(code) ?? `PAD-${code.toString(16)}`}`);
  if (code === padi && claimed > longestPadi) out.text(` [len ${claimed}!]`);
  if (claimed > rest) out.text(` [len ${claimed} > ${rest}!]`);
  if (session !== 0) out.text(` [ses 0x${session.toString(16)}]`);
  const at = start + pppoeHeaderLength;
  const payloadLength = Math.min(claimed, rest);
  if (code !== pppoeSessionCode) return printTags(line, at, at + payloadLength);
  out.byte(0x20);
  return printPpp(line, state, at, payloadLength);
}

/** The tags of a discovery packet. Source: RFC 2516 §5 and appendix A. */
function printTags(line: LineContext, start: number, end: number): boolean {
  const { bytes, out } = line;
  let at = start;
  let type = -1;
  while (type !== 0 && at < end) {
    if (!line.has(at, 4)) return false;
    type = u16be(bytes, at);
    const length = u16be(bytes, at + 2);
    at += 4;
    const name = tagNames.get(type) ?? `TAG-0x${type.toString(16)}`;
    if (length === 0) {
      out.text(` [${name}]`);
      continue;
    }
    if (!line.has(at, length)) return false;
    out.text(` [${name} ${tagText(bytes.subarray(at, at + length))}]`);
    at += length;
  }
  return true;
}

/** As text where most of it is, else in hexadecimal. */
function tagText(value: Uint8Array): string {
  const shown = [...value.subarray(0, longestTagText)];
  const isText = (byte: number): boolean => byte >= 0x20 && byte < 0x7f;
  if (shown.filter(isText).length * 2 > shown.length) {
    return `"${shown.map((byte) => (isText(byte) ? String.fromCharCode(byte) : '.')).join('')}"`;
  }
  return `0x${[...value].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')}`;
}
