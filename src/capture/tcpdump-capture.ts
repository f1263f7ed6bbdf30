import { fileURLToPath } from 'node:url';
import { CaptureError } from './capture-error.ts';
import type { CaptureSource, CaptureStatistics } from './capture-source.ts';
import { ChildCapture, type ChildEnd, endText } from './child-capture.ts';
import { type CaptureOptions, failureOf } from './child-protocol.ts';
import { openError, RefusedFilterError } from './open-error.ts';

/**
 * The largest IP packet with any link header. tcpdump's own is 262144, and in immediate mode every packet takes a slot
 * of that size in the kernel's buffer: too large.
 */
const defaultSnapLength = 65_600;

/**
 * Holds 4000 such slots. Of 168,000 packets that memcslap sent in 5 seconds on two busy cores, 64 MiB lost 2000 and
 * 256 MiB none in most runs.
 */
const defaultBufferKibibytes = 256 * 1024;

/** What tcpdump is told. */
interface TcpdumpOptions extends Omit<CaptureOptions, 'bufferBytes'> {
  /** Size of the kernel's buffer; undefined for the default. */
  readonly bufferKibibytes: number | undefined;
  readonly promiscuous: boolean;
}

/** Captures live with a `tcpdump` process: kernel time stamps, drop counts, no promiscuous mode where asked. */
export function tcpdumpCapture(options: TcpdumpOptions): CaptureSource {
  return new ChildCapture({
    name: options.device,
    command: process.execPath,
    args: [fileURLToPath(new URL('./tcpdump-child.js', import.meta.url)), ...tcpdumpArguments(options)],
    explain: (end) => explain(options, end),
    tellsStatistics: true,
    statistics: tcpdumpStatistics,
  });
}

/** Arguments for a packet-buffered pcap stream with nanoseconds on standard output. */
export function tcpdumpArguments(options: TcpdumpOptions): string[] {
  const snapLength = options.snapLength === 0 ? defaultSnapLength : options.snapLength;
  const kibibytes = options.bufferKibibytes ?? defaultBufferKibibytes;
  // Without immediate mode packets come up to a second late, and the last ones are lost at the end.
  const args = ['-i', options.device, '-n', '-w', '-', '-U', '--immediate-mode', '--time-stamp-precision=nano'];
  args.push('-s', `${snapLength}`, '-B', `${kibibytes}`);
  if (!options.promiscuous) args.push('-p');
  if (options.filter !== '') args.push('--', options.filter);
  return args;
}

/** Counts from tcpdump's last report, as far as they are there. */
export function tcpdumpStatistics(stderr: string): CaptureStatistics {
  const statistics: CaptureStatistics = {};
  const count = (what: string): number | undefined => {
    const found = [...stderr.matchAll(new RegExp(`(\\d+) packets? ${what}`, 'g'))].at(-1)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const captured = count('captured');
  const received = count('received by filter');
  const dropped = count('dropped by kernel');
  const droppedByInterface = count('dropped by interface');
  if (captured !== undefined) statistics.captured = captured;
  if (received !== undefined) statistics.received = received;
  if (dropped !== undefined) statistics.dropped = dropped;
  if (droppedByInterface !== undefined) statistics.droppedByInterface = droppedByInterface;
  return statistics;
}

function explain({ device, filter }: TcpdumpOptions, end: ChildEnd): CaptureError {
  const failure = failureOf(end.stderr);
  if (failure?.kind === 'ended') return new CaptureError(failure.message, { source: device });
  if (failure?.kind === 'explained') return new CaptureError(failure.message);
  const said = end.stderr
    .split('\n')
    .filter((line) => /^tcpdump: (?!listening|dropped privs|\d+ packets? captured)/.test(line))
    .at(-1)
    ?.slice('tcpdump: '.length);
  if (said !== undefined) {
    const words = said.startsWith(`${device}: `) ? said.slice(device.length + 2) : said;
    return failure === undefined ? openError(device, words, 'tcpdump') : new RefusedFilterError(filter, words);
  }
  return new CaptureError(`the capture process tcpdump was ended ${endText(end)}`, { source: device });
}
