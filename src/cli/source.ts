import { CaptureError } from '../capture/capture-error.ts';
import { CaptureFile } from '../capture/capture-file.ts';
import type { CaptureSource } from '../capture/capture-source.ts';
import type { Engine } from '../capture/engine-names.ts';
import type { Account, LiveOptions } from '../capture/live-options.ts';
import type { ConnectionProcesses } from '../processes/connection-processes.ts';
import { say } from './say.ts';
import type { Settings } from './settings.ts';

/** Where packets come from, and who is asked whose connections are, where that is wanted. */
export interface OpenedSource {
  readonly source: CaptureSource;
  readonly processes: ConnectionProcesses | undefined;
}

/**
 * Where the packets come from that the user wants. What only a live capture needs is loaded with it. Throws a
 * `CaptureError` where there is nothing to capture with.
 * @param account Whom the process will become.
 */
export async function openSource(settings: Settings, account: Account | undefined): Promise<OpenedSource> {
  if (settings.read !== undefined) return { source: await openFile(settings, settings.read), processes: undefined };
  const source = await openLive(settings, account);
  return settings.namesProcesses ? namingProcesses(settings, source, account) : { source, processes: undefined };
}

async function openLive(settings: Settings, account: Account | undefined): Promise<CaptureSource> {
  const engine = await engineOf(settings);
  if (engine === 'cap' && !settings.promiscuous)
    say('the cap engine always captures in promiscuous mode: -p has no effect');
  const options = await liveOptions(settings, account);
  const { liveCapture } = await import('../capture/live-capture.ts');
  const source = await liveCapture(engine, options);
  if (settings.lines.verbose > 0) {
    const { bufferText } = await import('../capture/buffer-text.ts');
    say(bufferText(engine, options));
  }
  return source;
}

async function namingProcesses(
  { ports, udpPorts, recognizes }: Settings,
  capture: CaptureSource,
  account: Account | undefined,
): Promise<OpenedSource> {
  if (process.platform !== 'linux') throw new CaptureError('--process reads /proc, which only Linux has');
  const { ProcessLookUp } = await import('../processes/process-look-up.ts');
  const { ConnectionProcesses } = await import('../processes/connection-processes.ts');
  const { ProcessSource } = await import('../processes/process-source.ts');
  const lookUp = new ProcessLookUp(account, () => say('what looks up processes has ended: no further one is named'));
  const isServerPort = (port: number): boolean => recognizes || ports.has(port) || udpPorts.has(port);
  const processes = new ConnectionProcesses(lookUp, isServerPort);
  return { source: new ProcessSource(capture, lookUp, processes), processes };
}

async function openFile({ view, top }: Settings, path: string): Promise<CaptureSource> {
  const file = new CaptureFile(path);
  if (view !== 'top' || top.speed === 0) return file;
  const { PacedSource } = await import('../capture/paced-source.ts');
  return new PacedSource(file, top.speed);
}

/** What `-D` prints. Throws a `CaptureError`. */
export async function deviceList(settings: Settings): Promise<string[]> {
  const { listDevices } = await import('../capture/devices.ts');
  return listDevices(await engineOf(settings));
}

/** What `-L` prints. Throws a `CaptureError`. */
export async function linkTypeList(settings: Settings): Promise<string> {
  const { linkTypes } = await import('../capture/live-capture.ts');
  return linkTypes(await engineOf(settings), await liveOptions(settings, undefined));
}

/** What `-d` prints. Throws a `CaptureError`. */
export async function filterCode(settings: Settings): Promise<string> {
  const { filterCode } = await import('../capture/live-capture.ts');
  return filterCode(await engineOf(settings), await liveOptions(settings, undefined), settings.filterCode);
}

/** The engine that the user names, or the first that is there. With `-v` standard error says which, and why. */
async function engineOf({ engine, lines }: Settings): Promise<Engine> {
  const found =
    engine === 'auto' ? (await import('../capture/find-engine.ts')).findEngine() : { engine, why: 'as --engine says' };
  if (lines.verbose > 0) say(`engine ${found.engine}: ${found.why}`);
  return found.engine;
}

async function liveOptions(settings: Settings, account: Account | undefined): Promise<LiveOptions> {
  const { snapLength, bufferKibibytes, promiscuous, linkType, direction } = settings;
  const device = settings.interface ?? (await import('../capture/devices.ts')).defaultInterface();
  const filter = settings.filter === '' ? defaultFilter(settings) : settings.filter;
  return { device, filter, snapLength, bufferKibibytes, promiscuous, linkType, direction, account };
}

/** Live, and where the user gives no filter: the memcached ports, so that a busy host's other traffic costs nothing. */
function defaultFilter(settings: Settings): string {
  const tcp = settings.recognizes ? ['tcp'] : [...settings.ports].map((port) => `tcp port ${port}`);
  const udp = [...settings.udpPorts].map((port) => `udp port ${port}`);
  return [...tcp, ...udp].join(' or ');
}
