import { at, type BuiltPacket } from './capture-file.ts';
import {
  type Endpoint,
  EtherType,
  ethernet,
  ipv4,
  ipv6,
  linuxCooked,
  linuxCooked2,
  loopback,
  type TcpOption,
  tcp,
  type VlanTag,
} from './headers.ts';

export type Side = 'client' | 'server';

export type Link = 'ethernet' | 'linuxCooked' | 'linuxCooked2' | 'null' | 'loop' | 'raw';

export interface ConversationOptions {
  readonly client?: Endpoint;
  readonly server?: Endpoint;
  readonly link?: Link;
  readonly vlans?: readonly VlanTag[];
  readonly clientIsn?: number;
  readonly serverIsn?: number;
  /** Time of the first packet, microseconds since 1970. */
  readonly startMicroseconds?: number;
  /** Between one packet and the next. */
  readonly stepMicroseconds?: number;
  /** Largest payload of a segment; longer data goes in several. */
  readonly segmentSize?: number;
  /** Time stamps option on every segment, on by default. */
  readonly timestamps?: boolean;
  /** Wraps the TCP segment; for IP options, fragments and extension headers. Default: a plain IP header. */
  readonly network?: (segment: Buffer, source: string, destination: string, id: number) => Buffer[];
}

interface SendOptions {
  readonly flags?: string;
  /** Offsets at which the data is cut into segments, beside the segment size. */
  readonly splitAt?: readonly number[];
  /** Sent and received, but not seen by the capture. */
  readonly lost?: boolean;
  readonly options?: readonly TcpOption[];
  /** Sequence number relative to the initial one; where it is given, nothing advances. */
  readonly seq?: number;
  /** Acknowledgment number relative to the peer's initial one. */
  readonly ack?: number;
  readonly window?: number;
}

interface Half {
  readonly endpoint: Endpoint;
  readonly isn: number;
  /** Sequence number of the next byte, relative to the initial sequence number: 1 after the SYN. */
  next: number;
  ipId: number;
}

/** 2026-01-02 03:04:05 UTC. */
const defaultStart = 1767323045_000_000;

/**
 * Writes a TCP connection packet by packet, with the numbers that both ends would have sent. What arrives
 * is acknowledged by the next segment of the other side. Every call appends to `packets`, which the
 * methods below it may then reorder, drop, repeat or cut.
 */
export class TcpConversation {
  readonly packets: BuiltPacket[] = [];
  /** Time of the next packet, microseconds since 1970. */
  now: number;
  readonly #options: ConversationOptions;
  readonly #halves: Readonly<Record<Side, Half>>;
  readonly #start: number;

  constructor(options: ConversationOptions = {}) {
    this.#options = options;
    this.#start = options.startMicroseconds ?? defaultStart;
    this.now = this.#start;
    const client = options.client ?? { address: '192.0.2.1', port: 40001 };
    const server = options.server ?? { address: '192.0.2.2', port: 11211 };
    this.#halves = {
      client: { endpoint: client, isn: options.clientIsn ?? 1_000_000, next: 0, ipId: 1 },
      server: { endpoint: server, isn: options.serverIsn ?? 2_000_000, next: 0, ipId: 0x8001 },
    };
  }

  /** SYN, SYN-ACK, ACK. */
  handshake(): BuiltPacket[] {
    return [...this.syn('client'), ...this.syn('server'), ...this.ack('client')];
  }

  /** A SYN of one side, with what a Linux host puts into it; `data` is for TCP fast open. */
  syn(side: Side, data: string | Buffer = '', extra: readonly TcpOption[] = []): BuiltPacket[] {
    const options: TcpOption[] = [{ kind: 'mss', value: 1460 }, { kind: 'sackOK' }];
    if (this.#options.timestamps !== false) options.push(this.#timestamp(side));
    options.push({ kind: 'nop' }, { kind: 'wscale', value: 7 }, ...extra);
    return this.segment(side, data, { flags: side === 'client' ? 'S' : 'S.', options });
  }

  client(data: string | Buffer, options: SendOptions = {}): BuiltPacket[] {
    return this.#send('client', data, options);
  }

  server(data: string | Buffer, options: SendOptions = {}): BuiltPacket[] {
    return this.#send('server', data, options);
  }

  /** An ACK without data. */
  ack(side: Side, options: SendOptions = {}): BuiltPacket[] {
    return this.segment(side, '', { flags: '.', ...options });
  }

  /** FIN, FIN-ACK, ACK; `side` closes first. */
  close(side: Side = 'client'): BuiltPacket[] {
    const other = side === 'client' ? 'server' : 'client';
    return [...this.fin(side), ...this.fin(other), ...this.ack(side)];
  }

  fin(side: Side, data: string | Buffer = ''): BuiltPacket[] {
    return this.segment(side, data, { flags: data.length > 0 ? 'FP.' : 'F.' });
  }

  reset(side: Side, data: string | Buffer = ''): BuiltPacket[] {
    return this.segment(side, data, { flags: 'R.' });
  }

  /** What a side has received, as its acknowledgment number says it, relative to its peer's initial one. */
  received(side: Side): number {
    return this.#halves[side === 'client' ? 'server' : 'client'].next;
  }

  /** Lets time pass. */
  wait(microseconds: number): void {
    this.now += microseconds;
  }

  /** One segment, whatever its fields: more than one packet only where `network` makes fragments. */
  segment(side: Side, data: string | Buffer, options: SendOptions): BuiltPacket[] {
    const from = this.#halves[side];
    const to = this.#halves[side === 'client' ? 'server' : 'client'];
    const payload = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    const flags = options.flags ?? 'P.';
    const bytes = tcp(payload, {
      source: from.endpoint,
      destination: to.endpoint,
      seq: from.isn + (options.seq ?? from.next),
      ack: flags.includes('.') ? to.isn + (options.ack ?? to.next) : 0,
      flags,
      window: options.window ?? (flags.includes('S') ? 64240 : 502),
      options: options.options ?? (this.#options.timestamps === false ? [] : this.#plainOptions(side)),
    });
    if (options.seq === undefined) {
      from.next += payload.length + (flags.includes('S') ? 1 : 0) + (flags.includes('F') ? 1 : 0);
    }
    const built: BuiltPacket[] = [];
    for (const datagram of this.#datagrams(bytes, from, to)) {
      const packet = { bytes: this.#frame(datagram, side), ...at(this.now) };
      this.now += this.#options.stepMicroseconds ?? 100;
      if (!options.lost) built.push(packet);
    }
    this.packets.push(...built);
    return built;
  }

  /** Takes packets out of the capture. */
  drop(...packets: readonly BuiltPacket[]): void {
    for (const packet of packets) this.packets.splice(this.#position(packet), 1);
  }

  /** Repeats a packet at the end of the capture, at the present time. */
  repeat(packet: BuiltPacket): BuiltPacket {
    const copy = { ...packet, ...at(this.now) };
    this.now += this.#options.stepMicroseconds ?? 100;
    this.packets.push(copy);
    return copy;
  }

  /** Exchanges the places of two packets; the times stay in order. */
  swap(one: BuiltPacket, other: BuiltPacket): void {
    const first = this.#position(one);
    const second = this.#position(other);
    this.packets[first] = other;
    this.packets[second] = one;
    const { seconds, nanoseconds } = one;
    Object.assign(one, { seconds: other.seconds, nanoseconds: other.nanoseconds });
    Object.assign(other, { seconds, nanoseconds });
  }

  /** Cuts a packet to its first `length` bytes, as a snapshot length does. */
  truncate(packet: BuiltPacket, length: number): void {
    packet.originalLength = packet.originalLength ?? packet.bytes.length;
    packet.bytes = packet.bytes.subarray(0, length);
  }

  #send(side: Side, data: string | Buffer, options: SendOptions): BuiltPacket[] {
    const payload = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
    const size = this.#options.segmentSize ?? 1448;
    const built: BuiltPacket[] = [];
    let start = 0;
    for (const limit of [...(options.splitAt ?? []), payload.length]) {
      while (start < limit) {
        const end = Math.min(limit, start + size);
        const last = end === payload.length;
        const seq = options.seq === undefined ? {} : { seq: options.seq + start };
        const flags = options.flags ?? (last ? 'P.' : '.');
        built.push(...this.segment(side, payload.subarray(start, end), { ...options, ...seq, flags }));
        start = end;
      }
    }
    return built;
  }

  #datagrams(segment: Buffer, from: Half, to: Half): Buffer[] {
    const source = from.endpoint.address;
    const destination = to.endpoint.address;
    const id = from.ipId++ & 0xffff;
    if (this.#options.network) return this.#options.network(segment, source, destination, id);
    if (source.includes(':')) return [ipv6(segment, { source, destination })];
    return [ipv4(segment, { source, destination, id, dontFragment: true })];
  }

  #frame(datagram: Buffer, side: Side): Buffer {
    const fromClient = side === 'client';
    const source = fromClient ? '02:00:00:00:00:01' : '02:00:00:00:00:02';
    const destination = fromClient ? '02:00:00:00:00:02' : '02:00:00:00:00:01';
    // The capture is taken on the server's host.
    const packetType = fromClient ? 0 : 4;
    const etherType = (datagram[0] ?? 0) >> 4 === 6 ? EtherType.ipv6 : EtherType.ipv4;
    switch (this.#options.link ?? 'ethernet') {
      case 'ethernet':
        return ethernet(datagram, { source, destination, etherType, vlans: this.#options.vlans ?? [] });
      case 'linuxCooked':
        return linuxCooked(datagram, { source, packetType, etherType });
      case 'linuxCooked2':
        return linuxCooked2(datagram, { source, packetType, etherType });
      case 'null':
        return loopback(datagram);
      case 'loop':
        return loopback(datagram, { bigEndian: true });
      case 'raw':
        return datagram;
    }
  }

  #plainOptions(side: Side): TcpOption[] {
    return [{ kind: 'nop' }, { kind: 'nop' }, this.#timestamp(side)];
  }

  /** A millisecond clock of either side's own, as Linux has it. */
  #timestamp(side: Side): TcpOption {
    const elapsed = Math.floor((this.now - this.#start) / 1000);
    const mine = side === 'client' ? 100_000 : 900_000;
    const peer = side === 'client' ? 900_000 : 100_000;
    const heard = this.#halves[side === 'client' ? 'server' : 'client'].next > 0;
    return { kind: 'ts', value: mine + elapsed, echo: heard ? peer + elapsed : 0 };
  }

  #position(packet: BuiltPacket): number {
    const position = this.packets.indexOf(packet);
    if (position < 0) throw new Error('the packet is not part of this conversation');
    return position;
  }
}
