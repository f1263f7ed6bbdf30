/**
 * Run as a process of its own by in-order-allocation.test.ts: sends the segments of a long value, and the other side's
 * acknowledgments, through all that prints a line for them, and prints by how many bytes the heap grew for each packet.
 * The young generation must be large enough for no collection to happen.
 */

import { AnomalyCounters } from '../protocols/anomaly.ts';
import { Listeners } from '../protocols/events.ts';
import { defaultLimits } from '../protocols/limits.ts';
import { memcached } from '../protocols/memcached/protocol.ts';
import { ByteWriter } from '../src/byte-writer.ts';
import { readChunk } from '../src/capture/capture-reader.ts';
import { PcapReader } from '../src/capture/pcap-reader.ts';
import { Annotation } from '../src/output/annotation.ts';
import { ExitReport } from '../src/output/exit-report.ts';
import { defaultLineOptions } from '../src/output/tcpdump-line/context.ts';
import { TcpdumpLine } from '../src/output/tcpdump-line/tcpdump-line.ts';
import { Pipeline } from '../src/pipeline.ts';
import { Sniffer } from '../src/sniffer.ts';
import { ethernet, ipv4, tcp } from './support/packet-builder.ts';

const connections = 50;
const rounds = 5;
const roundPackets = 100_000;
const segmentLength = 40;
const recordHeader = 16;
/** Where a record has sequence and acknowledgment number. */
const sequenceAt = recordHeader + 14 + 20 + 4;
const acknowledgmentAt = sequenceAt + 4;

const anomalies = new AnomalyCounters();
const report = new ExitReport(anomalies);
const annotation = new Annotation(memcached.name);
const output = new ByteWriter(1 << 16);
const ports = new Set([11_211]);
const line = new TcpdumpLine({
  ...defaultLineOptions,
  service: { name: memcached.serviceName, tcp: ports, udp: ports },
});
let printed = 0;
let annotated = 0;
const sniffer = new Sniffer({
  filter: undefined,
  first: undefined,
  save: undefined,
  pipeline: new Pipeline({
    protocol: memcached,
    ports,
    udpPorts: ports,
    limits: defaultLimits,
    anomalies,
    events: new Listeners([report, annotation]),
    keepValueBytes: 0,
  }),
  isComplete: true,
  annotation,
  print: (packet) => {
    if (!annotation.isEmpty) annotated++;
    line.begin(packet, output);
    annotation.appendTo(output);
    line.finish(packet, output);
    printed += output.length;
    output.clear();
  },
  count: Number.POSITIVE_INFINITY,
  flushesEachPacket: false,
  report,
  opened: () => {},
  stop: () => {},
  flush: () => undefined,
  failed: (error) => process.stderr.write(`${error}\n`),
});
const reader = new PcapReader(sniffer);

function record(
  connection: number,
  fromClient: boolean,
  payload: Buffer,
  seq: number,
  ack: number,
  flags = payload.length > 0 ? 'P.' : '.',
): Buffer {
  const client = { address: '10.0.0.1', port: 30_000 + connection };
  const server = { address: '10.0.0.2', port: 11_211 };
  const [source, destination] = fromClient ? [client, server] : [server, client];
  const options = [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'ts', value: 1, echo: 1 }] as const;
  const segment = tcp(payload, { source, destination, seq, ack, flags, options });
  const frame = ethernet(ipv4(segment, { source: source.address, destination: destination.address }));
  const header = Buffer.alloc(recordHeader);
  header.writeUInt32LE(1_767_323_045, 0);
  header.writeUInt32LE(frame.length, 8);
  header.writeUInt32LE(frame.length, 12);
  return Buffer.concat([header, frame]);
}

// Near 2^31 and 2^32, so that the streams pass both.
const clientNext = new Uint32Array(connections).fill(0x7fff0000);
const serverNext = new Uint32Array(connections).fill(0xffff0000);

function pair(connection: number, payload: Buffer): Buffer[] {
  const sent = clientNext[connection] as number;
  const answered = serverNext[connection] as number;
  const acknowledged = (sent + payload.length) >>> 0;
  clientNext[connection] = acknowledged;
  return [
    record(connection, true, payload, sent, answered),
    record(connection, false, Buffer.alloc(0), answered, acknowledged),
  ];
}

function handshake(connection: number): Buffer[] {
  const sent = clientNext[connection] as number;
  const answered = serverNext[connection] as number;
  return [
    record(connection, true, Buffer.alloc(0), sent - 1, 0, 'S'),
    record(connection, false, Buffer.alloc(0), answered - 1, sent, 'S.'),
    record(connection, true, Buffer.alloc(0), sent, answered),
  ];
}

const fileHeader = Buffer.alloc(24);
fileHeader.writeUInt32LE(0xa1b2c3d4, 0);
fileHeader.writeUInt32LE(0x00040002, 4);
fileHeader.writeUInt32LE(262_144, 16);
fileHeader.writeUInt32LE(1, 20);
const all = Array.from({ length: connections }, (_, connection) => connection);
const opening = all.flatMap((connection) => [
  ...handshake(connection),
  ...pair(connection, Buffer.from('set k 0 0 1000000000\r\n')),
]);
readChunk(reader, Buffer.concat([fileHeader, ...opening]));

/** A segment and its acknowledgment for each connection, again and again. */
class Chunk {
  readonly #bytes: Buffer;
  readonly #starts: number[] = [];
  readonly packets: number;

  constructor(times: number) {
    const pieces = Array.from({ length: times }, () => all)
      .flat()
      .flatMap((connection) => [
        record(connection, true, Buffer.alloc(segmentLength, 'v'), 0, serverNext[connection] as number),
        record(connection, false, Buffer.alloc(0), serverNext[connection] as number, 0),
      ]);
    this.packets = pieces.length;
    this.#bytes = Buffer.concat(pieces);
    let at = 0;
    for (const piece of pieces) {
      this.#starts.push(at);
      at += piece.length;
    }
  }

  push(): void {
    const bytes = this.#bytes;
    for (let index = 0; index < this.packets; index += 2) {
      const connection = (index >> 1) % connections;
      const sent = clientNext[connection] as number;
      const acknowledged = (sent + segmentLength) >>> 0;
      writeU32(bytes, (this.#starts[index] as number) + sequenceAt, sent);
      writeU32(bytes, (this.#starts[index + 1] as number) + acknowledgmentAt, acknowledged);
      clientNext[connection] = acknowledged;
    }
    readChunk(reader, bytes);
  }
}

function writeU32(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

// The look-ahead holds the last packets of a chunk until the next one has come.
const chunks = [new Chunk(10), new Chunk(10)];

function send(packets: number): void {
  let left = packets;
  while (left > 0) {
    for (const chunk of chunks) {
      chunk.push();
      left -= chunk.packets;
    }
  }
}

send(3 * roundPackets);
// The engine may compile or give up compiled code in one round; what the code itself allocates shows in each.
let perPacket = Number.POSITIVE_INFINITY;
const printedBefore = printed;
for (let round = 0; round < rounds; round++) {
  const before = process.memoryUsage().heapUsed;
  send(roundPackets);
  const grown = process.memoryUsage().heapUsed - before;
  if (grown < 0) throw new Error('a collection came in between: more was allocated than the young generation holds');
  perPacket = Math.min(perPacket, grown / roundPackets);
}
const printedPerPacket = (printed - printedBefore) / (rounds * roundPackets);
const { gaps } = report;
process.stdout.write(`${JSON.stringify({ perPacket, printedPerPacket, annotated, gaps })}\n`);
