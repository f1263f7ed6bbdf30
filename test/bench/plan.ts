import { closeSync, fstatSync, openSync, readSync, rmSync } from 'node:fs';
import { type BenchCapture, keptCapture } from './kept-capture.ts';
import { measure, measureInTurn, type Usage } from './measure.ts';
import { isInstalled, logPath, type ProgramName, programs } from './programs.ts';
import type { CaptureResult } from './results.ts';
import type { Measured } from './targets.ts';
import { type Counts, type TrafficName, traffics } from './traffic.ts';

export interface Bench {
  /** Where captures are kept. */
  readonly directory: string;
  /** Where programs write; removed at the end. */
  readonly scratch: string;
  readonly runs: number;
}

/** A capture, and the programs to run with it. */
export interface Plan {
  readonly capture: BenchCapture;
  /** What `Measured` calls it. */
  readonly name: `${TrafficName} ${number}` | undefined;
  readonly programs: readonly ProgramName[];
}

const million = 1_000_000;
const tenth = 100_000;
const all: readonly ProgramName[] = ['tcpdump', 'text', 'plain', 'json', 'log', 'tshark', 'tsharkEk'];
const fast: readonly ProgramName[] = ['tcpdump', 'text', 'json'];
const own: readonly ProgramName[] = ['text', 'json'];
const kinds = [
  'small',
  'busy',
  'connections',
  'multiget',
  'values',
  'pipelines',
  'reordered',
  'lossy',
  'binary',
  'meta',
] as const;

/** Captures of which one figure of a target is made of two. */
function pairs(bench: Bench): Plan[] {
  return [
    plan(bench, 'small', tenth, own),
    plan(bench, 'values', tenth, ['tcpdump', ...own, 'cat']),
    plan(bench, 'values-jumbo', tenth, [...own, 'cat']),
    plan(bench, 'pipelines', tenth, fast),
    plan(bench, 'pipelines-half', tenth, own),
    plan(bench, 'mixed-1000', tenth, own),
    plan(bench, 'mixed-2000', tenth, own),
  ];
}

/** Everything that the targets need, and a short look at each kind of traffic. */
export function shortPlan(bench: Bench): Plan[] {
  const others = ['multiget', 'reordered', 'lossy', 'binary', 'meta'] as const;
  return [
    plan(bench, 'small', million, all),
    // Four times as much shows what a packet costs apart from starting and warming up.
    plan(bench, 'small', 4 * million, fast),
    // tcpdump slows down with the number of conversations: its table of them is a short one of long lists.
    plan(bench, 'busy', million, fast),
    plan(bench, 'connections', million, fast),
    ...others.map((kind) => plan(bench, kind, tenth, fast)),
    ...pairs(bench),
  ];
}

export function fullPlan(bench: Bench): Plan[] {
  return [...kinds.map((kind) => plan(bench, kind, million, all)), ...pairs(bench)];
}

/** Each kind of traffic, for comparing two commits. */
export function capturesFor(bench: Bench, isFull: boolean): Plan[] {
  return kinds.map((kind) => plan(bench, kind, isFull || kind === 'small' ? million : tenth, own));
}

function plan(bench: Bench, kind: TrafficName, packets: number, names: readonly ProgramName[]): Plan {
  const { description } = traffics[kind];
  const capture = { ...keptCapture(bench.directory, kind, packets), description };
  return { capture, name: `${kind} ${packets}`, programs: names };
}

/** A capture that the user has. */
export function ownCapture(bench: Bench, path: string): Plan {
  return { capture: { path, description: path, ...countsOf(bench, path) }, name: undefined, programs: all };
}

/** What mcsniff's summary says that a capture holds. */
function countsOf({ scratch }: Bench, path: string): Counts {
  const log = logPath(scratch);
  measure(programs.log.command({ path, description: path }, scratch));
  const file = openSync(log, 'r');
  const tail = Buffer.alloc(16_384);
  const length = readSync(file, tail, 0, tail.length, Math.max(0, fstatSync(file).size - tail.length));
  closeSync(file);
  rmSync(log);
  const [summary = ''] = tail.toString('utf8', 0, length).trimEnd().split('\n').slice(-1);
  return JSON.parse(summary) as Counts;
}

/** Measures every program that is installed with every capture of the plan. */
export function measurePlan(bench: Bench, plans: readonly Plan[]): { results: CaptureResult[]; measured: Measured } {
  const results: CaptureResult[] = [];
  const measured = new Map<`${TrafficName} ${number}`, CaptureResult>();
  for (const { capture, name, programs: wanted } of plans) {
    process.stderr.write(`measuring ${capture.path}\n`);
    const names = wanted.filter((program) => isInstalled(programs[program]));
    const commands = names.map((program) => programs[program].command(capture, bench.scratch));
    const usages = measureInTurn(commands, bench.runs);
    const seconds = usages.map(({ wallSeconds }, index) => `${names[index]} ${wallSeconds.toFixed(2)} s`);
    process.stderr.write(`  ${seconds.join(', ')}\n`);
    const result = { capture, usages: new Map(names.map((program, index) => [program, usages[index] as Usage])) };
    results.push(result);
    if (name !== undefined) measured.set(name, result);
  }
  return { results, measured };
}
