import { readFileSync } from 'node:fs';
import { type CapDevice, loadCap } from './cap-package.ts';
import { CaptureError } from './capture-error.ts';

/** Linux has it: all interfaces at once. */
const anyDevice = 'any';

/** IFF_UP of netdevice(7). */
const interfaceUp = 1;

/**
 * Devices to capture from, a line each: number, name, description, flags, addresses:
 * `1.eth0 [Up, Running] 192.0.2.2, fe80::1`. Throws a `CaptureError` where `cap` is missing.
 */
export function listDevices(): string[] {
  return devices().map((device, index) => `${index + 1}.${deviceText(device, deviceFlags(device))}`);
}

/** One device as `listDevices` writes it, without the number. */
export function deviceText(device: CapDevice, flags: readonly string[]): string {
  const description = device.description === undefined ? '' : ` (${device.description})`;
  const addresses = device.addresses.flatMap(({ addr }) => (addr === undefined ? [] : [addr])).join(', ');
  return `${device.name}${description} [${flags.join(', ') || 'none'}]${addresses === '' ? '' : ` ${addresses}`}`;
}

/** `any` where the system has it, else the first device that is not loopback. */
export function defaultInterface(platform: NodeJS.Platform = process.platform): string {
  if (platform === 'linux') return anyDevice;
  const list = devices();
  const first = list.find(({ flags }) => flags === undefined) ?? list[0];
  if (first === undefined)
    throw new CaptureError('there is no device to capture from: run it with sudo, or name one with -i');
  return first.name;
}

function devices(): CapDevice[] {
  try {
    return loadCap().Cap.deviceList();
  } catch (error) {
    if (error instanceof CaptureError) throw error;
    throw new CaptureError(`the devices can't be listed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The flags that tcpdump -D shows. cap knows only of loopback; the rest is what Linux says of its interfaces. */
function deviceFlags({ name, flags }: CapDevice): string[] {
  const up = name === anyDevice || (Number(interfaceFile(name, 'flags')) & interfaceUp) !== 0;
  const state = interfaceFile(name, 'operstate');
  // Loopback has no state of its own to report.
  const running = name === anyDevice || (up && (state === 'up' || state === 'unknown'));
  const loopback = flags === 'PCAP_IF_LOOPBACK';
  return [...(up ? ['Up'] : []), ...(running ? ['Running'] : []), ...(loopback ? ['Loopback'] : [])];
}

function interfaceFile(name: string, file: string): string {
  try {
    return readFileSync(`/sys/class/net/${name}/${file}`, 'utf8').trim();
  } catch {
    return '';
  }
}
