import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { mainPath } from '../support/run-program.ts';
import type { BenchCapture } from './kept-capture.ts';
import type { Command } from './measure.ts';

/** A program to measure with a capture. */
interface Program {
  readonly name: string;
  /** `scratch` is a directory for what it writes. */
  readonly command: (capture: BenchCapture, scratch: string) => Command;
}

function other(name: string, command: string, args: readonly string[], isSlow = false): Program {
  return { name, command: ({ path }) => ({ command, args: [...args, path], isSlow }) };
}

/** mcsniff, as built at `main`; `name` is what the table calls it. */
export function mcsniff(name: string, options: readonly string[], main: string = mainPath): Program {
  return {
    name,
    command: ({ path, packets }) => ({ command: process.execPath, args: [main, ...options, '-nr', path], packets }),
  };
}

/** Reading a file once takes hardly more than the clock of CPU time ticks. */
export const catTimes = 10;

/** Where `mcsniff --log` writes. */
export function logPath(scratch: string): string {
  return join(scratch, 'records.json');
}

export const programs = {
  tcpdump: other('tcpdump -nr', 'tcpdump', ['-nr']),
  text: mcsniff('mcsniff -nr', []),
  plain: mcsniff('mcsniff -nr --no-annotate', ['--no-annotate']),
  json: mcsniff('mcsniff --json -nr', ['--json']),
  log: {
    name: 'mcsniff --log FILE -nr',
    command: (capture, scratch) => {
      const output = logPath(scratch);
      return { ...mcsniff('', ['--log', output]).command(capture, scratch), output };
    },
  },
  tshark: other('tshark -nr', 'tshark', ['-nr'], true),
  tsharkEk: other('tshark -T ek -Y memcache -nr', 'tshark', ['-T', 'ek', '-Y', 'memcache', '-nr'], true),
  cat: {
    name: `cat, ${catTimes} times`,
    command: ({ path }) => ({ command: 'cat', args: Array.from({ length: catTimes }, () => path) }),
  },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;

/** Whether the command of a program can be run here. */
export function isInstalled(program: Program): boolean {
  const { command } = program.command({ path: '', description: '' }, '');
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
}
