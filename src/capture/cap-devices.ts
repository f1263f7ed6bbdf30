import { readFileSync } from 'node:fs';
import type { CapDevice, CapModule } from './cap-package.ts';
import { anyDevice, type Device } from './device.ts';

/** IFF_UP of netdevice(7). */
const interfaceUp = 1;

/** All devices that the package `cap` knows. Throws an `Error` with libpcap's words. */
export function capDevices(cap: CapModule): Device[] {
  return cap.Cap.deviceList().map((device) => ({
    name: device.name,
    ...(device.description === undefined ? {} : { description: device.description }),
    flags: deviceFlags(device),
    addresses: device.addresses.flatMap(({ addr }) => (addr === undefined ? [] : [addr])),
  }));
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
