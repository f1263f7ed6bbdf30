/**
 * The capture child: captures with the `cap` package and writes a pcap stream to standard output. Its end is asked for
 * by closing its standard input, which the parent's death does, too. Started by cap-capture.ts, never by hand.
 */
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type CapturedPacket, emptyPacket } from '../../protocols/packet.ts';
import { type CapHandle, type CapModule, linkTypeOfCap, loadCap } from './cap-package.ts';
import { type ChildFailure, countsLine, failureLine } from './child-protocol.ts';
import { startChild } from './child-start.ts';
import { defaultBufferKibibytes } from './default-buffer.ts';
import { giveUpRights } from './give-up.ts';
import type { Account, LiveOptions } from './live-options.ts';
import { packetClock } from './packet-clock.ts';
import { PcapWriter } from './pcap-writer.ts';
import { mostWaiting, PipeBacklog } from './pipe-backlog.ts';
import { goFirst } from './real-time.ts';
import { StopFlag, watching } from './stop-flag.ts';
import { wireLength } from './wire-length.ts';

/** The most that `cap` captures of a packet. */
const capSnapLength = 65_535;

/** Milliseconds that a packet waits for others. Under load cap's loop lets no timer run, so the handler looks. */
const batchAge = 20;

/** Milliseconds for which packets that the kernel holds already are taken after the end was asked for. */
const drainTime = 100;

/**
 * All that were made, those that could not be opened as well: when the garbage collector comes for one of these, `cap`
 * stops a watcher that was never started, and the process dies of it (SIGSEGV).
 */
const handles: CapHandle[] = [];

const standardOutput = 1;
const standardError = 2;

function main(): void {
  startChild();
  goFirst(process.pid);
  // A full pipe is an exception (EAGAIN) a millisecond; its stack trace would cost more than the packets.
  Error.stackTraceLimit = 0;
  const options = JSON.parse(process.argv[2] ?? '{}') as LiveOptions;
  try {
    const cap = loadCap();
    try {
      capture(options, cap);
    } catch (error) {
      fail(options.filter !== '' && opens(cap, options) ? 'filter' : 'open', error);
    }
  } catch (error) {
    fail('explained', error);
  }
}

function fail(kind: ChildFailure['kind'], error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  tell(failureLine({ kind, message }));
  process.exitCode = 1;
}

/** Written before the process ends, whoever still reads it. */
function tell(line: string): void {
  try {
    writeSync(standardError, line);
  } catch {
    // The parent has gone.
  }
}

function handle(cap: CapModule): CapHandle {
  const made = new cap.Cap();
  handles.push(made);
  return made;
}

/** Whether the device can be opened without the filter: then the filter is to blame. */
function opens(cap: CapModule, options: LiveOptions): boolean {
  const attempt = handle(cap);
  try {
    attempt.open(options.device, '', bufferBytes(options), Buffer.alloc(capSnapLength));
    attempt.close();
    return true;
  } catch {
    return false;
  }
}

function giveUp(account: Account | undefined): void {
  try {
    giveUpRights(account);
  } catch (error) {
    fail('explained', error);
    process.exit();
  }
}

function bufferBytes({ bufferKibibytes = defaultBufferKibibytes }: LiveOptions): number {
  return bufferKibibytes * 1024;
}

function capture(options: LiveOptions, cap: CapModule): void {
  const flags = new Int32Array(new SharedArrayBuffer(8));
  const capture = handle(cap);
  // Held by this closure as long as the capture runs: cap keeps only a bare pointer to it.
  const buffer = Buffer.alloc(capSnapLength);
  const linkType = linkTypeOfCap(capture.open(options.device, options.filter, bufferBytes(options), buffer));
  const snapLength = options.snapLength === 0 ? capSnapLength : Math.min(options.snapLength, capSnapLength);

  // Nobody reads any more, so there is nobody to tell. (Starting the worker below makes the pipe non-blocking.)
  const pipe = new PipeBacklog(standardOutput, () => process.exit());
  const writer = new PcapWriter({
    name: 'standard output',
    write(bytes, length) {
      pipe.write(bytes, length);
      pipe.finish(mostWaiting);
    },
    close: () => undefined,
  });
  const clock = packetClock();
  const packet: CapturedPacket = { ...emptyPacket(), bytes: buffer, linkType };
  let captured = 0;
  let batchSince = 0;
  let draining = false;
  let ended = false;
  let endBy = 0;

  function flush(): void {
    batchSince = 0;
    draining = false;
    clock.follow();
    writer.flush();
  }

  function end(): void {
    if (ended) return;
    ended = true;
    Atomics.store(flags, StopFlag.ending, 1);
    capture.close();
    flush();
    pipe.finish();
    // Not at once: this may be a call from inside cap's loop, which still has to leave it.
    setImmediate(() => process.exit());
  }

  capture.on('packet', (length) => {
    const now = clock.now();
    if (ended) return;
    packet.seconds = Math.floor(now / 1e6);
    packet.nanoseconds = (now - packet.seconds * 1e6) * 1000;
    packet.originalLength = length < capSnapLength ? length : wireLength(buffer, length, linkType);
    packet.end = Math.min(length, snapLength);
    writer.packet(packet);
    captured++;
    if (batchSince === 0) batchSince = now;
    else if (now - batchSince > batchAge * 1000) flush();
    if (!draining) {
      draining = true;
      setImmediate(flush);
    }
    if (Atomics.load(flags, StopFlag.asked) === 0) return;
    if (endBy === 0) endBy = now + drainTime * 1000;
    else if (now > endBy) end();
  });

  const watch = new Worker(new URL('./stop-watch.js', import.meta.url), { workerData: flags });
  // The second round of the event loop has looked for packets that came before the request.
  watch.on('message', (message) => {
    // Now the thread has loaded its files, which may be out of the account's reach.
    if (message !== watching) setImmediate(() => setImmediate(end));
    else giveUp(options.account);
  });
  watch.unref();
  process.on('exit', () => tell(countsLine({ captured })));
  writer.begin({ format: 'pcap', linkType, snapLength, nanoseconds: false });
}

main();
