/**
 * Measures how many packets per second are captured without loss: `npm run bench:live [DIRECTORY]`, as root. tcpreplay
 * sends small memcached exchanges over a veth pair in network namespaces of its own, faster from step to step; each
 * program captures each step alone, in turn, until it loses packets twice at one step. What is lost is the
 * difference between what tcpreplay has sent and what the program says that it captured.
 */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { mainPath } from '../support/run-program.ts';
import { keptCapture } from './kept-capture.ts';
import { describeMachine } from './machine.ts';
import { table } from './table.ts';
import { inNamespace, makeVethPair, type VethPair } from './veth.ts';

const capturedPackets = 1_000_000;
const seconds = 3;
/** Packets per second. */
const steps = [20, 30, 40, 55, 75, 100, 130, 170, 220, 300, 400, 550].map((thousands) => thousands * 1000);
/**
 * A program that is busy for longer than this after the last packet has not kept up: it lives on what it has put aside.
 * Milliseconds.
 */
const keepsUpWithin = 1000;
/** How long a program may work on what it has put aside, and how often it is asked, in milliseconds. */
const patience = 20_000;
const interval = 200;

const filter = 'tcp port 11211';
const programs = [
  { name: 'tcpdump -w /dev/null', args: ['tcpdump', '-w', '/dev/null'] },
  { name: 'tcpdump -n', args: ['tcpdump', '-n'] },
  { name: 'mcsniff -n --engine cap', args: [process.execPath, mainPath, '-n', '--engine', 'cap'] },
  { name: 'mcsniff -n --engine tcpdump', args: [process.execPath, mainPath, '-n', '--engine', 'tcpdump'] },
] as const;

interface Step {
  /** Packets per second that tcpreplay really sent. */
  readonly rate: number;
  readonly sent: number;
  readonly lost: number;
  readonly keptUp: boolean;
}

async function measureStep(pair: VethPair, args: readonly string[], file: string, rate: number): Promise<Step> {
  const { receiver } = pair;
  const program = spawn('ip', inNamespace(receiver, ...args, '-i', receiver.device, filter), {
    env: { ...process.env, TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    return await measureProgram(program, pair, file, rate);
  } finally {
    if (program.exitCode === null) program.kill('SIGKILL');
  }
}

async function measureProgram(
  program: ChildProcessByStdio<null, null, Readable>,
  { sender }: VethPair,
  file: string,
  rate: number,
): Promise<Step> {
  const closed = once(program, 'close');
  let said = '';
  program.stderr.on('data', (text: Buffer) => {
    said += text.toString();
  });
  for (let tries = 0; !said.includes('listening on'); tries++) {
    if (program.exitCode !== null || tries > 200) throw new Error(`it does not listen: ${said}`);
    await sleep(50);
  }
  const packets = Math.min(capturedPackets, rate * seconds);
  // Before all others, as if the packets came from another machine.
  const replay = ['nice', '-n', '-20', 'tcpreplay', '--quiet', '--preload-pcap', `--limit=${packets}`, `--pps=${rate}`];
  const { stdout, code } = await run('ip', inNamespace(sender, ...replay, '-i', sender.device, file));
  const late = await busyFor(program.pid);
  program.kill('SIGINT');
  await closed;
  const [, sent = '', took = ''] = /Actual: (\d+) packets .* sent in ([\d.]+) seconds/.exec(stdout) ?? [];
  const [, captured = ''] = /^(\d+) packets? captured$/m.exec(said) ?? [];
  if (code !== 0 || sent === '' || captured === '') throw new Error(`nothing measured: ${stdout}${said}`);
  const lost = Number(sent) - Number(captured);
  return { rate: Number(sent) / Number(took), sent: Number(sent), lost, keptUp: late <= keepsUpWithin };
}

/** Waits until a process does nothing any more; returns for how many milliseconds it was busy. */
async function busyFor(pid: number | undefined): Promise<number> {
  const start = performance.now();
  let idleSince = start;
  let before = cpuTicks(pid);
  // Twice in a row, since a busy machine may leave no time to it.
  for (let idle = 0; idle < 2 && performance.now() - start < patience; ) {
    await sleep(interval);
    const now = cpuTicks(pid);
    if (now - before <= 1) idle++;
    else {
      idle = 0;
      idleSince = performance.now();
    }
    before = now;
  }
  return idleSince - start;
}

/** User and system time of a process in clock ticks; proc(5), fields 14 and 15. */
function cpuTicks(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function run(command: string, args: readonly string[]): Promise<{ stdout: string; code: number | null }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { stdout, code };
}

/** Whether a repetition of a step went better. */
function better(first: Step, second: Step): Step {
  if (first.lost !== second.lost) return first.lost < second.lost ? first : second;
  if (first.keptUp !== second.keptUp) return first.keptUp ? first : second;
  return first.rate > second.rate ? first : second;
}

function thousands(rate: number): string {
  return `${(rate / 1000).toFixed(0)}k`;
}

function cell(step: Step | undefined): string {
  if (step === undefined) return '';
  if (step.lost > 0) return `${((100 * step.lost) / step.sent).toFixed(step.lost * 100 < step.sent ? 2 : 0)} % lost`;
  return step.keptUp ? 'all' : 'all, late';
}

async function benchLive(directory: string): Promise<void> {
  const { path } = keptCapture(directory, 'small', capturedPackets);
  const pair = makeVethPair();
  const giveUp = (): void => {
    pair.remove();
    process.exit(1);
  };
  process.once('SIGINT', giveUp).once('SIGTERM', giveUp);
  const measured = programs.map((): Step[] => []);
  const rows: string[][] = [['packets/s sent', ...programs.map(({ name }) => name)]];
  try {
    process.stdout.write(
      `${describeMachine(`${seconds} s at each step, what fails is tried twice; TZ=UTC, output to /dev/null`)}\n`,
    );
    for (const rate of steps) {
      const results: (Step | undefined)[] = [];
      for (const [index, { name, args }] of programs.entries()) {
        const before = measured[index]?.at(-1);
        results[index] = undefined;
        if (before !== undefined && before.lost > 0) continue;
        process.stderr.write(`${thousands(rate)} packets/s: ${name}\n`);
        let step = await measureStep(pair, args, path, rate);
        if (step.lost > 0 || !step.keptUp || step.rate < 0.9 * rate)
          step = better(step, await measureStep(pair, args, path, rate));
        measured[index]?.push(step);
        results[index] = step;
      }
      const rates = results.flatMap((step) => (step === undefined ? [] : [step.rate]));
      if (rates.length === 0) break;
      rows.push([thousands(Math.min(...rates)), ...results.map(cell)]);
      // Faster than tcpreplay can send here.
      if (Math.max(...rates) < 0.7 * rate) break;
    }
  } finally {
    pair.remove();
  }
  const most = (keeps: (step: Step) => boolean): string[] =>
    measured.map((all) => thousands(Math.max(0, ...all.filter(keeps).map(({ rate }) => rate))));
  rows.push(['most without loss', ...most(({ lost }) => lost === 0)]);
  rows.push(['most sustained', ...most(({ lost, keptUp }) => lost === 0 && keptUp)]);
  process.stdout.write(table(rows, 1));
  process.stdout.write(
    `\nall: no packet lost; late: the program was busy for more than ${keepsUpWithin / 1000} s after the last packet\n`,
  );
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
