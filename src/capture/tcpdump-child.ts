/**
 * Runs tcpdump with the given arguments on this process's outputs, and ends it when standard input ends: tcpdump itself
 * would not notice that its parent has died before it has a packet to write.
 */
import { spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { errorCode, systemErrorText } from './capture-error.ts';
import { failureMark } from './child-protocol.ts';
import { mostWaiting } from './pipe-backlog.ts';
import { goFirst } from './real-time.ts';

/** Milliseconds for tcpdump to write what it has and its report. */
const patience = 500;

const child = spawn('tcpdump', process.argv.slice(2), {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, LC_ALL: 'C' },
});

// They reach whole groups; only the parent decides when tcpdump ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

child.on('error', (error) => {
  const message =
    errorCode(error) === 'ENOENT'
      ? '--engine tcpdump needs tcpdump, which is not installed (on Debian: apt-get install tcpdump)'
      : `tcpdump can't be started: ${systemErrorText(error)}`;
  process.stderr.write(`${failureMark}${JSON.stringify({ kind: 'explained', message })}\n`, () => process.exit(1));
});
child.on('spawn', () => {
  goFirst(child.pid as number);
  goFirst(process.pid);
});

// tcpdump does not wait for the parent during a burst: what that has not read yet waits here.
process.stdout.on('error', () => process.exit());
child.stdout.pipe(new PassThrough({ highWaterMark: mostWaiting })).pipe(process.stdout);

child.on('exit', (code, signal) => {
  if (signal !== null) process.stderr.write(`tcpdump: ended by ${signal}\n`);
  process.exitCode = code ?? 1;
  process.stdin.destroy();
});

process.stdin.on('error', end);
process.stdin.on('close', end);
process.stdin.resume();

function end(): void {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), patience).unref();
}
