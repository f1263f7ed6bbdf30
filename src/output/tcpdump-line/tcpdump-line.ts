import type { AnomalyCounters } from '../../../protocols/anomaly.ts';
import { u16be } from '../../../protocols/bytes.ts';
import { ipv4HeaderLength } from '../../../protocols/ip/ipv4.ts';
import { ipv6HeaderLength } from '../../../protocols/ip/ipv6.ts';
import { defaultLimits, type Limits } from '../../../protocols/limits.ts';
import type { CapturedPacket } from '../../../protocols/packet.ts';
import { ByteWriter } from '../../byte-writer.ts';
import { LineContext, type LineOptions } from './context.ts';
import { ConversationPrinter } from './conversation.ts';
import { asciiDump, hexAsciiDump, hexDump } from './hexdump.ts';
import { IpHeader } from './ip-header.ts';
import { interfaceText, printInnerEthernet, printLink } from './link.ts';
import { printEtherPayload } from './network.ts';
import { RelativeSequence } from './relative-sequence.ts';
import { TimestampPrinter } from './time.ts';
import type { TransportState } from './transport-state.ts';

/** What the sequence numbers of a connection's client and server are counted from in its lines. */
export interface LineBases {
  readonly client: number;
  readonly server: number;
}

const fractionOfZero = '.000000 ';

/** No packet is longer, in tcpdump's view. */
const maximumPacketLength = 262_144;

/**
 * Prints packets as `tcpdump -n` 4.99 does. It remembers where conversations began, and when the last packet
 * came: one object serves one capture, packet by packet in order.
 */
export class TcpdumpLine {
  readonly #options: LineOptions;
  readonly #time: TimestampPrinter;
  readonly #state: TransportState;
  #context: LineContext | null = null;
  #linkLength = 0;
  /** What a packet that is not shown would print; nobody reads it. Made when there is the first one. */
  #unseen: ByteWriter | undefined;

  /** `anomalies` counts conversations that had to be forgotten. */
  constructor(options: LineOptions, limits: Limits = defaultLimits, anomalies?: AnomalyCounters) {
    const forgets = (conversations: number): void => anomalies?.count('lineConversationLimit', conversations);
    const { service } = options;
    this.#options = options;
    this.#time = new TimestampPrinter(options.timestamps);
    this.#state = {
      ip: new IpHeader(),
      tcpConversation: new ConversationPrinter(service?.name, service?.tcp),
      udpConversation: new ConversationPrinter(service?.name, service?.udp),
      relative4: new RelativeSequence(1, limits.lineConversations, forgets),
      relative6: new RelativeSequence(4, limits.lineConversations, forgets),
      inner: { etherPayload: printEtherPayload, ethernet: printInnerEthernet },
    };
  }

  /** Appends the packet's own text, up to where a decoder of its payload would go on. */
  begin(captured: CapturedPacket, out: ByteWriter): void {
    const packet = this.#withoutPayload(captured);
    if (this.#options.packetNumber) printNumber(packet.number, out);
    if (isInvalid(packet)) {
      printInvalid(packet, out);
      return;
    }
    // Captures store 32 bits of seconds, and tcpdump takes them as signed.
    this.#time.print(packet.seconds | 0, Math.floor(packet.nanoseconds / 1000), out);
    this.#printPacket(packet, out);
  }

  /**
   * Takes notice of a packet that is not shown: it may begin a conversation, from which the lines behind it count their
   * sequence numbers. Times are those between the lines that are shown.
   */
  follow(packet: CapturedPacket): void {
    if (this.#options.numbers !== undefined)
      this.#time.begin(packet.seconds | 0, Math.floor(packet.nanoseconds / 1000));
    if (isInvalid(packet) || this.#options.absoluteSequence || this.#options.quiet > 0) return;
    this.#unseen ??= new ByteWriter(4096);
    this.#printPacket(packet, this.#unseen);
    this.#unseen.clear();
  }

  /** What the numbers of the last TCP line are counted from; 0 where they print as they are. */
  get sequenceBases(): { readonly sequence: number; readonly acknowledgment: number } {
    const { ip, relative4, relative6 } = this.#state;
    const { sequenceBase, acknowledgmentBase } = ip.version === 4 ? relative4 : relative6;
    return { sequence: sequenceBase, acknowledgment: acknowledgmentBase };
  }

  /** What stands in every line of this second before the fraction, and whether there is one; see `timestamps`. */
  clockText(seconds: number): { readonly text: string; readonly hasFraction: boolean } {
    const out = new ByteWriter(64);
    this.#time.print(seconds | 0, 0, out);
    const text = out.toString();
    const hasFraction = text.endsWith(fractionOfZero);
    return { text: hasFraction ? text.slice(0, -fractionOfZero.length) : text, hasFraction };
  }

  /** How lines of Linux cooked v2 begin, behind the time. */
  interfaceText(index: number): string {
    return interfaceText(this.#options, index);
  }

  /**
   * How lines name the ends of a TCP connection. `ends`: an IP header with the addresses, and the ports behind it, as the
   * client sends them.
   */
  endsOf(ends: Uint8Array, version: 4 | 6): { readonly client: string; readonly server: string } {
    const { ip, tcpConversation } = this.#state;
    this.#unseen ??= new ByteWriter(4096);
    const out = this.#unseen;
    this.#context ??= new LineContext(this.#options, out);
    const line = this.#context;
    line.out = out;
    line.bytes = ends;
    line.end = ends.length;
    ip.begin(version, 0);
    tcpConversation.print(line, ip, version === 4 ? ipv4HeaderLength : ipv6HeaderLength);
    const text = out.toString();
    out.clear();
    const between = text.indexOf(' > ');
    return { client: text.slice(0, between), server: text.slice(between + ' > '.length, -': '.length) };
  }

  /** What the sequence numbers of client and server are counted from in lines; lines of both were printed before. */
  basesOf(ends: Uint8Array, version: 4 | 6): LineBases {
    const relative = this.#lookUp(ends, version, 0, 0, false);
    return { client: relative.sequenceBase, server: relative.acknowledgmentBase };
  }

  /** From now on they are counted from there: somebody else has printed the lines before. */
  setBases(ends: Uint8Array, version: 4 | 6, { client, server }: LineBases): void {
    this.#lookUp(ends, version, client, server + 1, true);
  }

  #lookUp(
    ends: Uint8Array,
    version: 4 | 6,
    sequence: number,
    acknowledgment: number,
    startsAnew: boolean,
  ): RelativeSequence {
    const { ip, relative4, relative6 } = this.#state;
    ip.begin(version, 0);
    const { source, destination } = ip;
    const ports = version === 4 ? ipv4HeaderLength : ipv6HeaderLength;
    const relative = version === 4 ? relative4 : relative6;
    const client = u16be(ends, ports);
    relative.lookUp(ends, source, destination, client, u16be(ends, ports + 2), sequence, acknowledgment, startsAnew);
    return relative;
  }

  /** How often conversations were forgotten, or put where they will be. */
  get generation(): number {
    return this.#state.relative4.generation + this.#state.relative6.generation;
  }

  /** Where what is carried is hidden, and its line would tell of it: the packet without that. */
  #withoutPayload(packet: CapturedPacket): CapturedPacket {
    const { mask } = this.#options;
    if (mask === undefined) return packet;
    const masked = mask.of(packet);
    return mask.isSafe ? packet : masked;
  }

  #printPacket(packet: CapturedPacket, out: ByteWriter): void {
    this.#context ??= new LineContext(this.#options, out);
    const line = this.#context;
    line.out = out;
    line.bytes = packet.bytes;
    line.end = packet.end;
    line.linkLength = 0;
    if (!printLink(line, this.#state, packet)) {
      line.truncated();
      // What was cut is dumped with its link header.
      line.linkLength = 0;
    }
    this.#linkLength = line.linkLength;
  }

  /** Appends the end of the line, and the dump that -x, -X or -A asks for. */
  finish(captured: CapturedPacket, out: ByteWriter): void {
    const packet = this.#options.mask?.of(captured) ?? captured;
    const { hex, hexAscii, ascii } = this.#options;
    if ((hex > 0 || hexAscii > 0 || ascii > 0) && !isInvalid(packet)) {
      const withLink = (hexAscii || hex || ascii) > 1;
      const start = packet.start + (withLink ? 0 : this.#linkLength);
      if (start < packet.end) {
        if (hexAscii > 0) hexAsciiDump(packet.bytes, start, packet.end, out);
        else if (hex > 0) hexDump(packet.bytes, start, packet.end, out);
        else asciiDump(packet.bytes, start, packet.end, out);
      }
    }
    out.byte(0x0a);
  }
}

function printNumber(number: number, out: ByteWriter): void {
  for (let limit = 10000; limit > number && limit > 1; limit /= 10) out.byte(0x20);
  out.decimal(number);
  out.text('  ');
}

/** True for a record whose lengths contradict each other; nothing else of it is printed. */
function isInvalid(packet: CapturedPacket): boolean {
  const captured = packet.end - packet.start;
  return captured === 0 || packet.originalLength < captured || packet.originalLength > maximumPacketLength;
}

function printInvalid(packet: CapturedPacket, out: ByteWriter): void {
  const captured = packet.end - packet.start;
  const { originalLength } = packet;
  const reasons: string[] = [];
  if (captured === 0) reasons.push(' caplen==0');
  if (originalLength === 0) reasons.push(' len==0');
  else if (originalLength < captured) reasons.push(` len(${originalLength}) < caplen(${captured})`);
  if (captured > maximumPacketLength) reasons.push(` caplen(${captured}) > ${maximumPacketLength}`);
  if (originalLength > maximumPacketLength) reasons.push(` len(${originalLength}) > ${maximumPacketLength}`);
  out.text('[Invalid header:');
  out.text(reasons.join(','));
  out.byte(0x5d);
}
