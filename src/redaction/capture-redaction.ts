import type { Listener, UntoldBytes } from '../../protocols/events.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import type {
  Arrival,
  CloseReason,
  ConnectionInfo,
  Protocol,
  Session,
  UnaskedAnswer,
} from '../../protocols/protocol.ts';
import { Content, type SeenPacket } from '../../protocols/seen-packet.ts';
import type { Connection } from '../../protocols/tcp/connection.ts';
import { TcpFlag } from '../../protocols/tcp/segment.ts';
import { sequenceAfter } from '../../protocols/tcp/sequence.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { CaptureInfo } from '../capture/capture-source.ts';
import type { PacketSaver } from '../capture/pcap-writer.ts';
import { ConnectionImage } from './connection-image.ts';
import { PayloadFinder } from './payload.ts';
import { Scrambler } from './scrambler.ts';
import { ImageMemory, type StreamImage } from './stream-image.ts';
import { type SavedPayload, UdpImages } from './udp-image.ts';

/** Bytes of streams that are held, until their meaning is known and for segments that are sent again. */
const mostImageBytes = 32 * 1024 * 1024;

/** Packets that wait until it is known what is in them, and their bytes. */
const mostPackets = 8192;
const mostPacketBytes = 32 * 1024 * 1024;

/** Where the bytes of a packet lie: in a stream from an offset on, or in a datagram. */
type Place =
  | { readonly image: StreamImage; readonly connection: ConnectionImage; readonly offset: number }
  | { readonly datagram: SavedPayload; readonly offset: number };

/** A packet that is to be saved: a copy, in which all but the headers is zeros until it is known what it is. */
interface Waiting {
  readonly packet: CapturedPacket;
  /** Offsets in the copy of what is carried. */
  readonly from: number;
  readonly to: number;
  /** Of a fragment: its datagram, and where it lies in that. */
  readonly fragmentOf: string | undefined;
  readonly fragmentOffset: number;
  place: Place | undefined;
  /** True once its connection was told of it, or nobody will be. */
  isSeen: boolean;
}

/**
 * Saves packets with keys and values overwritten. What bytes mean is known only when the command is that they belong to:
 * packets wait for that, and are saved in their order. What is not known by then is saved as zeros.
 */
export class CaptureRedaction implements PacketSaver, Listener {
  readonly #saver: PacketSaver;
  readonly #memory = new ImageMemory(mostImageBytes);
  readonly #scrambler = new Scrambler();
  readonly #udp = new UdpImages(this.#scrambler);
  readonly #images = new Map<ConnectionInfo, ConnectionImage>();
  readonly #finder = new PayloadFinder();
  readonly #disorder: number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #fragments = new Map<string, Waiting[]>();
  #waitingBytes = 0;
  #newest = 0;

  /** `disorder`: over how many packets the pipeline may put off one that it looks at. */
  constructor(saver: PacketSaver, disorder: number) {
    this.#saver = saver;
    this.#disorder = disorder;
  }

  begin(info: CaptureInfo): void {
    this.#saver.begin(info);
  }

  /** Takes a packet in, before the pipeline processes it. */
  packet(packet: CapturedPacket): void {
    this.#drain();
    const start = this.#finder.startOf(packet);
    const length = packet.end - packet.start;
    const bytes = Buffer.allocUnsafe(length);
    packet.bytes.copy(bytes, 0, packet.start, start);
    bytes.fill(0, start - packet.start);
    const { datagram } = this.#finder;
    const isFragment = datagram.family !== 0 && datagram.fragmented;
    const waiting: Waiting = {
      packet: { ...packet, bytes, start: 0, end: length },
      from: start - packet.start,
      to: Math.max(start, Math.min(packet.end, datagram.payloadEnd)) - packet.start,
      fragmentOf: isFragment ? this.#datagramName() : undefined,
      fragmentOffset: isFragment ? datagram.fragmentOffset + start - datagram.payloadStart : 0,
      place: undefined,
      isSeen: false,
    };
    this.#newest = packet.number;
    this.#waiting.set(packet.number, waiting);
    this.#waitingBytes += length;
    if (waiting.fragmentOf !== undefined) {
      const parts = this.#fragments.get(waiting.fragmentOf);
      if (parts === undefined) this.#fragments.set(waiting.fragmentOf, [waiting]);
      else parts.push(waiting);
    }
  }

  /** The pipeline has processed a packet; `connection`: what it is of, if that is followed. */
  followed(seen: SeenPacket, connection: ConnectionInfo | undefined): void {
    const waiting = this.#waiting.get(seen.packet.number);
    if (waiting === undefined) return;
    waiting.isSeen = true;
    if (connection === undefined) return;
    const place = seen.content === Content.tcp ? this.#tcpPlace(seen, connection) : this.#udpPlace(seen, connection);
    if (place === undefined) return;
    const { fragmentOf } = waiting;
    if (fragmentOf === undefined) {
      waiting.place = place;
      return;
    }
    // Of which the first has the header before it: the whole is put together from offset 0 on.
    const transport = seen.content === Content.tcp ? seen.segment : seen.udp;
    const headerLength = transport.payloadStart;
    for (const part of this.#fragments.get(fragmentOf) ?? []) {
      part.place = { ...place, offset: place.offset + part.fragmentOffset - headerLength };
      part.isSeen = true;
    }
    this.#fragments.delete(fragmentOf);
  }

  flush(): void {
    this.#drain();
    this.#saver.flush();
  }

  close(): void {
    try {
      for (const image of this.#images.values()) image.end();
      for (const waiting of this.#waiting.values()) this.#save(waiting);
      this.#waiting.clear();
    } finally {
      this.#saver.close();
    }
  }

  /** A protocol whose sessions are the same, and which notes what streams consist of. */
  watch(protocol: Protocol): Protocol {
    return {
      ...protocol,
      speakerOf: (bytes, start, end) => protocol.speakerOf(bytes, start, end),
      open: (connection, context) => this.#watched(connection, protocol.open(connection, context)),
    };
  }

  commandLine(connection: ConnectionInfo, request: Transaction): void {
    this.#images.get(connection)?.commandLine(request);
  }

  dataBlock(connection: ConnectionInfo, request: Transaction): void {
    this.#images.get(connection)?.dataBlock(request);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    this.#images.get(connection)?.transaction(transaction);
  }

  unasked(connection: ConnectionInfo, answer: UnaskedAnswer): void {
    this.#images.get(connection)?.unasked(answer);
  }

  bytes(connection: ConnectionInfo, bytes: UntoldBytes): void {
    const image = this.#images.get(connection);
    if (image !== undefined && bytes.kind === 'not_understood' && bytes.protocol === 'TLS') image.isTls = true;
  }

  #watched(connection: ConnectionInfo, session: Session): Session {
    const image = new ConnectionImage(this.#memory, this.#scrambler);
    this.#images.set(connection, image);
    return {
      data: (fromClient, bytes, start, end, arrival) => {
        image.side(fromClient).append(bytes, start, end);
        session.data(fromClient, bytes, start, end, arrival);
      },
      gap: (fromClient, length, arrival) => {
        image.side(fromClient).skip(length);
        session.gap(fromClient, length, arrival);
      },
      waiting: (tell) => session.waiting(tell),
      end: (reason: CloseReason, arrival: Arrival) => {
        session.end(reason, arrival);
        image.end();
        this.#images.delete(connection);
      },
    };
  }

  #tcpPlace({ datagram, segment }: SeenPacket, info: ConnectionInfo): Place | undefined {
    if (segment.payloadLength === 0) return undefined;
    const connection = info as Connection;
    const { streams } = connection;
    const image = streams && this.#imageOf(connection);
    if (image === undefined || streams === undefined) return undefined;
    const fromClient = connection.goesToServer(datagram, segment);
    const half = fromClient ? streams.client : streams.server;
    if (!half.known) return undefined;
    const isSyn = (segment.flags & TcpFlag.syn) !== 0;
    const offset = half.offsetOf(isSyn ? sequenceAfter(segment.sequence, 1) : segment.sequence);
    return { image: image.side(fromClient), connection: image, offset };
  }

  readonly #known = new WeakMap<ConnectionInfo, ConnectionImage>();

  /** Of a connection that is over, too: its last segments may be sent again. */
  #imageOf(connection: ConnectionInfo): ConnectionImage | undefined {
    const image = this.#images.get(connection) ?? this.#known.get(connection);
    if (image !== undefined) this.#known.set(connection, image);
    return image;
  }

  #udpPlace({ datagram, udp, bytes }: SeenPacket, info: ConnectionInfo): Place {
    const { payloadStart, payloadEnd, payloadLength } = udp;
    const flow = info as ConnectionInfo & Pick<Connection, 'goesToServer'>;
    const payload = Buffer.from(bytes.subarray(payloadStart, payloadEnd));
    return { datagram: this.#udp.payload(flow, flow.goesToServer(datagram, udp), payload, payloadLength), offset: 0 };
  }

  #datagramName(): string {
    const { family, identification, protocol, ...d } = this.#finder.datagram;
    const addresses = [d.source0, d.source1, d.source2, d.source3, d.destination0, d.destination1, d.destination2];
    return [family, protocol, identification, ...addresses, d.destination3].join(' ');
  }

  /** Saves the packets of which is known what is in them, and those that can't wait any longer. */
  #drain(): void {
    for (const [number, waiting] of this.#waiting) {
      const mustGo = this.#waiting.size > mostPackets || this.#waitingBytes > mostPacketBytes;
      if (!mustGo && !this.#isReady(waiting)) return;
      this.#save(waiting);
      this.#waiting.delete(number);
    }
  }

  #isReady({ packet, place, isSeen, from, to, fragmentOf }: Waiting): boolean {
    if (from >= to) return true;
    if (place === undefined) {
      // One that nobody followed; of a fragment, others may still come.
      return (isSeen && fragmentOf === undefined) || packet.number + this.#disorder < this.#newest;
    }
    if ('datagram' in place) return place.datagram.isDecided;
    return place.image.isDecided(Math.max(0, place.offset), place.offset + to - from);
  }

  #save({ packet, place, from, to, fragmentOf }: Waiting): void {
    if (place !== undefined && from < to) {
      if ('datagram' in place) {
        const { offset, datagram } = place;
        if (!datagram.isDecided) datagram.decide();
        datagram.saved.copy(packet.bytes, from, offset, offset + to - from);
      } else {
        const { image, connection, offset } = place;
        const end = offset + to - from;
        if (!image.isDecided(Math.max(0, offset), end))
          connection.force(image, Math.max(0, offset), Math.min(end, image.end));
        const first = Math.max(0, offset);
        image.copy(first, end, packet.bytes, from + first - offset);
      }
    }
    if (fragmentOf !== undefined) this.#fragments.delete(fragmentOf);
    this.#waitingBytes -= packet.end;
    this.#saver.packet(packet);
  }
}
