import { BlockList, isIP } from 'node:net';

/** Ends of connections that a user names. */
export interface AddressRange {
  /** Whether an end is one of them, as records write it: `10.0.0.1:46103`, `[::1]:46103`. */
  includes(end: string): boolean;
}

const form = /^(?:\[(?<bracketed>.+)\]|(?<plain>[\d.]+|[\da-fA-F:.]*:[\da-fA-F:.]*))(?:\/(?<bits>\d{1,3}))?$/;
const withPort = /^(.*[\].\d]):(\d{1,5})$/;

/**
 * Reads `10.0.0.1`, `10.0.0.1:46103`, `::1`, `[::1]:46103`, `10.0.0.0/8` or `fd00::/8`; undefined where it is none of
 * them.
 */
export function parseAddressRange(word: string): AddressRange | undefined {
  const network = networkOf(word);
  if (network !== undefined) return { includes: (end) => network(addressIn(end)) };
  const [, address = '', port = ''] = withPort.exec(word) ?? [];
  const host = networkOf(address);
  if (host === undefined || address.includes('/')) return undefined;
  return { includes: (end) => end.endsWith(`:${port}`) && host(addressIn(end)) };
}

/** Whether an address is in the network, or is the address, that this text names. */
function networkOf(text: string): ((address: string) => boolean) | undefined {
  const { bracketed, plain, bits } = form.exec(text)?.groups ?? {};
  const address = bracketed ?? plain ?? '';
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  if (version === 0 || Number(bits ?? 0) > most) return undefined;
  const block = new BlockList();
  block.addSubnet(address, Number(bits ?? most), version === 4 ? 'ipv4' : 'ipv6');
  // Else an IPv4 address would be in the IPv6 networks that hold its mapped form.
  return (other) => isIP(other) === version && block.check(other, version === 4 ? 'ipv4' : 'ipv6');
}

/** Of an end as records write it, without port and brackets. */
function addressIn(end: string): string {
  const address = end.slice(0, end.lastIndexOf(':'));
  return address.startsWith('[') ? address.slice(1, -1) : address;
}
