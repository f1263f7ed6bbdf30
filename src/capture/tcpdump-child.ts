/**
 * Runs tcpdump with the given arguments on this process's outputs, and ends it when standard input ends: tcpdump itself
 * would not notice that its parent has died before it has a packet to write.
 */
import { spawn } from 'node:child_process';
import { errorCode, systemErrorText } from './capture-error.ts';
import { failureMark, parentsSignals } from './child-protocol.ts';
import { mostWaiting } from './pipe-backlog.ts';
import { goFirst } from './real-time.ts';

/** Milliseconds for tcpdump to write what it has and its report. */
const patience = 500;

const { stdin, stdout, stderr } = process;
const child = spawn('tcpdump', process.argv.slice(2), {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, LC_ALL: 'C' },
});
let isAsked = false;
let isReaderGone = false;

for (const signal of parentsSignals) process.on(signal, () => undefined);

child.on('error', (error) => {
  const message =
    errorCode(error) === 'ENOENT'
      ? '--engine tcpdump needs tcpdump, which is not installed (on Debian: apt-get install tcpdump)'
      : `tcpdump can't be started: ${systemErrorText(error)}`;
  stderr.write(`${failureMark}${JSON.stringify({ kind: 'explained', message })}\n`, () => process.exit(1));
});
child.on('spawn', () => {
  goFirst(child.pid as number);
  goFirst(process.pid);
});

// tcpdump does not wait for the parent during a burst: what that has not read yet waits here.
child.stdout.on('data', (chunk: Buffer) => {
  if (isReaderGone) return;
  stdout.write(chunk, () => {
    if (stdout.writableLength < mostWaiting) child.stdout.resume();
  });
  // Once asked to end, tcpdump must not be kept from its report; what it still writes is bounded by the kernel's buffer.
  if (stdout.writableLength > mostWaiting && !isAsked) child.stdout.pause();
});
stdout.on('error', () => {
  isReaderGone = true;
  end();
});

child.on('exit', (code, signal) => {
  if (signal !== null) stderr.write(`tcpdump: ended by ${signal}\n`);
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
  child.kill('SIGTERM');
  child.stdout.resume();
  setTimeout(() => child.kill('SIGKILL'), patience).unref();
}
