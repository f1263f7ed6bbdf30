/**
 * Traffic that is made to exhaust memory or time, written as a capture, piece by piece: a million connections are never
 * held.
 */

export const flag = { fin: 1, syn: 2, rst: 4, push: 8, ack: 16 } as const;

const pieceLength = 256 * 1024;
const linkTypeRaw = 101;
const memcachedPort = 11211;
const serverAddress = 0x0a_ff_00_01;
const startSeconds = 1_767_323_045;

/** The client that behaves, in the address that tests ask for with `--client`. */
export const honestClient = '192.0.2.7';
const honestAddress = 0xc0_00_02_07;

/** Writes packets of numbered clients to one memcached server as a pcap file of raw IPv4, in pieces. */
export class TrafficWriter {
  /** Time of the next packet, µs since the beginning. */
  now = 0;
  packets = 0;
  #piece = Buffer.alloc(pieceLength);
  #used = 24;

  constructor() {
    this.#piece.writeUInt32LE(0xa1b2c3d4, 0);
    this.#piece.writeUInt32LE(0x00040002, 4);
    this.#piece.writeUInt32LE(262_144, 16);
    this.#piece.writeUInt32LE(linkTypeRaw, 20);
  }

  /** A piece is full: take it. */
  get isFull(): boolean {
    return this.#used > pieceLength - 72 * 1024;
  }

  take(): Buffer {
    const taken = this.#piece.subarray(0, this.#used);
    this.#piece = Buffer.alloc(pieceLength);
    this.#used = 0;
    return taken;
  }

  tcp(
    client: number,
    fromClient: boolean,
    flags: number,
    seq: number,
    ack: number,
    payload: string | Buffer = '',
  ): void {
    const start = this.#between(client, fromClient, 6, 20 + payload.length);
    this.#tcp(start, flags, seq, ack, payload);
  }

  /** A segment without payload between any two ends. */
  bareSegment(source: number, destination: number, ports: number, flags: number): void {
    const start = this.#ip(source, destination, ports, 6, 20);
    this.#tcp(start, flags, 1, 1, '');
  }

  #tcp(start: number, flags: number, seq: number, ack: number, payload: string | Buffer): void {
    const bytes = this.#piece;
    bytes.writeUInt32BE(seq >>> 0, start + 4);
    bytes.writeUInt32BE(ack >>> 0, start + 8);
    bytes.writeUInt16BE(0x5000 | flags, start + 12);
    bytes.writeUInt16BE(500, start + 14);
    bytes.writeUInt32BE(0, start + 16);
    this.#payload(start + 20, payload);
  }

  /** `commands` behind memcached's frame header: by default the only datagram of its message. */
  udp(client: number, fromClient: boolean, requestId: number, commands: string, sequence = 0, total = 1): void {
    const start = this.#between(client, fromClient, 17, 16 + commands.length);
    const bytes = this.#piece;
    bytes.writeUInt16BE(16 + commands.length, start + 4);
    bytes.writeUInt16BE(0, start + 6);
    bytes.writeUInt32BE(((requestId << 16) | sequence) >>> 0, start + 8);
    bytes.writeUInt32BE((total << 16) >>> 0, start + 12);
    this.#payload(start + 16, commands);
  }

  /** Record header, IPv4 header and ports; returns where the transport header begins. Client -1 is the honest one. */
  #between(client: number, fromClient: boolean, protocol: number, length: number): number {
    const address = client < 0 ? honestAddress : 0x0a_00_00_01 + (client >>> 14);
    const port = client < 0 ? 40_000 : 20_000 + (client & 0x3fff);
    return fromClient
      ? this.#ip(address, serverAddress, port * 0x1_0000 + memcachedPort, protocol, length)
      : this.#ip(serverAddress, address, memcachedPort * 0x1_0000 + port, protocol, length);
  }

  /** As `#between`; both ports as one number, the source's in its upper half. */
  #ip(source: number, destination: number, ports: number, protocol: number, length: number): number {
    const bytes = this.#piece;
    const record = this.#used;
    const start = record + 16;
    this.packets++;
    bytes.writeUInt32LE(startSeconds + Math.floor(this.now / 1e6), record);
    bytes.writeUInt32LE(this.now % 1e6, record + 4);
    bytes.writeUInt32LE(20 + length, record + 8);
    bytes.writeUInt32LE(20 + length, record + 12);
    bytes.writeUInt32BE(0x4500_0000 + 20 + length, start);
    // Each packet has an identification of its own, or it would look like one that the network has doubled.
    bytes.writeUInt32BE((this.packets & 0xffff) * 0x1_0000 + 0x4000, start + 4);
    bytes.writeUInt32BE(0x4000_0000 + protocol * 0x1_0000, start + 8);
    bytes.writeUInt32BE(source, start + 12);
    bytes.writeUInt32BE(destination, start + 16);
    bytes.writeUInt32BE(ports, start + 20);
    this.#used = start + 20 + length;
    return start + 20;
  }

  #payload(at: number, payload: string | Buffer): void {
    if (typeof payload === 'string') this.#piece.write(payload, at, 'latin1');
    else this.#piece.set(payload, at);
  }
}

/** One connection that goes through what its caller says. */
export class Peer {
  readonly #writer: TrafficWriter;
  readonly #client: number;
  #clientNext = 1000;
  #serverNext = 2000;

  constructor(writer: TrafficWriter, client: number) {
    this.#writer = writer;
    this.#client = client;
  }

  syn(): void {
    this.#writer.tcp(this.#client, true, flag.syn, this.#clientNext++, 0);
  }

  handshake(): void {
    this.syn();
    this.#writer.tcp(this.#client, false, flag.syn | flag.ack, this.#serverNext++, this.#clientNext);
    this.#writer.tcp(this.#client, true, flag.ack, this.#clientNext, this.#serverNext);
  }

  asks(payload: string | Buffer): void {
    this.#writer.tcp(this.#client, true, flag.push | flag.ack, this.#clientNext, this.#serverNext, payload);
    this.#clientNext += payload.length;
  }

  answers(payload: string | Buffer): void {
    this.#writer.tcp(this.#client, false, flag.push | flag.ack, this.#serverNext, this.#clientNext, payload);
    this.#serverNext += payload.length;
  }

  /** Payload that lies `ahead` bytes behind what was sent: a hole that nobody fills. */
  asksAhead(ahead: number, payload: string | Buffer): void {
    const seq = this.#clientNext + ahead;
    this.#writer.tcp(this.#client, true, flag.push | flag.ack, seq, this.#serverNext, payload);
  }

  /** So many bytes behind what was sent have been sent ahead. */
  skips(length: number): void {
    this.#clientNext += length;
  }

  /** So many bytes of an answer were never captured. */
  skipsAnswer(length: number): void {
    this.#serverNext += length;
  }

  close(): void {
    this.#writer.tcp(this.#client, true, flag.fin | flag.ack, this.#clientNext++, this.#serverNext);
    this.#writer.tcp(this.#client, false, flag.fin | flag.ack, this.#serverNext++, this.#clientNext);
    this.#writer.tcp(this.#client, true, flag.ack, this.#clientNext, this.#serverNext);
  }
}

/** Goes on with the attack: writes the packets of one step, of clients numbered from `first` on. */
export type Attack = (writer: TrafficWriter, step: number, first: number) => void;

const honestSteps = 4;

/**
 * An attack of so many steps, and beside it a connection that does what connections do: each of its `commands` requests
 * comes in two segments, every other time in the wrong order, with the attack going on between them.
 */
export function* besideHonest(attack: Attack, steps: number, commands: number): Generator<Buffer> {
  const writer = new TrafficWriter();
  const honest = new Peer(writer, -1);
  honest.handshake();
  const every = Math.max(1, Math.floor(steps / (commands * honestSteps)));
  let turn = 0;
  let rest = '';
  for (let step = 0; step < steps; step++) {
    attack(writer, step, 0);
    writer.now += 100;
    if (step % every === 0 && turn < commands * honestSteps) {
      const number = Math.floor(turn / honestSteps);
      const line = `get honest:${number}\r\n`;
      switch (turn++ % honestSteps) {
        case 0:
          if (number % 2 === 0) honest.asks(line.slice(0, 7));
          else honest.asksAhead(7, line.slice(7));
          rest = number % 2 === 0 ? line.slice(7) : line.slice(0, 7);
          break;
        case 1:
          honest.asks(rest);
          if (number % 2 === 1) honest.skips(line.length - 7);
          break;
        case 2:
          honest.answers(`VALUE honest:${number} 0 5\r\nab`);
          break;
        default:
          honest.answers('cde\r\nEND\r\n');
      }
    }
    if (writer.isFull) yield writer.take();
  }
  yield writer.take();
}

/**
 * An hour of traffic in which so many connections open, `set`, `get` and close, a thousand of them at a time; or never
 * close.
 */
export function* anHour(connections: number, isClosed: boolean): Generator<Buffer> {
  const writer = new TrafficWriter();
  const atATime = 1000;
  const peers = new Map<number, Peer>();
  for (let step = 0; step < connections + atATime; step++) {
    writer.now = Math.floor((step / (connections + atATime)) * 3600e6);
    if (step < connections) {
      const peer = new Peer(writer, step);
      peer.handshake();
      peers.set(step, peer);
    }
    at(step - 300)?.asks('set k 0 0 5\r\nabcde\r\n');
    at(step - 400)?.answers('STORED\r\n');
    at(step - 600)?.asks('get k\r\n');
    at(step - 700)?.answers('VALUE k 0 5\r\nabcde\r\nEND\r\n');
    const done = at(step - atATime);
    if (isClosed) done?.close();
    peers.delete(step - atATime);
    if (writer.isFull) yield writer.take();
  }
  yield writer.take();

  function at(number: number): Peer | undefined {
    return peers.get(number);
  }
}
