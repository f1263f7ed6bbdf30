/**
 * The capture child of the libpcap engine: writes a pcap stream to standard output, with the kernel's times. Its end is
 * asked for by closing its standard input, which the parent's death does, too. Started by libpcap-capture.ts, never by
 * hand.
 */
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { type ChildFailure, countsLine, failureLine } from '../child-protocol.ts';
import { startChild } from '../child-start.ts';
import { giveUpRights } from '../give-up.ts';
import { PipeBacklog } from '../pipe-backlog.ts';
import { goFirst } from '../real-time.ts';
import { CaptureLoop } from './capture-loop.ts';
import { type Libpcap, loadLibpcap } from './library.ts';
import { LibpcapError, linkTypesOf, openDevice, printFilter } from './open-device.ts';
import { PacketDump } from './packet-dump.ts';
import type { LibpcapRequest } from './request.ts';

const standardOutput = 1;
const standardError = 2;

function main(): void {
  startChild();
  const request = JSON.parse(process.argv[2] ?? '{}') as LibpcapRequest;
  try {
    const libpcap = loadLibpcap();
    if (request.listsLinkTypes) process.stdout.write(`${linkTypesOf(libpcap, request).join('\n')}\n`);
    else if (request.filterCode !== undefined) printFilter(libpcap, request, request.filterCode);
    else capture(libpcap, request);
  } catch (error) {
    fail(error);
    process.exitCode = 1;
  }
}

function fail(error: unknown): void {
  const kind: ChildFailure['kind'] = error instanceof LibpcapError ? error.kind : 'explained';
  tell(failureLine({ kind, message: error instanceof Error ? error.message : String(error) }));
}

/** Written before the process ends, whoever still reads it. */
function tell(line: string): void {
  try {
    writeSync(standardError, line);
  } catch {
    // The parent has gone.
  }
}

function capture(libpcap: Libpcap, request: LibpcapRequest): void {
  goFirst(process.pid);
  // A full pipe is an exception (EAGAIN) a millisecond; its stack trace would cost more than the packets.
  Error.stackTraceLimit = 0;
  const handle = openDevice(libpcap, request);
  const dump = new PacketDump(libpcap, handle);
  giveUpRights(request.account);

  // Makes the pipe non-blocking, and is not used itself.
  new Socket({ fd: standardOutput, readable: false, writable: true });
  // Nobody reads any more, so there is nobody to tell.
  const pipe = new PipeBacklog(standardOutput, () => process.exit());
  const loop = new CaptureLoop({
    libpcap,
    handle,
    device: request.device,
    dump,
    pipe,
    ended(error) {
      // Before anything waits for the reader: it may never take what is left.
      tellCounts();
      pipe.finish();
      if (error !== undefined) fail(error);
      process.exit(error === undefined ? 0 : 1);
    },
  });
  const tellCounts = (): void => tell(countsLine(loop.statistics()));
  process.on('exit', tellCounts);
  const { stdin } = process;
  stdin.on('error', () => loop.stop());
  stdin.on('close', () => loop.stop());
  // The only thing that is ever asked.
  stdin.on('data', tellCounts);
  pipe.write(dump.memory, dump.headerLength);
  loop.start();
}

main();
