import assert from 'node:assert/strict';
import { AnomalyCounters } from '../../protocols/anomaly.ts';
import { defaultLimits } from '../../protocols/limits.ts';
import { memcached } from '../../protocols/memcached/protocol.ts';
import { ByteWriter } from '../../src/byte-writer.ts';
import { readChunk } from '../../src/capture/capture-reader.ts';
import { readerFor } from '../../src/capture/detect.ts';
import { ExpressWay } from '../../src/express/express-way.ts';
import { loadExpressModule } from '../../src/express/module.ts';
import type { ExpressEvents } from '../../src/express/told-events.ts';
import { TwoWays } from '../../src/express/two-ways.ts';
import { memcachedPipeline } from '../../src/memcached-pipeline.ts';
import { Annotation } from '../../src/output/annotation.ts';
import { ExitReport } from '../../src/output/exit-report.ts';
import { JsonLog } from '../../src/output/json-log.ts';
import { defaultLineOptions, type LineOptions } from '../../src/output/tcpdump-line/context.ts';
import { TcpdumpLine } from '../../src/output/tcpdump-line/tcpdump-line.ts';
import { Sniffer } from '../../src/sniffer.ts';

/** All that a run over a capture says, and how many of its packets went the express way. */
export interface Told {
  readonly lines: string;
  readonly records: string;
  readonly report: readonly string[];
  /** What listeners heard of commands. */
  readonly commands: readonly string[];
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
  /** Whether somebody listens to what is told of commands. */
  readonly listens?: boolean;
}

const interfaceNames = new Map([
  [1, 'lo'],
  [258, 'wireguard0'],
  [70_000, 'v'.repeat(60)],
]);

/** Reads a capture file as the program does, into lines and records. */
export function toldOf(file: Buffer, options: RunOptions): Told {
  const anomalies = new AnomalyCounters();
  const report = new ExitReport(anomalies);
  const ports = new Set([memcached.port]);
  const service = { name: memcached.serviceName, tcp: ports, udp: ports };
  const line = new TcpdumpLine(
    { ...defaultLineOptions, service, interfaceNames, ...options.line },
    defaultLimits,
    anomalies,
  );
  const lines = new ByteWriter();
  const records = new ByteWriter();
  const log = new JsonLog(records, () => {});
  const annotates = options.annotates ?? true;
  const annotation = annotates ? new Annotation(memcached.name) : undefined;
  const failures: unknown[] = [];
  const failed = (error: unknown): void => {
    failures.push(error);
  };
  const commands: string[] = [];
  const listener = { commandLine: tellLine(commands), transaction: tellTransaction(commands) };
  const listens = options.listens ?? false;
  const express = options.express ? expressTo(line, lines, log, annotates, listens ? listener : undefined) : undefined;
  const pipeline = memcachedPipeline({
    ports,
    udpPorts: ports,
    limits: defaultLimits,
    anomalies,
    keepValueBytes: 0,
    counts: report,
    listeners: [...(annotation === undefined ? [] : [annotation]), ...(listens ? [listener] : []), log],
    recognized: () => {},
    recent: express?.recent,
  });
  const ways = express && new TwoWays(express, pipeline, defaultLimits.lookAheadPackets);
  let general = 0;
  const sniffer = new Sniffer({
    filter: undefined,
    first: undefined,
    save: undefined,
    pipeline,
    ways,
    isComplete: options.isLive !== true,
    annotation,
    print: (packet) => {
      general++;
      line.begin(packet, lines);
      annotation?.appendTo(lines);
      line.finish(packet, lines);
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
    commands,
    express: report.packets - general,
  };
}

function tellLine(commands: string[]): ExpressEvents['listener']['commandLine'] {
  return ({ id }, { line, startUs, linePacket }) => commands.push(`${id} ${line} ${startUs} ${linePacket}`);
}

function tellTransaction(commands: string[]): ExpressEvents['listener']['transaction'] {
  return ({ id }, told) => {
    const { command, keys, status, hits, misses, bytes, flags, exptime, cas, result, outcome, foundBytes } = told;
    const { startUs, requestUs, packet, answerUs, endUs, answerPacket, queueUs, cause } = told;
    const { requestBytes, responseBytes, answerFlags } = told;
    commands.push(
      JSON.stringify([
        ...[id, command, keys, status, hits, misses, bytes, flags, exptime, cas, result, outcome, foundBytes],
        ...[startUs, requestUs, packet, answerUs, endUs, answerPacket, queueUs, cause],
        ...[requestBytes, responseBytes, answerFlags],
      ]),
    );
  };
}

function expressTo(
  line: TcpdumpLine,
  lines: ByteWriter,
  log: JsonLog,
  annotates: boolean,
  listener: ExpressEvents['listener'] | undefined,
): ExpressWay {
  const outputs = {
    lines: {
      annotates,
      absoluteSequence: false,
      clockText: (seconds: number) => line.clockText(seconds),
      interfaceText: (index: number) => line.interfaceText(index),
      textsOf: (ends: Uint8Array, version: 4 | 6) => line.textsOf(ends, version),
      get generation() {
        return line.generation;
      },
      take: (bytes: Uint8Array, start: number, end: number) => lines.copy(bytes, start, end),
    },
    records: log,
    events: listener && { listener, packet: () => {}, told: () => false, write: () => {} },
  };
  const slack = Math.floor(defaultLimits.idleSeconds / 64);
  const module = loadExpressModule();
  assert.ok(module);
  return new ExpressWay(module, outputs, { ...defaultLimits, idleSlackSeconds: slack }, () => {});
}
