import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';

/** What a program took from its start to its end. */
export interface Usage {
  readonly wallSeconds: number;
  /** User and system time. */
  readonly cpuSeconds: number;
  /** Largest resident set. */
  readonly peakBytes: number;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** Packets that its exit report must name. */
  readonly packets?: number | undefined;
  /** A file that it writes and nobody needs. */
  readonly output?: string;
  /** Takes minutes where the others take seconds: one run must do. */
  readonly isSlow?: boolean;
}

/**
 * Of the caller's environment without what it has Node.js load besides the program: reading the certificates of
 * `NODE_EXTRA_CA_CERTS` takes as long as starting does.
 */
export function plainEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, TZ: 'UTC', NODE_EXTRA_CA_CERTS: undefined, NODE_OPTIONS: undefined };
}

/** GNU time starts a program from a small process, so that the figures have nothing of this one. */
const gnuTime = '/usr/bin/time';

/** Runs a command to its end; its output goes to /dev/null. Throws where it fails or has not seen every packet. */
export function measure({ command, args, packets }: Command): Usage {
  const start = process.hrtime.bigint();
  const { status, error, stderr } = spawnSync(gnuTime, ['-f', '%U %S %M', command, ...args], {
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const wallSeconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (error !== undefined) throw new Error(`${gnuTime}: ${error.message}; apt-get install time`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
  if (packets !== undefined && !stderr.includes(`${packets} packets captured`)) {
    throw new Error(`${command} ${args.join(' ')} has not seen ${packets} packets: ${stderr}`);
  }
  const [user = 0, system = 0, kibibytes = 0] = (stderr.trimEnd().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { wallSeconds, cpuSeconds: user + system, peakBytes: kibibytes * 1024 };
}

/**
 * Runs commands in turn, A B C A B C, so that what else the machine does hits them alike. Returns the medians of `runs`
 * runs, in the order of the commands.
 */
export function measureInTurn(commands: readonly Command[], runs: number): Usage[] {
  const usages = commands.map((): Usage[] => []);
  for (let run = 0; run < runs; run++) {
    for (const [index, command] of commands.entries()) {
      if (run > 0 && command.isSlow) continue;
      usages[index]?.push(measure(command));
      if (command.output !== undefined) rmSync(command.output);
    }
  }
  return usages.map((all) => ({
    wallSeconds: median(all.map((usage) => usage.wallSeconds)),
    cpuSeconds: median(all.map((usage) => usage.cpuSeconds)),
    peakBytes: median(all.map((usage) => usage.peakBytes)),
  }));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
