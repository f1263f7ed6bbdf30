import { CaptureFile } from '../capture/capture-file.ts';
import type { CaptureSource } from '../capture/capture-source.ts';
import { defaultInterface } from '../capture/devices.ts';
import { say } from './say.ts';
import type { Settings } from './settings.ts';

/** Where the packets come from that the user wants. What only one engine needs is loaded with it. */
export async function openSource(settings: Settings): Promise<CaptureSource> {
  if (settings.read !== undefined) return new CaptureFile(settings.read);
  const options = {
    device: settings.interface ?? defaultInterface(),
    filter: settings.filter === '' ? defaultFilter(settings) : settings.filter,
    snapLength: settings.snapLength,
  };
  const { bufferKibibytes, promiscuous } = settings;
  if (settings.engine === 'tcpdump') {
    const { tcpdumpCapture } = await import('../capture/tcpdump-capture.ts');
    return tcpdumpCapture({ ...options, bufferKibibytes, promiscuous });
  }
  if (!promiscuous) say('the cap engine always captures in promiscuous mode: -p has no effect');
  const { defaultBufferBytes, liveCapture } = await import('../capture/live-capture.ts');
  const bufferBytes = bufferKibibytes === undefined ? defaultBufferBytes : bufferKibibytes * 1024;
  return liveCapture({ ...options, bufferBytes });
}

/** Live, and where the user gives no filter: the memcached ports, so that a busy host's other traffic costs nothing. */
function defaultFilter(settings: Settings): string {
  const tcp = settings.recognizes ? ['tcp'] : [...settings.ports].map((port) => `tcp port ${port}`);
  const udp = [...settings.udpPorts].map((port) => `udp port ${port}`);
  return [...tcp, ...udp].join(' or ');
}
