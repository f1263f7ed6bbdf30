import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Datagram } from '../../protocols/datagram.ts';
import { dissect } from '../../protocols/dissect.ts';
import { IpProtocol } from '../../protocols/ip/protocol-number.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import { decodeTcpSegment, TcpSegment } from '../../protocols/tcp/segment.ts';
import { readChunk } from '../../src/capture/capture-reader.ts';
import { readerFor } from '../../src/capture/detect.ts';
import { Random } from '../support/random.ts';
import { sampleDirectory } from '../support/sample-list.ts';
import { hostileText } from './mutator.ts';

/** One packet of a sample, and where in it the parts are that are worth keeping valid. */
interface SamplePacket {
  readonly bytes: Buffer;
  readonly originalLength: number;
  readonly linkType: number;
  /** Offset of the IPv4 length field; -1 where the packet is no whole IPv4 datagram. */
  readonly ipLengthAt: number;
  /** Offset of the client's port; -1 where there is none. */
  readonly portAt: number;
  /** Offset of the TCP or UDP header; the payload lies behind `payloadAt`. */
  readonly transportAt: number;
  readonly payloadAt: number;
  readonly isUdp: boolean;
}

const memcachedPort = 11211;

/** A part of the fuzzed traffic: a capture file of one link type. */
interface MutatedCapture {
  readonly file: Buffer;
  readonly packets: number;
  /** Packets in which something was changed. */
  readonly mutated: number;
}

const packetsPerFile = 40_000;

/** Rounds in which each byte of a sample is changed; of a packet with more bytes than that, several in a round. */
const mostRounds = 128;

/**
 * The samples with every byte of every packet changed once, in the place of the packet that it is a byte of; then with
 * more than a byte changed, lengths kept valid so that the changes reach the parsers, until `total` packets were
 * changed. Each round through a sample is a connection of its own. The same seed gives the same captures.
 */
export function* mutatedCaptures(seed: number, total: number): Generator<MutatedCapture> {
  const random = new Random(seed);
  const samples = readSamples();
  const writers = new Map<number, CaptureBuilder>();
  /** Those that are in a file, or will be. */
  let mutated = 0;
  let round = 0;
  const writerOf = ({ linkType }: SamplePacket): CaptureBuilder => {
    const writer = writers.get(linkType) ?? new CaptureBuilder(linkType);
    writers.set(linkType, writer);
    return writer;
  };
  for (const sample of samples) {
    const rounds = Math.min(mostRounds, Math.max(...sample.map(({ bytes }) => bytes.length)));
    for (let at = 0; at < rounds && mutated < total; at++, round++) {
      for (const [index, packet] of sample.entries()) {
        const writer = writerOf(packet);
        const bytes = inRound(packet, round);
        const isMutated = at < bytes.length;
        for (let step = at; step < bytes.length; step += rounds) {
          // Not the same place in every packet, so that not all are of no use in the same round.
          const changed = (step + index * 13) % bytes.length;
          bytes[changed] = (bytes[changed] as number) ^ random.between(1, 255);
        }
        if (isMutated) mutated++;
        writer.add(bytes, packet.originalLength, isMutated);
        if (writer.isFull) yield writer.take();
      }
    }
  }
  for (; mutated < total; round++) {
    const sample = random.pick(samples);
    let kept: { bytes: Buffer; packet: SamplePacket } | undefined;
    for (const packet of sample) {
      const writer = writerOf(packet);
      const isMutated = random.chance(0.5);
      let bytes = inRound(packet, round);
      if (isMutated) {
        bytes = mutate(bytes, packet, random);
        const way = random.below(20);
        // Out of its place, twice, or never.
        if (way === 0 && kept === undefined) {
          kept = { bytes, packet };
          continue;
        }
        if (way === 2) continue;
        mutated++;
        if (way === 1) {
          writer.add(bytes, bytes.length, true);
          mutated++;
        }
        if (way === 3) writer.jump(random);
      }
      writer.add(bytes, Math.max(bytes.length, packet.originalLength), isMutated);
      if (kept !== undefined && random.chance(0.3)) {
        writerOf(kept.packet).add(kept.bytes, kept.bytes.length, true);
        mutated++;
        kept = undefined;
      }
      if (writer.isFull) yield writer.take();
    }
  }
  for (const writer of writers.values()) if (writer.packets > 0) yield writer.take();
}

function readSamples(): SamplePacket[][] {
  const names = readdirSync(sampleDirectory).filter((name) => /\.(pcap|pcapng|gz)$/.test(name));
  return names.sort().map((name) => {
    const file = readFileSync(join(sampleDirectory, name));
    const packets: SamplePacket[] = [];
    const reader = readerFor(name.endsWith('.gz') ? gunzipSync(file) : file, {
      begin: () => {},
      packet: (packet) => void packets.push(locate(packet)),
    });
    readChunk(reader, name.endsWith('.gz') ? gunzipSync(file) : file);
    reader.end();
    return packets;
  });
}

function locate(packet: CapturedPacket): SamplePacket {
  const { start, end, originalLength, linkType } = packet;
  const bytes = Buffer.from(packet.bytes.subarray(start, end));
  const none = { bytes, originalLength, linkType, ipLengthAt: -1, portAt: -1, transportAt: -1, payloadAt: -1 };
  const datagram = new Datagram();
  const isIp = dissect({ ...packet, bytes, start: 0, end: bytes.length }, datagram);
  const isUdp = datagram.protocol === IpProtocol.udp;
  if (!isIp || datagram.fragmented || (!isUdp && datagram.protocol !== IpProtocol.tcp)) return { ...none, isUdp };
  const transportAt = datagram.payloadStart;
  const segment = new TcpSegment();
  if (!isUdp) decodeTcpSegment(bytes, transportAt, datagram.payloadEnd, datagram.payloadLength, segment);
  const isFromClient = bytes.readUInt16BE(transportAt) !== memcachedPort;
  return {
    bytes,
    originalLength,
    linkType,
    isUdp,
    ipLengthAt: datagram.family === 4 ? datagram.networkStart + 2 : -1,
    portAt: transportAt + (isFromClient ? 0 : 2),
    transportAt,
    payloadAt: isUdp ? transportAt + 8 : segment.payloadStart,
  };
}

/** A copy with a client's port that no other round has had for long. */
function inRound({ bytes, portAt }: SamplePacket, round: number): Buffer {
  const copy = Buffer.from(bytes);
  if (portAt >= 0) copy.writeUInt16BE(12_000 + ((copy.readUInt16BE(portAt) + round * 101) % 50_000), portAt);
  return copy;
}

function mutate(bytes: Buffer, packet: SamplePacket, random: Random): Buffer {
  const { payloadAt, ipLengthAt } = packet;
  const hasPayload = payloadAt > packet.transportAt && payloadAt < bytes.length && ipLengthAt >= 0;
  if (!hasPayload || random.chance(0.2)) {
    for (let count = random.between(1, 4); count > 0; count--) bytes[random.below(bytes.length)] = random.below(256);
    return random.chance(0.1) ? bytes.subarray(0, random.between(1, bytes.length)) : bytes;
  }
  const payload = mutatePayload(Buffer.from(bytes.subarray(payloadAt)), random);
  const whole = Buffer.concat([bytes.subarray(0, payloadAt), payload]);
  whole.writeUInt16BE(whole.length - (ipLengthAt - 2), ipLengthAt);
  if (packet.isUdp) whole.writeUInt16BE(payload.length + 8, packet.transportAt + 4);
  return whole;
}

function mutatePayload(payload: Buffer, random: Random): Buffer {
  const at = random.below(payload.length);
  switch (random.below(6)) {
    case 0:
      payload[at] = random.below(256);
      return payload;
    case 1:
      return payload.subarray(0, at + 1);
    case 2: {
      const text = Buffer.from(random.pick(hostileText), 'latin1');
      return Buffer.concat([payload.subarray(0, at), text, payload.subarray(at)]);
    }
    case 3:
      return Buffer.concat([payload.subarray(0, at), payload.subarray(random.below(payload.length))]);
    case 4:
      payload[at] = random.pick([0x00, 0x0a, 0x0d, 0x20, 0x30, 0x39, 0x80, 0x81, 0xff]);
      return payload;
    default:
      for (let index = at; index < Math.min(payload.length, at + 4); index++) payload[index] = random.below(256);
      return payload;
  }
}

/** Builds pcap files of one link type; time goes on from one to the next. */
class CaptureBuilder {
  packets = 0;
  #mutated = 0;
  #parts: Buffer[] = [];
  #timeUs = 1_767_323_045_000_000;
  readonly #linkType: number;

  constructor(linkType: number) {
    this.#linkType = linkType;
  }

  get isFull(): boolean {
    return this.packets >= packetsPerFile;
  }

  add(bytes: Buffer, originalLength: number, isMutated: boolean): void {
    const header = Buffer.alloc(16);
    this.#timeUs += 10;
    header.writeUInt32LE(Math.floor(this.#timeUs / 1e6) >>> 0, 0);
    header.writeUInt32LE(this.#timeUs % 1e6, 4);
    header.writeUInt32LE(bytes.length, 8);
    header.writeUInt32LE(originalLength, 12);
    this.#parts.push(header, bytes);
    this.packets++;
    if (isMutated) this.#mutated++;
  }

  /** Lets time go on or back, by a moment or an age. */
  jump(random: Random): void {
    this.#timeUs = Math.max(0, this.#timeUs + random.pick([-1e12, -1e6, 1e6, 1e9, 1e10]));
    if (this.#timeUs > 4e15) this.#timeUs = 1_767_323_045_000_000;
  }

  take(): MutatedCapture {
    const header = Buffer.alloc(24);
    header.writeUInt32LE(0xa1b2c3d4, 0);
    header.writeUInt32LE(0x00040002, 4);
    header.writeUInt32LE(262_144, 16);
    header.writeUInt32LE(this.#linkType, 20);
    const taken = { file: Buffer.concat([header, ...this.#parts]), packets: this.packets, mutated: this.#mutated };
    this.packets = 0;
    this.#mutated = 0;
    this.#parts = [];
    return taken;
  }
}
