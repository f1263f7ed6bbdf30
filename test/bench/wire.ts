import { type Endpoint, ethernet, ipv4, tcp } from '../support/packet-builder.ts';
import type { Random } from '../support/random.ts';
import type { CaptureWriter } from './capture-writer.ts';

/** Ethernet, IPv4 and TCP with time stamps. */
const headerLength = 14 + 20 + 32;
const pushAck = 0x18;
const onlyAck = 0x10;
const onlySyn = 0x02;
const synAck = 0x12;
const finAck = 0x11;
const nothing = Buffer.alloc(0);
const server = { address: '10.1.0.1', port: 11_211 };

/** Payload bytes of a full segment on Ethernet, and with jumbo frames. */
export const segmentLength = { ethernet: 1448, jumbo: 8948 } as const;

/** One connection: its ready-made headers and what each side sends next. */
export interface Flow {
  readonly clientHeader: Buffer;
  readonly serverHeader: Buffer;
  clientNext: number;
  serverNext: number;
  isOpen: boolean;
}

/** Takes the first `length` bytes of a frame; they are lent until it returns. */
export type Path = (frame: Buffer, length: number) => void;

/** A path that keeps frames back must hand them on at the end. */
export interface Detour {
  readonly path: Path;
  readonly finish: () => void;
}

function frameHeader(source: Endpoint, destination: Endpoint): Buffer {
  const timestamps = { kind: 'ts', value: 1, echo: 1 } as const;
  const options = [{ kind: 'nop' }, { kind: 'nop' }, timestamps] as const;
  const segment = tcp(nothing, { source, destination, seq: 0, flags: '.', window: 502, options });
  return ethernet(ipv4(segment, { source: source.address, destination: destination.address, dontFragment: true }));
}

/** Connections of clients 10.0.0.1 and up with the server 10.1.0.1. */
export function newFlows(count: number): Flow[] {
  return Array.from({ length: count }, (_, index) => newFlow(index, `10.0.${index >> 9}.${((index >> 3) & 63) + 1}`));
}

/** Connection number `index`, of a client at `address`. */
export function newFlow(index: number, address: string): Flow {
  const client = { address, port: 30_000 + ((index * 7) % 30_000) };
  return {
    clientHeader: frameHeader(client, server),
    serverHeader: frameHeader(server, client),
    clientNext: Math.imul(index + 1, 2_654_435_761) >>> 0,
    serverNext: Math.imul(index + 1, 2_246_822_519) >>> 0,
    isOpen: false,
  };
}

/** Opens each connection before its first byte, cuts what clients and server say into segments, and acknowledges every other one as Linux does. */
export class Wire {
  readonly #writer: CaptureWriter;
  readonly #path: Path;
  readonly #segmentLength: number;
  readonly #frame = Buffer.alloc(1 << 16);

  constructor(writer: CaptureWriter, path: Path, segment: number = segmentLength.ethernet) {
    this.#writer = writer;
    this.#path = path;
    this.#segmentLength = segment;
  }

  get isFull(): boolean {
    return this.#writer.isFull;
  }

  /** A request, its answer, and the client's acknowledgment. */
  exchange(flow: Flow, request: Buffer, answer: Buffer): void {
    this.send(flow, true, request);
    this.send(flow, false, answer);
    this.acknowledge(flow, true);
  }

  /** All segments of `payload`, the other side's acknowledgments between them. */
  send(flow: Flow, fromClient: boolean, payload: Buffer): void {
    if (!flow.isOpen) this.#open(flow);
    let unacknowledged = 0;
    for (let start = 0; start < payload.length; start += this.#segmentLength) {
      if (unacknowledged === 2) {
        this.acknowledge(flow, !fromClient);
        unacknowledged = 0;
      }
      const end = Math.min(start + this.#segmentLength, payload.length);
      this.#packet(flow, fromClient, pushAck, payload, start, end);
      unacknowledged++;
    }
  }

  /** All segments of `payload` without acknowledgments, as fast as they can be sent. */
  burst(flow: Flow, fromClient: boolean, payload: Buffer): void {
    if (!flow.isOpen) this.#open(flow);
    for (let start = 0; start < payload.length; start += this.#segmentLength) {
      this.#packet(flow, fromClient, pushAck, payload, start, Math.min(start + this.#segmentLength, payload.length));
    }
  }

  acknowledge(flow: Flow, fromClient: boolean): void {
    this.#packet(flow, fromClient, onlyAck, nothing, 0, 0);
  }

  /** FIN of the client's, FIN of the server's. */
  close(flow: Flow): void {
    this.#packet(flow, true, finAck, nothing, 0, 0);
    flow.clientNext = (flow.clientNext + 1) >>> 0;
    this.#packet(flow, false, finAck, nothing, 0, 0);
    flow.serverNext = (flow.serverNext + 1) >>> 0;
    this.acknowledge(flow, true);
  }

  #open(flow: Flow): void {
    flow.isOpen = true;
    this.#packet(flow, true, onlySyn, nothing, 0, 0);
    flow.clientNext = (flow.clientNext + 1) >>> 0;
    this.#packet(flow, false, synAck, nothing, 0, 0);
    flow.serverNext = (flow.serverNext + 1) >>> 0;
    this.acknowledge(flow, true);
  }

  #packet(flow: Flow, fromClient: boolean, flags: number, payload: Buffer, start: number, end: number): void {
    const frame = this.#frame;
    const length = end - start;
    frame.set(fromClient ? flow.clientHeader : flow.serverHeader);
    // Checksums stay those of the header alone: nobody looks at them without -v.
    frame.writeUInt16BE(52 + length, 16);
    frame.writeUInt32BE(fromClient ? flow.clientNext : flow.serverNext, 38);
    const acknowledged = fromClient ? flow.serverNext : flow.clientNext;
    frame.writeUInt32BE(flags === onlySyn ? 0 : acknowledged, 42);
    frame.writeUInt8(flags, 47);
    frame.writeUInt32BE(this.#writer.milliseconds, 58);
    frame.writeUInt32BE(this.#writer.milliseconds, 62);
    payload.copy(frame, headerLength, start, end);
    if (fromClient) flow.clientNext = (flow.clientNext + length) >>> 0;
    else flow.serverNext = (flow.serverNext + length) >>> 0;
    this.#path(frame, headerLength + length);
  }
}

/** Loses one of `oneOf` frames that carry bytes. */
export function losing(next: Path, random: Random, oneOf: number): Detour {
  const path: Path = (frame, length) => {
    if (length === headerLength || random.below(oneOf) > 0) next(frame, length);
  };
  return { path, finish: () => {} };
}

/** Lets one of `oneOf` frames come up to `distance` frames later. */
export function delaying(next: Path, random: Random, oneOf: number, distance: number): Detour {
  const late = Array.from({ length: distance }, (): Buffer[] => []);
  let sent = 0;
  const release = (slot: Buffer[]): void => {
    for (const frame of slot.splice(0)) next(frame, frame.length);
  };
  const path: Path = (frame, length) => {
    if (random.below(oneOf) > 0) {
      next(frame, length);
      release(late[++sent % distance] as Buffer[]);
      return;
    }
    late[(sent + 1 + random.below(distance)) % distance]?.push(Buffer.from(frame.subarray(0, length)));
  };
  return { path, finish: () => late.forEach(release) };
}

/** Mixes each run of `count` full segments, the first of the run coming last: all others wait for it. */
export function mixing(next: Path, random: Random, count: number): Detour {
  let waiting: Buffer[] = [];
  const release = (): void => {
    const [first, ...others] = waiting;
    waiting = [];
    for (let left = others.length; left > 0; left--) {
      const chosen = random.below(left);
      const frame = others[chosen] as Buffer;
      others[chosen] = others[left - 1] as Buffer;
      next(frame, frame.length);
    }
    if (first !== undefined) next(first, first.length);
  };
  const path: Path = (frame, length) => {
    if (length < headerLength + segmentLength.ethernet) {
      next(frame, length);
      return;
    }
    waiting.push(Buffer.from(frame.subarray(0, length)));
    if (waiting.length === count) release();
  };
  return { path, finish: release };
}
