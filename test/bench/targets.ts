import type { Usage } from './measure.ts';
import { catTimes, type ProgramName } from './programs.ts';
import type { CaptureResult } from './results.ts';
import { figure, table } from './table.ts';
import type { TrafficName } from './traffic.ts';

/** The results by kind of traffic and number of packets asked for. */
export type Measured = ReadonlyMap<`${TrafficName} ${number}`, CaptureResult>;

interface Target {
  readonly what: string;
  /** NaN where it was not measured. */
  readonly figure: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

const million = 1_000_000;
const tenth = 100_000;

/** mcsniff's figures beside what they shall be. */
export function targetTable(measured: Measured, startUpRatio: number): string {
  const usage = (traffic: TrafficName, packets: number, program: ProgramName): Usage =>
    measured.get(`${traffic} ${packets}`)?.usages.get(program) ?? unknown;
  const wall = (traffic: TrafficName, packets: number, program: ProgramName): number =>
    usage(traffic, packets, program).wallSeconds;
  // Captures are not measured in turn with each other: what else the machine does would be in a ratio of wall times.
  const cpu = (traffic: TrafficName, packets: number, program: ProgramName): number =>
    usage(traffic, packets, program).cpuSeconds;
  const peak = (traffic: TrafficName, packets: number, program: ProgramName): number =>
    usage(traffic, packets, program).peakBytes / 1e6;
  const commands = measured.get(`small ${million}`)?.capture.commands ?? Number.NaN;
  const perByte = (program: ProgramName): number => cpu('values-jumbo', tenth, program) - cpu('values', tenth, program);

  const targets: Target[] = [
    {
      what: 'lines: times as fast as tcpdump -nr',
      figure: wall('small', million, 'tcpdump') / wall('small', million, 'text'),
      atLeast: 2,
    },
    {
      what: 'records: times as fast as tshark -T ek -Y memcache',
      figure: wall('small', million, 'tsharkEk') / wall('small', million, 'json'),
      atLeast: 60,
    },
    {
      what: 'records: commands per second of CPU time',
      figure: commands / usage('small', million, 'json').cpuSeconds,
      atLeast: 250_000,
    },
  ];
  for (const [program, name] of [
    ['text', 'lines'],
    ['json', 'records'],
  ] as const) {
    const twice = (more: TrafficName, less: TrafficName): number =>
      cpu(more, tenth, program) / cpu(less, tenth, program);
    targets.push(
      {
        what: `${name}: peak of 1,000,000 packets to that of 100,000`,
        figure: peak('small', million, program) / peak('small', tenth, program),
        atMost: 1.15,
      },
      { what: `${name}: peak of 1,000,000 packets, MB`, figure: peak('small', million, program), atMost: 160 },
      {
        what: `${name}: peak with 100,000 connections, MB`,
        figure: peak('connections', million, program),
        atMost: 300,
      },
      {
        what: `${name}: CPU time per packet with 100,000 connections to that with 200`,
        figure: cpu('connections', million, program) / cpu('small', million, program),
        atMost: 1.5,
      },
      {
        what: `${name}: CPU time per byte of 1 MiB values to that of cat (reading, and no more than that again)`,
        figure: perByte(program) / (perByte('cat') / catTimes),
        atMost: 2,
      },
      {
        what: `${name}: CPU time with 100,000 commands in flight to that with 50,000`,
        figure: twice('pipelines', 'pipelines-half'),
        atMost: 1.25,
      },
      {
        what: `${name}: CPU time with 2,000 segments out of order to that with 1,000`,
        figure: twice('mixed-2000', 'mixed-1000'),
        atMost: 1.25,
      },
    );
  }
  targets.push({ what: 'start-up: mcsniff --version to node -e 0', figure: startUpRatio, atMost: 1.5 });
  return table([['target', 'figure', 'asked for', ''], ...targets.map(rowOf)], 1);
}

const unknown: Usage = { wallSeconds: Number.NaN, cpuSeconds: Number.NaN, peakBytes: Number.NaN };

function rowOf({ what, figure: measured, atLeast, atMost }: Target): string[] {
  const asked = atLeast === undefined ? `at most ${figure(atMost)}` : `at least ${figure(atLeast)}`;
  const excess = atLeast === undefined ? measured / (atMost ?? Number.NaN) : atLeast / measured;
  let verdict = excess <= 1 ? 'met' : `missed by a factor of ${figure(excess)}`;
  if (Number.isNaN(excess)) verdict = 'not measured';
  return [what, figure(measured), asked, verdict];
}
