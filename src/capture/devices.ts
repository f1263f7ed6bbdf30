import { capDevices } from './cap-devices.ts';
import { loadCap } from './cap-package.ts';
import { CaptureError } from './capture-error.ts';
import { anyDevice, type Device, deviceText } from './device.ts';
import type { Engine } from './engine-names.ts';
import { findEngine } from './find-engine.ts';
import { libpcapDevices } from './libpcap/devices.ts';
import { loadLibpcap } from './libpcap/library.ts';
import { tcpdumpDevices } from './tcpdump-devices.ts';

/** Whoever captures knows the devices, too. */
const lists: Readonly<Record<Engine, () => Device[]>> = {
  libpcap: () => libpcapDevices(loadLibpcap()),
  cap: () => capDevices(loadCap()),
  tcpdump: tcpdumpDevices,
};

/**
 * Devices to capture from, a line each: number, name, description, flags, addresses:
 * `1.eth0 [Up, Running] 192.0.2.2, fe80::1`. Throws a `CaptureError` where there is nothing to ask.
 * @param engine Whom to ask; undefined for the first that is there.
 */
export function listDevices(engine?: Engine): string[] {
  return devices(engine).map((device, index) => `${index + 1}.${deviceText(device)}`);
}

/** `any` where the system has it, else the first device that is not loopback. */
export function defaultInterface(platform: NodeJS.Platform = process.platform): string {
  if (platform === 'linux') return anyDevice;
  const list = devices();
  const first = list.find(({ flags }) => !flags.includes('Loopback')) ?? list[0];
  if (first === undefined)
    throw new CaptureError('there is no device to capture from: run it with sudo, or name one with -i');
  return first.name;
}

function devices(engine: Engine = findEngine().engine): Device[] {
  try {
    return lists[engine]();
  } catch (error) {
    if (error instanceof CaptureError) throw error;
    throw new CaptureError(`the devices can't be listed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
