/**
 * Runs tcpdump with the given arguments on this process's outputs, and ends it when standard input ends: tcpdump itself
 * would not notice that its parent has died before it has a packet to write.
 */
import { spawn, spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { errorCode, systemErrorText } from '../system-error.ts';
import { type ChildFailure, failureLine, parentsSignals } from './child-protocol.ts';
import { mostWaiting } from './pipe-backlog.ts';
import { goFirst } from './real-time.ts';

/** Milliseconds for tcpdump to write what it has and its report. */
const patience = 500;

/** Milliseconds for tcpdump to open a device and end. */
const openingPatience = 5000;

/** Milliseconds in which packets come that the kernel holds, and how often they are waited for under steady load. */
const drainRound = 20;
const drainRounds = 10;

/**
 * Milliseconds to let packets gather. tcpdump writes each by itself; to be woken for each took 27 µs of this process
 * and 18 µs of tcpdump, and of two cores left too little to the process that reads the packets.
 */
const gatherTime = 1;

/** Bytes in one piece from which on waiting would cost more than it saves: the pipe holds only some hundred packets. */
const worthReading = 1024;

const { stdin, stdout, stderr } = process;
const options = process.argv.slice(2);
const child = spawn('tcpdump', options, {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, LC_ALL: 'C' },
});
let isAsked = false;
/** Bytes from tcpdump. */
let received = 0;
let isReaderGone = false;

for (const signal of parentsSignals) process.on(signal, () => undefined);

child.on('error', (error) => {
  const message =
    errorCode(error) === 'ENOENT'
      ? '--engine tcpdump needs tcpdump, which is not installed (on Debian: apt-get install tcpdump)'
      : `tcpdump can't be started: ${systemErrorText(error)}`;
  fail('explained', message, () => process.exit(1));
});
child.on('spawn', () => {
  goFirst(child.pid as number);
  goFirst(process.pid);
});

// tcpdump does not wait for the parent during a burst: what that has not read yet waits here. (In the stream of
// standard output itself it would go out as one piece, and count as waiting until the last byte of that is gone.)
const backlog = new PassThrough({ highWaterMark: mostWaiting });
backlog.pipe(stdout);
child.stdout.on('data', (chunk: Buffer) => {
  received += chunk.length;
  if (isReaderGone) return;
  backlog.write(chunk);
  if (chunk.length >= worthReading && waiting() <= mostWaiting) return;
  child.stdout.pause();
  setTimeout(readOn, gatherTime);
});

/**
 * Whether tcpdump can open the device without the expression, which then is to blame: it only says what is wrong with
 * it.
 */
function opensWithoutFilter(): boolean {
  if (!options.includes('--')) return false;
  const withoutFilter = [...options.slice(0, options.indexOf('--')), '-d'];
  return spawnSync('tcpdump', withoutFilter, { stdio: 'ignore', timeout: openingPatience }).status === 0;
}

function fail(kind: ChildFailure['kind'], message: string, done?: () => void): void {
  stderr.write(failureLine({ kind, message }), done);
}

/** Bytes that the parent has not taken. */
function waiting(): number {
  return backlog.readableLength + backlog.writableLength;
}

function readOn(): void {
  // Once asked to end, tcpdump must not be kept from its report; what it still writes is bounded by the kernel's
  // buffer.
  if (waiting() <= mostWaiting || isAsked) child.stdout.resume();
  else setTimeout(readOn, gatherTime);
}

stdout.on('error', () => {
  isReaderGone = true;
  end();
});

child.on('exit', (code, signal) => {
  if (code !== 0 && code !== null && received === 0 && opensWithoutFilter()) fail('filter', '');
  if (signal !== null) fail('ended', `the capture process tcpdump was ended by ${signal}`);
  process.exitCode = code ?? 1;
  stdin.destroy();
});

stdin.on('error', end);
stdin.on('close', end);
// The only thing that is ever asked.
stdin.on('data', () => child.kill('SIGUSR1'));

function end(): void {
  if (isAsked) return;
  isAsked = true;
  child.stdout.resume();
  if (isReaderGone) terminate();
  else drain(drainRounds, -1);
}

/** At a signal tcpdump leaves what the kernel still holds: so the signal waits for a round without a packet. */
function drain(rounds: number, before: number): void {
  if (rounds === 0 || received === before) terminate();
  // A timer may come before what has arrived meanwhile is read; an immediate comes after.
  else {
    const present = received;
    setTimeout(() => setImmediate(drain, rounds - 1, present), drainRound);
  }
}

function terminate(): void {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), patience).unref();
}
