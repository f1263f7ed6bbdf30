import { fileURLToPath } from 'node:url';
import { CaptureError } from './capture-error.ts';
import type { CaptureSource, CaptureStatistics } from './capture-source.ts';
import { ChildCapture, type ChildEnd } from './child-capture.ts';
import { failureOf } from './child-protocol.ts';
import { filterError, openError } from './open-error.ts';

/** What tcpdump is told. */
export interface TcpdumpOptions {
  readonly device: string;
  readonly filter: string;
  /** Bytes kept of a packet; 0 for tcpdump's own maximum. */
  readonly snapLength: number;
  /** Size of the kernel's buffer in KiB; undefined for tcpdump's own. */
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
    statistics: tcpdumpStatistics,
  });
}

/** Arguments for a packet-buffered pcap stream with nanoseconds on standard output. */
export function tcpdumpArguments(options: TcpdumpOptions): string[] {
  const args = [
    '-i',
    options.device,
    '-n',
    '-w',
    '-',
    '-U',
    '--time-stamp-precision=nano',
    '-s',
    `${options.snapLength}`,
  ];
  if (options.bufferKibibytes !== undefined) args.push('-B', `${options.bufferKibibytes}`);
  if (!options.promiscuous) args.push('-p');
  if (options.filter !== '') args.push('--', options.filter);
  return args;
}

/** Counts from tcpdump's exit report, as far as they are there. */
export function tcpdumpStatistics(stderr: string): CaptureStatistics {
  const statistics: CaptureStatistics = {};
  const count = (what: string): number | undefined => {
    const found = new RegExp(`(\\d+) packets? ${what}`).exec(stderr)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const received = count('received by filter');
  const dropped = count('dropped by kernel');
  const droppedByInterface = count('dropped by interface');
  if (received !== undefined) statistics.received = received;
  if (dropped !== undefined) statistics.dropped = dropped;
  if (droppedByInterface !== undefined) statistics.droppedByInterface = droppedByInterface;
  return statistics;
}

function explain({ device, filter }: TcpdumpOptions, end: ChildEnd): CaptureError {
  const failure = failureOf(end.stderr);
  if (failure !== undefined) return new CaptureError(failure.message);
  const said = end.stderr
    .split('\n')
    .filter((line) => line.startsWith('tcpdump: ') && !line.startsWith('tcpdump: listening'))
    .at(-1)
    ?.slice('tcpdump: '.length);
  if (said !== undefined) {
    const words = said.startsWith(`${device}: `) ? said.slice(device.length + 2) : said;
    // Of devices it says the name first; what else keeps it from beginning is the expression.
    const isFilter = !end.begun && words === said && filter !== '';
    return isFilter ? filterError(filter, words) : openError(device, words, 'tcpdump');
  }
  const how = end.signal === null ? `with status ${end.code}` : `by ${end.signal}`;
  return new CaptureError(`the capture process tcpdump was ended ${how}`, { source: device });
}
