/**
 * Compares the time that tcpdump and mcsniff take to print the same capture: `npm run bench -- FILE [RUNS]`.
 * Without a file a million packets are made first. They run in turn, so that what else the machine does
 * hits them alike; the result is the ratio of the medians.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mainPath } from '../support/run-program.ts';

const generatorPath = fileURLToPath(new URL('./generate.js', import.meta.url));

/** Seconds that a command takes, start and end included; its output goes nowhere. */
function seconds(command: string, args: readonly string[]): number {
  const nowhere = openSync('/dev/null', 'w');
  const start = process.hrtime.bigint();
  const { status } = spawnSync(command, args, {
    env: { ...process.env, TZ: 'UTC' },
    stdio: ['ignore', nowhere, nowhere],
  });
  const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
  closeSync(nowhere);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
  return elapsed;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function compare(file: string, runs: number): void {
  const programs = [
    { name: 'tcpdump -nr', command: 'tcpdump', args: ['-nr', file], times: [] as number[] },
    { name: 'mcsniff -nr', command: process.execPath, args: [mainPath, '-nr', file], times: [] as number[] },
    {
      name: 'mcsniff -nr --no-annotate',
      command: process.execPath,
      args: [mainPath, '-nr', file, '--no-annotate'],
      times: [] as number[],
    },
    {
      name: 'mcsniff --json',
      command: process.execPath,
      args: [mainPath, '--json', '-r', file],
      times: [] as number[],
    },
  ];
  for (let run = 0; run < runs; run++) {
    for (const { command, args, times } of programs) times.push(seconds(command, args));
  }
  const reference = median(programs[0]?.times ?? []);
  for (const { name, times } of programs) {
    const time = median(times);
    process.stdout.write(`${name.padEnd(26)} ${time.toFixed(2)} s   ${(time / reference).toFixed(2)} times tcpdump\n`);
  }
}

const [given, runs = '3'] = process.argv.slice(2);
if (given !== undefined) {
  compare(given, Number(runs));
} else {
  const directory = mkdtempSync(join(tmpdir(), 'mcsniff-bench-'));
  try {
    const file = join(directory, 'exchanges.pcap');
    spawnSync(process.execPath, [generatorPath, file], { stdio: 'inherit' });
    compare(file, Number(runs));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
