import type { BenchCapture } from './kept-capture.ts';
import type { Usage } from './measure.ts';
import { type ProgramName, programs } from './programs.ts';
import { figure, megabytes, table } from './table.ts';

/** What the programs took for one capture. */
export interface CaptureResult {
  readonly capture: BenchCapture;
  readonly usages: ReadonlyMap<ProgramName, Usage>;
}

const head = [
  'traffic',
  'program',
  'wall s',
  'CPU s',
  'packets/s',
  'commands/s',
  'commands/CPU s',
  'peak MB',
  '× tcpdump',
  '× tshark',
  '× tshark ek',
];

/** One row for each capture and program; the last columns say how many times as fast as that program it is. */
export function resultTable(results: readonly CaptureResult[]): string {
  return table([head, ...results.flatMap(rowsOf)], 2);
}

function rowsOf({ capture, usages }: CaptureResult): string[][] {
  const { description, packets, commands } = capture;
  const size = packets === undefined ? '' : `, ${packets.toLocaleString('en-US')} packets`;
  return [...usages].map(([name, usage], index) => {
    const timesAsFast = (reference: ProgramName): string => {
      const other = usages.get(reference);
      return other === undefined || name === reference || name === 'cat'
        ? '–'
        : figure(other.wallSeconds / usage.wallSeconds);
    };
    const per = (count: number | undefined, seconds: number): string =>
      figure(count === undefined || name === 'cat' ? undefined : count / seconds);
    return [
      index === 0 ? `${description}${size}` : '',
      programs[name].name,
      usage.wallSeconds.toFixed(2),
      usage.cpuSeconds.toFixed(2),
      per(packets, usage.wallSeconds),
      per(commands, usage.wallSeconds),
      per(commands, usage.cpuSeconds),
      megabytes(usage.peakBytes),
      timesAsFast('tcpdump'),
      timesAsFast('tshark'),
      timesAsFast('tsharkEk'),
    ];
  });
}
