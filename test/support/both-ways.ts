import assert from 'node:assert/strict';
import { AnomalyCounters } from '../../protocols/anomaly.ts';
import type { Listener } from '../../protocols/events.ts';
import { defaultLimits, type Limits } from '../../protocols/limits.ts';
import { memcached } from '../../protocols/memcached/protocol.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import { SideFacts } from '../../protocols/tcp/tcp-facts.ts';
import { Transaction } from '../../protocols/transaction.ts';
import { ByteWriter } from '../../src/byte-writer.ts';
import { readChunk } from '../../src/capture/capture-reader.ts';
import { readerFor } from '../../src/capture/detect.ts';
import { ExpressWay } from '../../src/express/express-way.ts';
import { loadExpressModule } from '../../src/express/module.ts';
import type { ExpressEvents } from '../../src/express/told-events.ts';
import { TwoWays } from '../../src/express/two-ways.ts';
import { Worth } from '../../src/express/worth.ts';
import { memcachedPipeline } from '../../src/memcached-pipeline.ts';
import { Annotation } from '../../src/output/annotation.ts';
import { ExitReport } from '../../src/output/exit-report.ts';
import { JsonLog } from '../../src/output/json-log.ts';
import { defaultLineOptions, type LineOptions } from '../../src/output/tcpdump-line/context.ts';
import { type LineBases, TcpdumpLine } from '../../src/output/tcpdump-line/tcpdump-line.ts';
import { Sniffer } from '../../src/sniffer.ts';

/** All that a run over a capture says, and how many of its packets went the express way. */
export interface Told {
  readonly lines: string;
  readonly records: string;
  readonly report: readonly string[];
  /** What a listener was told of packets and commands, in order. */
  readonly heard: readonly string[];
  readonly express: number;
}

export interface RunOptions {
  readonly express: boolean;
  readonly line?: Partial<LineOptions>;
  /** Bytes read at a time. */
  readonly chunk?: number;
  /** True where no packet waits for others than those that came with it, as in a live capture. */
  readonly isLive?: boolean;
  readonly annotates?: boolean;
  /** Packets over which it is judged whether the express way is worth while. */
  readonly window?: number | undefined;
  /** Whether somebody listens, too. */
  readonly hears?: boolean;
  readonly limits?: Partial<Limits>;
}

const interfaceNames = new Map([
  [1, 'lo'],
  [258, 'wireguard0'],
  [70_000, 'v'.repeat(60)],
]);

/** Reads a capture file as the program does, into lines and records. */
export function toldOf(file: Buffer, options: RunOptions): Told {
  const anomalies = new AnomalyCounters();
  const limits = { ...defaultLimits, ...options.limits };
  const report = new ExitReport(anomalies);
  const ports = new Set([memcached.port]);
  const service = { name: memcached.serviceName, tcp: ports, udp: ports };
  const line = new TcpdumpLine({ ...defaultLineOptions, service, interfaceNames, ...options.line }, limits, anomalies);
  const lines = new ByteWriter();
  const records = new ByteWriter();
  const log = new JsonLog(records, () => {});
  const annotates = options.annotates ?? true;
  const annotation = annotates ? new Annotation(memcached.name) : undefined;
  const failures: unknown[] = [];
  const failed = (error: unknown): void => {
    failures.push(error);
  };
  const heard: string[] = [];
  const ear = options.hears === true ? earOf(heard, lines) : undefined;
  const express = options.express ? expressTo(line, lines, log, annotates, ear, limits) : undefined;
  const pipeline = memcachedPipeline({
    ports,
    udpPorts: ports,
    limits,
    anomalies,
    keepValueBytes: 0,
    counts: report,
    listeners: [...(ear === undefined ? [] : [ear.listener]), ...(annotation === undefined ? [] : [annotation]), log],
    recognized: () => {},
    recent: express?.recent,
  });
  const ways = express && new TwoWays(express, pipeline, limits.lookAheadPackets, new Worth(options.window));
  let general = 0;
  const sniffer = new Sniffer({
    filter: undefined,
    first: undefined,
    save: undefined,
    pipeline,
    ways,
    tally: ear && ((timeUs, bytes) => ear.packet(timeUs, bytes)),
    isComplete: options.isLive !== true,
    annotation,
    print: (packet) => {
      general++;
      line.begin(packet, lines);
      annotation?.appendTo(lines);
      line.finish(packet, lines);
      if (ear?.told() === true) ear.write();
    },
    count: Number.POSITIVE_INFINITY,
    flushesEachPacket: false,
    report,
    opened: () => {},
    stop: () => {},
    flush: () => undefined,
    failed,
  });
  const reader = readerFor(file, sniffer);
  const length = options.chunk ?? 65_536;
  for (let at = 0; at < file.length; at += length) {
    readChunk(reader, file.subarray(at, at + length));
    sniffer.afterChunk();
  }
  sniffer.finish();
  annotation?.clear();
  pipeline.end();
  log.summary(report, pipeline.timeUs);
  if (failures.length > 0) throw failures[0];
  return {
    lines: lines.toString(),
    records: records.toString(),
    report: report.lines(),
    heard,
    express: report.packets - general,
  };
}

/** What a listener finds in a command; `heardUs` is told with the line. */
const fields = (Object.keys(new Transaction('', '', '')) as (keyof Transaction)[]).filter((name) => name !== 'heardUs');

/** Writes down what it is told, and in `lines`, behind the line of each packet that it was told of a connection with, a note. */
function earOf(heard: string[], lines: ByteWriter): ExpressEvents & { readonly listener: Listener } {
  let notes = 0;
  const hear = (text: string): void => {
    notes++;
    heard.push(text);
  };
  return {
    listener: {
      borrows: true,
      connectionOpen: ({ id, tcp }, { timeUs, packet }) => hear(`${id} opens ${timeUs} ${packet} ${tcp !== undefined}`),
      connectionClose: (connection, reason, { timeUs, packet }) =>
        hear(`${connection.id} closes ${reason} ${timeUs} ${packet} ${leftBy(connection)}`),
      segment: (connection, fact, { timeUs, packet }) =>
        hear(`${connection.id} ${JSON.stringify(fact)} ${timeUs} ${packet} ${shownBy(connection)}`),
      bytes: ({ id }, bytes) => heard.push(`${id} ${JSON.stringify(bytes)}`),
      unasked: ({ id }, answer, { timeUs, packet }) =>
        heard.push(`${id} ${JSON.stringify(answer)} ${timeUs} ${packet}`),
      commandLine: ({ id, tcp }, { line, startUs, linePacket, requestStart, heardUs }) =>
        heard.push(
          `${id} ${line} ${startUs} ${linePacket} ${requestStart} ${heardUs === -1 ? tcp?.server.dataUs : heardUs}`,
        ),
      transaction: ({ id }, transaction) => {
        const told = Object.fromEntries(fields.map((field) => [field, transaction[field]]));
        heard.push(`${id} ${JSON.stringify(told)}`);
      },
    },
    packet: (timeUs, bytes) => heard.push(`packet ${timeUs} ${bytes}`),
    told: () => notes > 0,
    write: () => {
      const text = Buffer.from(`    ! ${notes} of ${heard.length}\n`);
      lines.copy(text, 0, text.length);
      notes = 0;
    },
  };
}

/** What TCP shows of a connection that no later packet changes. */
function shownBy({ tcp }: ConnectionInfo): string {
  if (tcp === undefined) return 'nothing';
  const { handshakeUs, closedBy, firstSynUs, synUs, syns, synAckUs, clientAcknowledges } = tcp;
  return JSON.stringify({ handshakeUs, closedBy, firstSynUs, synUs, syns, synAckUs, clientAcknowledges });
}

/** All that it shows of it in the end. */
function leftBy(connection: ConnectionInfo): string {
  const { tcp } = connection;
  if (tcp === undefined) return 'nothing';
  const sides = [tcp.client, tcp.server].map((one) => Object.fromEntries(ofSides.map((name) => [name, one[name]])));
  return `${shownBy(connection)} ${tcp.establishedUs} ${tcp.lastUs} ${JSON.stringify(sides)}`;
}

const ofSides = Object.keys(new (class extends SideFacts {})()) as (keyof SideFacts)[];

function expressTo(
  line: TcpdumpLine,
  lines: ByteWriter,
  log: JsonLog,
  annotates: boolean,
  events: ExpressEvents | undefined,
  limits: Limits,
): ExpressWay {
  const outputs = {
    lines: {
      annotates,
      absoluteSequence: false,
      clockText: (seconds: number) => line.clockText(seconds),
      interfaceText: (index: number) => line.interfaceText(index),
      endsOf: (ends: Uint8Array, version: 4 | 6) => line.endsOf(ends, version),
      basesOf: (ends: Uint8Array, version: 4 | 6) => line.basesOf(ends, version),
      setBases: (ends: Uint8Array, version: 4 | 6, bases: LineBases) => line.setBases(ends, version, bases),
      get generation() {
        return line.generation;
      },
      take: (bytes: Uint8Array, start: number, end: number) => lines.copy(bytes, start, end),
    },
    records: log,
    events,
  };
  const slack = Math.floor(limits.idleSeconds / 64);
  const module = loadExpressModule();
  assert.ok(module);
  return new ExpressWay(module, outputs, { ...limits, idleSlackSeconds: slack }, () => {});
}
