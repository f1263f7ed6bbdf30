/**
 * Runs tcpdump on this process's outputs, and ends it when standard input ends: tcpdump itself would not notice that its
 * parent has died before it has a packet to write. Started by tcpdump-capture.ts, never by hand.
 */
import { spawn, spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { errorCode, systemErrorText } from '../system-error.ts';
import { type ChildFailure, failureLine } from './child-protocol.ts';
import { startChild } from './child-start.ts';
import { DeviceWatch } from './device-state.ts';
import { giveUpRights } from './give-up.ts';
import type { LiveOptions } from './live-options.ts';
import { installTcpdump } from './missing-part.ts';
import { interfaceGone } from './open-error.ts';
import { mostWaiting } from './pipe-backlog.ts';
import { programPath } from './program-path.ts';
import { goFirst } from './real-time.ts';
import { tcpdumpArguments } from './tcpdump-arguments.ts';
import { hasHandedOver } from './tcpdump-report.ts';

/** Milliseconds for tcpdump to write what it has and its report. */
const patience = 500;

/** Milliseconds for tcpdump to open a device and end. */
const openingPatience = 5000;

/**
 * Milliseconds between two questions for tcpdump's counts, and how long they are asked: by then the kernel has handed
 * over the block that the last packet is in.
 */
const askInterval = 30;
const settleTime = 1000;

/** Milliseconds between two looks at the interface. */
const lookInterval = 1000;

/**
 * Milliseconds to let packets gather. tcpdump writes each by itself; to be woken for each took 27 µs of this process
 * and 18 µs of tcpdump, and of two cores left too little to the process that reads the packets.
 */
const gatherTime = 1;

/** Bytes in one piece from which on waiting would cost more than it saves: the pipe holds only some hundred packets. */
const worthReading = 1024;

startChild();
const { stdin, stdout, stderr } = process;
const options = JSON.parse(process.argv[2] ?? '{}') as LiveOptions;
const args = tcpdumpArguments(options);
const environment = { ...process.env, PATH: programPath(), LC_ALL: 'C' };
const child = spawn('tcpdump', args, { stdio: ['ignore', 'pipe', 'pipe'], env: environment });
let isListening = false;
let isAsked = false;
let isDeviceDown = false;
/** Bytes from tcpdump. */
let received = 0;
let isReaderGone = false;
/** What tcpdump has said since the end was asked for. */
let report = '';

child.on('error', (error) => {
  const message =
    errorCode(error) === 'ENOENT'
      ? `tcpdump is not installed: ${installTcpdump()}`
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

child.stderr.setEncoding('utf8');
child.stderr.on('data', (text: string) => {
  stderr.write(text);
  if (isAsked) report += text;
  if (isListening || !/listening on/.test(text)) return;
  // The device is open, and the filter compiled.
  isListening = true;
  giveUp();
  watchInterface();
});

/** tcpdump waits for an interface that is down, and says nothing of it. */
function watchInterface(): void {
  const watch = new DeviceWatch(options.device);
  watch.hasGoneDown();
  const timer = setInterval(() => {
    if (isAsked || !watch.hasGoneDown()) return;
    clearInterval(timer);
    isDeviceDown = true;
    fail('ended', interfaceGone);
    end();
  }, lookInterval);
  timer.unref();
}

/** Not where root is kept: tcpdump has become a user of its own then, whom only the rights of root can end. */
function giveUp(): void {
  if (options.account === undefined && process.getuid?.() === 0) return;
  try {
    giveUpRights(options.account);
  } catch (error) {
    fail('explained', error instanceof Error ? error.message : String(error));
    terminate();
  }
}

/**
 * Whether tcpdump can open the device without the expression, which then is to blame: it only says what is wrong with
 * it.
 */
function opensWithoutFilter(): boolean {
  if (options.filter === '') return false;
  const withoutFilter = [...tcpdumpArguments({ ...options, filter: '' }), '-d'];
  const { status } = spawnSync('tcpdump', withoutFilter, {
    stdio: 'ignore',
    env: environment,
    timeout: openingPatience,
  });
  return status === 0;
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
  process.exitCode = isDeviceDown ? 1 : (code ?? 1);
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
  if (isReaderGone || received === 0) terminate();
  else drain(performance.now() + settleTime);
}

/** At a signal tcpdump leaves what the kernel still holds: so the signal waits until it has taken that. */
function drain(until: number): void {
  if (hasHandedOver(report, options.device) || performance.now() > until) {
    terminate();
    return;
  }
  child.kill('SIGUSR1');
  setTimeout(drain, askInterval, until);
}

function terminate(): void {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), patience).unref();
}
