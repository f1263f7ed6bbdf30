import { encodeMessage } from '../support/binary-messages.ts';
import { Random } from '../support/random.ts';
import { CaptureWriter } from './capture-writer.ts';
import { type Detour, delaying, type Flow, losing, mixing, newFlows, type Path, segmentLength, Wire } from './wire.ts';

/** What a capture holds: packets, and commands that the clients sent. */
export interface Counts {
  readonly packets: number;
  readonly commands: number;
}

/** One request with its answer. */
interface Exchange {
  readonly request: Buffer;
  readonly answer: Buffer;
}

interface Traffic {
  readonly description: string;
  readonly connections: number;
  readonly segment?: number;
  readonly detour?: (next: Path, random: Random) => Detour;
  /** Sends until the wire is full; returns how many commands. */
  readonly send: (wire: Wire, flows: readonly Flow[], random: Random) => number;
}

const fillBytes = 1 << 22;
const fill = 'v'.repeat(fillBytes);
const crlf = Buffer.from('\r\n');
const pipelineDepth = 100_000;

function keyOf(random: Random): string {
  return `user:${random.below(100_000)}:profile`;
}

/** Of ten commands six hit, two miss, two store; values have up to 400 bytes. */
function smallExchange(random: Random): Exchange {
  const key = keyOf(random);
  const value = fill.slice(0, random.between(1, 400));
  const kind = random.below(10);
  if (kind < 2) return exchangeOf(`set ${key} 0 0 ${value.length}\r\n${value}\r\n`, 'STORED\r\n');
  const request = `get ${key}\r\n`;
  return exchangeOf(request, kind < 4 ? 'END\r\n' : `VALUE ${key} 0 ${value.length}\r\n${value}\r\nEND\r\n`);
}

function metaExchange(random: Random): Exchange {
  const key = keyOf(random);
  const value = fill.slice(0, random.between(1, 400));
  const kind = random.below(10);
  if (kind < 2) return exchangeOf(`ms ${key} ${value.length} T300\r\n${value}\r\n`, 'HD\r\n');
  return exchangeOf(`mg ${key} s v f c\r\n`, kind < 4 ? 'EN\r\n' : metaHit(value));
}

function metaHit(value: string): string {
  return `VA ${value.length} s${value.length} f0 c123456\r\n${value}\r\n`;
}

function binaryExchange(random: Random): Exchange {
  const key = keyOf(random);
  const opaque = random.word();
  const length = random.between(1, 400);
  const kind = random.below(10);
  const request =
    kind < 2
      ? `set key=${key} flags=0 exptime=0 value={${length}*v} opaque=${opaque}`
      : `get key=${key} opaque=${opaque}`;
  let answer = `get status=0 flags=0 value={${length}*v} cas=123456 opaque=${opaque}`;
  if (kind < 2) answer = `set status=0 cas=123456 opaque=${opaque}`;
  else if (kind < 4) answer = `get status=1 value=Not\\sfound opaque=${opaque}`;
  return { request: encodeMessage(true, request), answer: encodeMessage(false, answer) };
}

/** A retrieval of 100 keys, of which nine in ten hit. */
function multigetExchange(random: Random): Exchange {
  const keys = Array.from({ length: 100 }, () => keyOf(random));
  const hits = keys.filter(() => random.below(10) > 0).map((key) => hit(key, random.between(1, 100)));
  return exchangeOf(`get ${keys.join(' ')}\r\n`, `${hits.join('')}END\r\n`);
}

/** A value of 1 MiB, retrieved four times of five, else stored. */
function valueExchange(random: Random): Exchange {
  const key = keyOf(random);
  if (random.below(5) > 0) return exchangeOf(`get ${key}\r\n`, `${hit(key, 1 << 20)}END\r\n`);
  return exchangeOf(`set ${key} 0 0 ${1 << 20}\r\n${fill.slice(0, 1 << 20)}\r\n`, 'STORED\r\n');
}

function hit(key: string, bytes: number): string {
  return `VALUE ${key} 0 ${bytes}\r\n${fill.slice(0, bytes)}\r\n`;
}

function exchangeOf(request: string, answer: string): Exchange {
  return { request: Buffer.from(request), answer: Buffer.from(answer) };
}

/** Every connection once in turn, then any. */
function exchanges(make: (random: Random) => Exchange): Traffic['send'] {
  return (wire, flows, random) => {
    let commands = 0;
    while (!wire.isFull) {
      const flow = flows[commands < flows.length ? commands : random.below(flows.length)] as Flow;
      const { request, answer } = make(random);
      wire.exchange(flow, request, answer);
      commands++;
    }
    return commands;
  };
}

/** `depth` requests, then all their answers. */
function pipelines(depth: number): Traffic['send'] {
  return (wire, flows, random) => {
    let commands = 0;
    while (!wire.isFull) {
      const flow = flows[random.below(flows.length)] as Flow;
      const keys = Array.from({ length: depth }, () => keyOf(random));
      wire.send(flow, true, Buffer.from(keys.map((key) => `get ${key}\r\n`).join('')));
      wire.send(flow, false, Buffer.from(keys.map((key) => `${hit(key, random.between(1, 100))}END\r\n`).join('')));
      wire.acknowledge(flow, true);
      commands += depth;
    }
    return commands;
  };
}

/** Stores of exactly `segments` full segments, behind a get. */
function stores(segments: number): Traffic['send'] {
  return (wire, [flow]) => {
    if (flow === undefined) return 0;
    wire.exchange(flow, Buffer.from('get k\r\n'), Buffer.from('END\r\n'));
    let commands = 1;
    while (!wire.isFull) {
      const total = segments * segmentLength.ethernet;
      const lineFor = (bytes: number): Buffer => Buffer.from(`set ${'k'.repeat(20)} 0 0 ${bytes}\r\n`);
      const bytes = total - lineFor(total).length - crlf.length;
      wire.burst(flow, true, Buffer.concat([lineFor(bytes), Buffer.from(fill.slice(0, bytes)), crlf]));
      wire.send(flow, false, Buffer.from('STORED\r\n'));
      wire.acknowledge(flow, true);
      commands++;
    }
    return commands;
  };
}

function mixedStores(segments: number): Traffic {
  return {
    description: `stores of which ${segments} segments wait for the first`,
    connections: 1,
    detour: (next, random) => mixing(next, random, segments),
    send: stores(segments),
  };
}

const small = { connections: 200, send: exchanges(smallExchange) };

/** Every kind of traffic by the name that its capture has. */
export const traffics = {
  small: { ...small, description: 'small exchanges, 200 connections' },
  busy: { ...small, description: 'small exchanges, 5,000 connections', connections: 5000 },
  connections: { ...small, description: 'small exchanges, 100,000 connections', connections: 100_000 },
  multiget: { description: 'gets of 100 keys', connections: 200, send: exchanges(multigetExchange) },
  values: { description: 'values of 1 MiB', connections: 20, send: exchanges(valueExchange) },
  pipelines: { description: '100,000 commands in flight', connections: 1, send: pipelines(pipelineDepth) },
  reordered: {
    ...small,
    description: 'one packet of 10 comes up to 20 later',
    detour: (next, random) => delaying(next, random, 10, 20),
  },
  lossy: {
    ...small,
    description: 'one data packet of 100 is lost',
    detour: (next, random) => losing(next, random, 100),
  },
  binary: { description: 'small exchanges, binary', connections: 200, send: exchanges(binaryExchange) },
  meta: { description: 'small exchanges, meta', connections: 200, send: exchanges(metaExchange) },

  // For figures that compare two captures of as many packets.
  'values-jumbo': {
    description: 'values of 1 MiB in jumbo frames',
    connections: 20,
    segment: segmentLength.jumbo,
    send: exchanges(valueExchange),
  },
  'pipelines-half': {
    description: '50,000 commands in flight',
    connections: 1,
    send: pipelines(pipelineDepth / 2),
  },
  'mixed-1000': mixedStores(1000),
  'mixed-2000': mixedStores(2000),
} as const satisfies Record<string, Traffic>;

export type TrafficName = keyof typeof traffics;

/** Writes a capture of `packets` packets; the same name and number always give the same bytes. */
export function generate(name: TrafficName, path: string, packets: number): Counts {
  const { connections, segment, detour, send }: Traffic = traffics[name];
  const random = new Random(1);
  const writer = new CaptureWriter(path, packets);
  const straight: Path = (frame, length) => writer.frame(frame, length);
  const way = detour?.(straight, random) ?? { path: straight, finish: () => {} };
  const commands = send(new Wire(writer, way.path, segment), newFlows(connections), random);
  way.finish();
  writer.close();
  return { packets: writer.packets, commands };
}
