import { defaultBufferKibibytes } from './default-buffer.ts';
import type { LiveOptions } from './live-options.ts';

/** Most bytes of a packet where the user names no snapshot length: as tcpdump itself. */
const defaultSnapLength = 262_144;

/**
 * Arguments for a packet-buffered pcap stream with nanoseconds on standard output. On Linux without immediate mode: for
 * that libpcap lays out slots of the snapshot length each, so that 256 MiB held 4000 packets, and half of 100,000
 * packets/s were lost. Without it packets come in blocks, as they fill, or after the second that tcpdump has chosen.
 */
export function tcpdumpArguments(options: LiveOptions, platform: NodeJS.Platform = process.platform): string[] {
  const { device, snapLength, bufferKibibytes, promiscuous, linkType, direction, account, filter } = options;
  const args = ['-i', device, '-n', '-w', '-', '-U', '--time-stamp-precision=nano'];
  if (platform !== 'linux') args.push('--immediate-mode');
  args.push('-s', `${snapLength === 0 ? defaultSnapLength : snapLength}`);
  args.push('-B', `${bufferKibibytes ?? defaultBufferKibibytes}`);
  if (!promiscuous) args.push('-p');
  if (linkType !== undefined) args.push('-y', linkType);
  if (direction !== undefined) args.push('-Q', direction);
  // The same as its parent becomes, which could not end it otherwise.
  if (account !== undefined) args.push('-Z', account.name);
  if (filter !== '') args.push('--', filter);
  return args;
}
