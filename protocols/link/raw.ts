import { u8 } from '../bytes.ts';
import type { Datagram } from '../datagram.ts';
import { EtherType } from './ethernet.ts';

/** A packet without a link header: the IP version tells which IP it is. */
export function decodeRaw(bytes: Uint8Array, start: number, end: number, length: number, out: Datagram): boolean {
  if (start >= end) return false;
  const version = u8(bytes, start) >> 4;
  if (version !== 4 && version !== 6) return false;
  out.etherType = version === 4 ? EtherType.ipv4 : EtherType.ipv6;
  out.networkStart = start;
  out.networkEnd = end;
  out.networkLength = length;
  return true;
}
