import { AnomalyCounters } from '../../../protocols/anomaly.ts';
import { u16be } from '../../../protocols/bytes.ts';
import { Datagram } from '../../../protocols/datagram.ts';
import { dissect } from '../../../protocols/dissect.ts';
import type { Listener, UntoldBytes } from '../../../protocols/events.ts';
import { FragmentTable } from '../../../protocols/ip/fragments.ts';
import { IpProtocol } from '../../../protocols/ip/protocol-number.ts';
import type { Limits } from '../../../protocols/limits.ts';
import { type CapturedPacket, timeUsOf } from '../../../protocols/packet.ts';
import type { Arrival, ConnectionInfo } from '../../../protocols/protocol.ts';
import { decodeTcpSegment, TcpSegment, TcpStatus } from '../../../protocols/tcp/segment.ts';
import type { SegmentFact } from '../../../protocols/tcp/segment-facts.ts';
import type { Transaction } from '../../../protocols/transaction.ts';
import { decodeUdp, UdpDatagram, UdpStatus } from '../../../protocols/udp.ts';
import { explainAnswer } from './answer-page.ts';
import { explainCommand, type WireCodes } from './command-page.ts';
import type { Catalogue } from './en.ts';
import { Page } from './page.ts';
import { explainSegment } from './segment-page.ts';
import { type Circumstances, TcpWatch } from './tcp-watch.ts';

/** Things that one packet completes, as many as are explained. */
const shownThings = 40;

/** Bytes of memcached's own before what a datagram carries. */
const frameLength = 8;

/** Something that became certain with the packet under way. */
type Told =
  | { readonly kind: 'line' | 'block' | 'answer'; readonly request: Transaction; readonly hasCas: boolean }
  | { readonly kind: 'bytes'; readonly bytes: UntoldBytes }
  | { readonly kind: 'unasked' };

export interface ExplainerOptions {
  readonly texts: Catalogue;
  readonly codes: WireCodes;
  readonly isServerPort: (port: number) => boolean;
  readonly isServerUdpPort: (port: number) => boolean;
  /** Connections on any port are looked at: ports become a server's when it is recognized. */
  readonly looksAtAll: boolean;
  /** What lines show for the server's port; undefined for its number. */
  readonly portName: string | undefined;
  /** Lines begin with a time. */
  readonly isTimed: boolean;
  /** Sequence numbers are shown as they are (-S). */
  readonly isAbsolute: boolean;
  readonly isAnnotated: boolean;
  /** Only some commands are told: of the others nothing is said. */
  readonly isSelective: boolean;
  readonly limits: Limits;
}

/** What a line subtracts from the numbers of its segment; undefined where it shows none. */
export type LineBases = { readonly sequence: number; readonly acknowledgment: number } | undefined;

/** Makes the explanation of each packet, from what it holds and from what is told while it is processed. */
export class Explainer {
  readonly #options: ExplainerOptions;
  readonly #page: Page;
  readonly #watch: TcpWatch;
  readonly #fragments: FragmentTable;
  readonly #datagram = new Datagram();
  readonly #segment = new TcpSegment();
  readonly #udp = new UdpDatagram();
  #told: Told[] = [];
  #toldBeyond = 0;
  #fact: SegmentFact | undefined;
  #factPacket = 0;
  /** Requests that brought a cas unique: an answer may put one in its place. */
  readonly #withCas = new WeakSet<Transaction>();

  /** Hears what is told of the commands that are shown. */
  readonly shown: Listener = {
    commandLine: (_connection, request) => this.#tell('line', request),
    dataBlock: (_connection, request) => this.#tell('block', request),
    transaction: (_connection, request) => this.#tell('answer', request),
    unasked: () => this.#add({ kind: 'unasked' }),
    bytes: (_connection, bytes) => this.#add({ kind: 'bytes', bytes }),
  };

  /** Hears what segments show, of all connections. */
  readonly all: Listener = {
    segment: (_connection: ConnectionInfo, fact: SegmentFact, { packet }: Arrival) => {
      if (fact.kind !== 'retransmission' && fact.kind !== 'out_of_order') return;
      this.#fact = fact;
      this.#factPacket = packet;
    },
  };

  constructor(options: ExplainerOptions) {
    this.#options = options;
    this.#page = new Page(options.texts.tcp);
    this.#watch = new TcpWatch(options.limits.explainedConnections);
    // What is thrown away the pipeline counts, which puts the same fragments together.
    this.#fragments = new FragmentTable(options.limits, new AnomalyCounters());
  }

  /** A packet that is not shown: it still is a part of its connection. */
  pass(packet: CapturedPacket): void {
    const bytes = this.#decode(packet);
    if (bytes !== undefined) this.#read(packet, bytes);
    this.#clear();
  }

  /** The lines under that of the packet, without line ends. `bases`: of its line. */
  explain(packet: CapturedPacket, bases: LineBases): string[] {
    const { texts } = this.#options;
    this.#explainPacket(packet, bases);
    for (const told of this.#told) this.#explainTold(told);
    if (this.#toldBeyond > 0) {
      this.#page.begin('');
      this.#page.item(texts.command.more({ count: this.#toldBeyond }));
    }
    this.#clear();
    return this.#page.take();
  }

  #tell(kind: 'line' | 'block' | 'answer', request: Transaction): void {
    if (kind === 'line' && request.cas !== undefined) this.#withCas.add(request);
    this.#add({ kind, request, hasCas: this.#withCas.has(request) });
  }

  #add(told: Told): void {
    if (this.#told.length < shownThings) this.#told.push(told);
    else this.#toldBeyond++;
  }

  #clear(): void {
    this.#told = [];
    this.#toldBeyond = 0;
  }

  /**
   * Finds the transport header and what follows it; of a packet in fragments when the last one comes. Undefined where
   * there is none.
   */
  #decode(packet: CapturedPacket): Buffer | undefined {
    const datagram = this.#datagram;
    if (!dissect(packet, datagram)) return undefined;
    if (!datagram.fragmented) return packet.bytes;
    const payload = this.#fragments.add(packet.bytes, datagram, packet.seconds);
    if (payload === null) return undefined;
    datagram.payloadStart = 0;
    datagram.payloadEnd = payload.length;
    datagram.payloadLength = payload.length;
    return payload;
  }

  #read(packet: CapturedPacket, bytes: Buffer): ReturnType<TcpWatch['read']> {
    const datagram = this.#datagram;
    const { payloadStart, payloadEnd, payloadLength } = datagram;
    if (datagram.protocol !== IpProtocol.tcp) return undefined;
    const status = decodeTcpSegment(bytes, payloadStart, payloadEnd, payloadLength, this.#segment);
    if (status !== TcpStatus.ok) return undefined;
    const { sourcePort, destinationPort } = this.#segment;
    const { isServerPort, looksAtAll } = this.#options;
    if (!looksAtAll && !isServerPort(sourcePort) && !isServerPort(destinationPort)) return undefined;
    const about: Circumstances = {
      timeUs: timeUsOf(packet),
      number: packet.number,
      fact: this.#factPacket === packet.number ? factOf(this.#fact) : undefined,
      isServerPort,
    };
    return this.#watch.read(datagram, this.#segment, bytes, about);
  }

  #explainPacket(packet: CapturedPacket, bases: LineBases): void {
    const datagram = this.#datagram;
    const bytes = this.#decode(packet);
    if (bytes === undefined) {
      const isFragment = datagram.family !== 0 && datagram.fragmented;
      if (isFragment && this.#isFollowed()) this.#page.say('fragment', this.#options.texts.tcp.fragment, {});
    } else if (datagram.protocol === IpProtocol.udp) this.#explainUdp(bytes);
    // The line of a fragment that is not the first shows no numbers.
    else if (datagram.protocol === IpProtocol.tcp)
      this.#explainTcp(packet, bytes, datagram.fragmented ? undefined : bases);
  }

  /** Whether packets of this protocol may be explained at all. */
  #isFollowed(): boolean {
    const { protocol } = this.#datagram;
    return protocol === IpProtocol.tcp || protocol === IpProtocol.udp;
  }

  #explainTcp(packet: CapturedPacket, bytes: Buffer, bases: LineBases): void {
    const { texts, isAbsolute, isSelective } = this.#options;
    const reading = this.#read(packet, bytes);
    if (reading === undefined) {
      this.#explainUnread(bytes);
      return;
    }
    const segment = this.#segment;
    const isAcknowledging = reading.acknowledged >= 0;
    this.#sayLine(reading.from === 'client' ? segment.destinationPort : segment.sourcePort);
    const shown = {
      sequence: bases && (segment.sequence - bases.sequence) >>> 0,
      acknowledgment: bases && isAcknowledging ? (segment.acknowledgment - bases.acknowledgment) >>> 0 : undefined,
      areAbsolute: isAbsolute,
      isAsItIs: bases?.sequence === 0,
    };
    if (this.#tellsMissing(reading.to === 'client')) reading.countMissing();
    explainSegment(this.#page, texts.tcp, segment, reading, shown, this.#tellsMissing(reading.from === 'client'));
    const isUntold = segment.payloadLength > 0 && this.#told.length === 0 && !isSelective;
    const carriesNews = reading.steps.includes('request') || reading.steps.includes('answer');
    if (isUntold && carriesNews) this.#page.say('nothingComplete', texts.tcp.nothingComplete, {});
  }

  #sayLine(serverPort: number): void {
    const { texts, isTimed, portName } = this.#options;
    this.#page.begin('');
    const port = portName === undefined ? String(serverPort) : `${portName} (${serverPort})`;
    this.#page.say('line', texts.tcp.line, { isTimed, port });
  }

  /** A packet of TCP that is none of memcached's, or is cut. */
  #explainUnread(bytes: Buffer): void {
    const { texts, isServerPort } = this.#options;
    const { payloadStart, payloadEnd, payloadLength } = this.#datagram;
    this.#page.begin('');
    const status = decodeTcpSegment(bytes, payloadStart, payloadEnd, payloadLength, this.#segment);
    const { sourcePort, destinationPort } = this.#segment;
    if (status === TcpStatus.truncated) this.#page.say('cut', texts.tcp.cut, {});
    else if (status === TcpStatus.ok && !isServerPort(sourcePort) && !isServerPort(destinationPort)) {
      this.#page.say('otherPort', texts.tcp.otherPort, {});
    }
  }

  #explainUdp(bytes: Buffer): void {
    const { texts, isServerUdpPort } = this.#options;
    const { payloadStart, payloadEnd, payloadLength } = this.#datagram;
    const udp = this.#udp;
    if (decodeUdp(bytes, payloadStart, payloadEnd, payloadLength, udp) !== UdpStatus.ok) return;
    const isFromServer = isServerUdpPort(udp.sourcePort);
    if (isFromServer === isServerUdpPort(udp.destinationPort)) return;
    const from = isFromServer ? 'server' : 'client';
    const step = isFromServer ? 'answer' : 'request';
    this.#sayLine(isFromServer ? udp.sourcePort : udp.destinationPort);
    this.#page.begin(`${texts.tcp.steps[step].name} [UDP]`, true);
    this.#page.sayInRow(`step ${step}`, texts.tcp.steps[step], { from, to: isFromServer ? 'client' : 'server' });
    // Source: memcached doc/protocol.txt, "UDP protocol".
    const { payloadStart: at, payloadEnd: end, payloadLength: length } = udp;
    if (end - at < frameLength) return;
    const id = u16be(bytes, at);
    const number = u16be(bytes, at + 2) + 1;
    const total = u16be(bytes, at + 4);
    if (length === frameLength) this.#page.item(texts.tcp.udpEmpty({ id }));
    else if (number <= total) this.#page.say('udp', texts.tcp.udp, { id, number, total });
  }

  /** Whether the packet under way proves that bytes of this side are missing. */
  #tellsMissing(fromClient: boolean): boolean {
    return this.#told.some(
      (told) => told.kind === 'bytes' && told.bytes.kind === 'missing' && told.bytes.fromClient === fromClient,
    );
  }

  #explainTold(told: Told): void {
    const { texts, codes, isAnnotated } = this.#options;
    const page = this.#page;
    switch (told.kind) {
      case 'line': {
        const isComplete = this.#told.some((other) => other.kind === 'block' && other.request === told.request);
        explainCommand(page, texts, codes, told.request, isComplete, told.hasCas);
        return;
      }
      case 'block': {
        const { request } = told;
        if (request.linePacket === request.packet) return;
        page.begin('');
        page.say('value', texts.command.value, { command: request.command, bytes: String(request.valueLength) });
        return;
      }
      case 'answer':
        explainAnswer(page, texts, codes, told.request, told.hasCas, isAnnotated);
        return;
      case 'unasked':
        page.begin('');
        page.say('unasked', texts.answer.unasked, {});
        return;
      case 'bytes':
        page.begin('');
        explainBytes(page, texts, told.bytes);
    }
  }
}

function explainBytes(page: Page, { tcp }: Catalogue, bytes: UntoldBytes): void {
  if (bytes.kind === 'missing') {
    page.say('missing', tcp.missing, { from: tcp.party[bytes.fromClient ? 'client' : 'server'], count: bytes.length });
  } else if (bytes.kind === 'not_understood') {
    page.say(`notUnderstood ${bytes.protocol ?? ''}`, tcp.notUnderstood, { protocol: bytes.protocol });
  }
}

function factOf(fact: SegmentFact | undefined): Circumstances['fact'] {
  return fact?.kind === 'retransmission' || fact?.kind === 'out_of_order' ? fact.kind : undefined;
}
