/**
 * Measures what each engine captures without loss, and what that costs: `npm run bench:live [DIRECTORY]`, as root.
 * tcpreplay sends small memcached exchanges over a veth pair in network namespaces of its own, faster from step to
 * step; two tcpdumps capture the same traffic at the same time. What is lost is the difference between what tcpreplay
 * has sent and what a program says that it captured. Then the times of each engine are compared with those of a
 * tcpdump beside it.
 */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine, engines } from '../../src/capture/engine-names.ts';
import { mainPath } from '../support/run-program.ts';
import { childrenOf } from '../support/running-program.ts';
import { keptCapture } from './kept-capture.ts';
import { known, lagFigures, lags } from './lag.ts';
import { describeMachine } from './machine.ts';
import { table } from './table.ts';
import { inNamespace, makeVethPair, type VethPair } from './veth.ts';

const capturedPackets = 1_000_000;
const seconds = 3;
/** Packets per second. */
const steps = [20, 50, 100, 150, 200, 250].map((thousands) => thousands * 1000);
/** For the times: little enough that nobody is behind. */
const quietRate = 10_000;
/** How long a program may work on what it has put aside, and how often it is looked at, in milliseconds. */
const patience = 20_000;
const interval = 200;
/** Of CPU time in /proc: sysconf(_SC_CLK_TCK), 100 on every Linux that people use. */
const ticksPerSecond = 100;

const filter = 'tcp port 11211';
const writing = ['tcpdump', '-B', '65536', '-w', '/dev/null'];
const printing = ['tcpdump', '-n'];

/** What one program did in one step. */
interface Figures {
  readonly captured: number;
  /** Of it and its children, from when it listened. */
  readonly cpuSeconds: number;
}

/** A program that captures on the receiver's device, and how it is ended. */
interface Running {
  readonly end: () => Promise<Figures>;
  readonly settled: () => Promise<void>;
}

async function start({ receiver }: VethPair, args: readonly string[]): Promise<Running> {
  const program: ChildProcessByStdio<null, null, Readable> = spawn(
    'ip',
    inNamespace(receiver, ...args, '-i', receiver.device, filter),
    { env: { ...process.env, TZ: 'UTC' }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const closed = once(program, 'close');
  let said = '';
  program.stderr.on('data', (text: Buffer) => {
    said += text.toString();
  });
  for (let tries = 0; !said.includes('listening on'); tries++) {
    if (program.exitCode !== null || tries > 200) throw new Error(`it does not listen: ${said}`);
    await sleep(50);
  }
  const pid = program.pid as number;
  const ticksToStart = cpuTicks(pid);
  return {
    settled: () => untilIdle(pid),
    async end() {
      const cpuSeconds = (cpuTicks(pid) - ticksToStart) / ticksPerSecond;
      program.kill('SIGINT');
      await closed;
      const [, captured] = /^(\d+) packets? captured$/m.exec(said) ?? [];
      if (captured === undefined) throw new Error(`nothing measured: ${said}`);
      return { captured: Number(captured), cpuSeconds };
    },
  };
}

/** Sends packets before all others, as if they came from another machine; returns how many, and at which rate. */
async function send({ sender }: VethPair, file: string, rate: number): Promise<{ sent: number; rate: number }> {
  const packets = Math.min(capturedPackets, rate * seconds);
  const replay = ['nice', '-n', '-20', 'tcpreplay', '--quiet', '--preload-pcap', `--limit=${packets}`, `--pps=${rate}`];
  const child = spawn('ip', inNamespace(sender, ...replay, '-i', sender.device, file), {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let stdout = '';
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString();
  });
  await once(child, 'close');
  const [, sent, took] = /Actual: (\d+) packets .* sent in ([\d.]+) seconds/.exec(stdout) ?? [];
  if (sent === undefined) throw new Error(`nothing sent: ${stdout}`);
  return { sent: Number(sent), rate: Number(sent) / Number(took) };
}

/** Waits until a process and its children do nothing any more. */
async function untilIdle(pid: number): Promise<void> {
  const start = performance.now();
  let before = cpuTicks(pid);
  // Several times in a row, since a busy machine may leave no time to it.
  for (let idle = 0; idle < 4 && performance.now() - start < patience; ) {
    await sleep(interval);
    const now = cpuTicks(pid);
    idle = now - before <= 1 ? idle + 1 : 0;
    before = now;
  }
}

/** User and system time of a process and its children in clock ticks; proc(5), fields 14 and 15. */
function cpuTicks(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    const own = Number(fields[11]) + Number(fields[12]);
    return childrenOf(pid).reduce((sum, child) => sum + cpuTicks(child), own);
  } catch {
    // Ended in between.
    return 0;
  }
}

function mcsniff(engine: Engine, ...options: readonly string[]): string[] {
  return [process.execPath, mainPath, '-n', '--engine', engine, ...options];
}

function lossText(lost: number, sent: number): string {
  return lost === 0 ? '0' : `${lost} (${((100 * lost) / sent).toFixed(lost * 100 < sent ? 2 : 0)} %)`;
}

/** One engine and the two tcpdumps, at the same time: a row of the table. */
async function measureStep(pair: VethPair, file: string, engine: Engine, rate: number): Promise<string[]> {
  const programs: Running[] = [];
  for (const args of [mcsniff(engine), writing, printing]) programs.push(await start(pair, args));
  const { sent, rate: reached } = await send(pair, file, rate);
  for (const { settled } of programs) await settled();
  const figures: Figures[] = [];
  for (const { end } of programs) figures.push(await end());
  const losses = figures.map(({ captured }) => lossText(sent - captured, sent));
  const costs = figures.map(({ captured, cpuSeconds }) => ((cpuSeconds / captured) * 1e6).toFixed(1));
  return [`${(reached / 1000).toFixed(0)}k`, engine, ...losses, ...costs];
}

/** How far the times of an engine are behind those of a tcpdump that captures beside it: a row of the table. */
async function measureLag(pair: VethPair, file: string, directory: string, engine: Engine): Promise<string[]> {
  const [saved, reference] = [join(directory, `${engine}.pcap`), join(directory, 'reference.pcap')];
  const short = ['-s', String(known)];
  const nanoseconds = ['--time-stamp-precision=nano', '-Z', 'root'];
  const programs = [
    await start(pair, ['tcpdump', '-w', reference, ...nanoseconds, ...short]),
    await start(pair, mcsniff(engine, '-w', saved, ...short)),
  ];
  await send(pair, file, quietRate);
  for (const { settled } of programs) await settled();
  for (const { end } of programs) await end();
  const figures = lagFigures(lags(saved, reference));
  for (const path of [saved, reference]) rmSync(path);
  return [engine, ...figures];
}

async function benchLive(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const { path } = keptCapture(directory, 'small', capturedPackets);
  const pair = makeVethPair();
  const giveUp = (): void => {
    pair.remove();
    process.exit(1);
  };
  process.once('SIGINT', giveUp).once('SIGTERM', giveUp);
  try {
    process.stdout.write(`${describeMachine(`${seconds} s at each step; TZ=UTC, output to /dev/null`)}\n`);
    const names = ['mcsniff', 'tcpdump -B 65536 -w', 'tcpdump -n'];
    const heads = [...names.map((name) => `${name}: lost`), ...names.map((name) => `${name}: CPU s/million`)];
    const rows = [['packets/s', 'engine', ...heads]];
    for (const rate of steps) {
      for (const engine of engines) {
        process.stderr.write(`${rate / 1000}k packets/s: ${engine}\n`);
        rows.push(await measureStep(pair, path, engine, rate));
      }
    }
    process.stdout.write(table(rows, 2));
    const lagRows = [['times, µs behind tcpdump', 'median', '99 %', 'most']];
    for (const engine of engines) lagRows.push(await measureLag(pair, path, directory, engine));
    process.stdout.write(`\n${table(lagRows, 1)}`);
  } finally {
    pair.remove();
  }
}

if (process.getuid?.() !== 0) {
  process.stderr.write('bench:live makes network namespaces and captures: run it as root\n');
  process.exitCode = 1;
} else if (spawnSync('tcpreplay', ['--version']).error !== undefined) {
  process.stderr.write('bench:live needs tcpreplay: apt-get install tcpreplay\n');
  process.exitCode = 1;
} else {
  const [directory = join(tmpdir(), 'mcsniff-bench')] = process.argv.slice(2);
  await benchLive(directory);
}
