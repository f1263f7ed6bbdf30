import { addressText } from '../../../protocols/address.ts';
import type { Device } from '../device.ts';
import type { Koffi, NativeType, Pointer } from '../koffi-package.ts';
import { errorBuffer, type Libpcap, textIn } from './library.ts';

/** PCAP_IF_ flags of pcap(3PCAP), each as tcpdump -D names it, in the order in which it does. */
const flagNames = [
  [2, 'Up'],
  [4, 'Running'],
  [1, 'Loopback'],
  [8, 'Wireless'],
] as const;

/** The part of the flags that says whether there is a cable or an access point. */
const connectionStatus = 0x30;
const connectionNames = new Map([
  [0x10, 'Connected'],
  [0x20, 'Disconnected'],
]);

/** Structures of pcap(3PCAP): pcap_if and pcap_addr, of which only what stands first is read. */
interface InterfaceEntry {
  readonly next: Pointer | null;
  readonly name: string;
  readonly description: string | null;
  readonly addresses: Pointer | null;
  readonly flags: number;
}
interface AddressEntry {
  readonly next: Pointer | null;
  readonly address: Pointer | null;
}

/** AF_INET and AF_INET6 of the system. */
const ipv4 = 2;
const ipv6 = { linux: 10, darwin: 30, openbsd: 24 }[process.platform as string] ?? 28;

/** All devices that libpcap knows. Throws an `Error` with its words. */
export function libpcapDevices(libpcap: Libpcap): Device[] {
  const { koffi } = libpcap;
  const interfaceType = koffi.struct({
    next: 'void *',
    name: 'const char *',
    description: 'const char *',
    addresses: 'void *',
    flags: 'uint32_t',
  });
  const addressType = koffi.struct({ next: 'void *', address: 'void *' });
  const error = errorBuffer();
  const list: [Pointer | null] = [null];
  if (libpcap.findalldevs(list, error) < 0) throw new Error(textIn(error));
  const devices: Device[] = [];
  for (let at = list[0]; at !== null; ) {
    const { next, name, description, addresses, flags } = koffi.decode(at, interfaceType) as InterfaceEntry;
    devices.push({
      name,
      ...(description === null ? {} : { description }),
      flags: flagsOf(flags),
      addresses: addressesOf(koffi, addressType, addresses),
    });
    at = next;
  }
  if (list[0] !== null) libpcap.freealldevs(list[0]);
  return devices;
}

/** Whether the device is there, and up. */
export function isDeviceUp(libpcap: Libpcap, device: string): boolean {
  return libpcapDevices(libpcap).some(({ name, flags }) => name === device && flags.includes('Up'));
}

function flagsOf(flags: number): string[] {
  const names = flagNames.flatMap(([flag, name]) => ((flags & flag) === 0 ? [] : [name]));
  const connection = connectionNames.get(flags & connectionStatus);
  return connection === undefined ? names : [...names, connection];
}

function addressesOf(koffi: Koffi, type: NativeType, first: Pointer | null): string[] {
  const found: string[] = [];
  for (let at = first; at !== null; ) {
    const { next, address } = koffi.decode(at, type) as AddressEntry;
    if (address !== null) found.push(...textOf(koffi, address));
    at = next;
  }
  return found;
}

/** An IP address, or nothing for one of another family: the hardware's. */
function textOf(koffi: Koffi, at: Pointer): string[] {
  // Linux has 16 bits for the family; BSD has 8 of them for the length of the structure, before it.
  const start = Buffer.from(koffi.view(at, 2));
  const family = process.platform === 'linux' ? start.readUInt16LE() : start.readUInt8(1);
  if (family === ipv4) return [addressText(4, 0, 0, 0, Buffer.from(koffi.view(at, 8)).readUInt32BE(4))];
  if (family !== ipv6) return [];
  const words = Buffer.from(koffi.view(at, 24));
  const [first, second, third, fourth] = [8, 12, 16, 20].map((offset) => words.readUInt32BE(offset));
  return [addressText(6, first ?? 0, second ?? 0, third ?? 0, fourth ?? 0)];
}
