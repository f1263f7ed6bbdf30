import { u16be, u32be } from '../bytes.ts';
import type { Datagram } from '../datagram.ts';
import { EtherType } from '../link/ethernet.ts';
import { skipEthernet } from './inner.ts';
import { skipPpp } from './ppp.ts';

/** Bits of the first 16. Sources: RFC 2784, RFC 2890, RFC 1701; of version 1, RFC 2637. */
export const GreFlag = {
  checksum: 0x8000,
  routing: 0x4000,
  key: 0x2000,
  sequence: 0x1000,
  strictSourceRoute: 0x0800,
  acknowledgment: 0x0080,
} as const;
export const greVersionMask = 0x0007;

/** Mirrored frames, with a header of their own in between. Source: draft-foschiano-erspan-03. */
const Erspan = { type2: 0x88be, type3: 0x22eb } as const;
const erspanType2Length = 8;
const erspanType3Length = 12;
const erspanSubheaderLength = 8;

/** Flags and protocol. */
const shortestHeader = 4;
const optionalFieldLength = 4;

/** Moves the network header in `out`, where a GRE header lies, behind it and behind the frame that it may lead to. */
export function skipGre(bytes: Uint8Array, out: Datagram): boolean {
  const start = out.networkStart;
  if (start + shortestHeader > out.networkEnd) return false;
  const flags = u16be(bytes, start);
  const protocol = u16be(bytes, start + 2);
  const version = flags & greVersionMask;
  if (version > 1 || (flags & GreFlag.routing) !== 0) return false;
  out.skipTo(start + shortestHeader + optionalFieldLength * optionalFields(flags, version));
  if (out.networkStart > out.networkEnd) return false;
  if (version === 1) return protocol === EtherType.ppp && skipPpp(bytes, out);
  switch (protocol) {
    case EtherType.transparentEthernet:
      return skipEthernet(bytes, out);
    case Erspan.type2:
      // Of type I, which has the same number, only the sequence number is missing, and the header with it.
      if ((flags & GreFlag.sequence) !== 0) out.skipTo(out.networkStart + erspanType2Length);
      return skipEthernet(bytes, out);
    case Erspan.type3:
      return skipErspanType3(bytes, out);
    default:
      out.etherType = protocol;
      return true;
  }
}

function optionalFields(flags: number, version: number): number {
  let fields = 0;
  if ((flags & GreFlag.checksum) !== 0) fields++;
  if ((flags & GreFlag.key) !== 0) fields++;
  if ((flags & GreFlag.sequence) !== 0) fields++;
  if (version === 1 && (flags & GreFlag.acknowledgment) !== 0) fields++;
  return fields;
}

function skipErspanType3(bytes: Uint8Array, out: Datagram): boolean {
  const behind = out.networkStart + erspanType3Length;
  if (behind > out.networkEnd) return false;
  const hasSubheader = (u32be(bytes, behind - 4) & 1) !== 0;
  out.skipTo(hasSubheader ? behind + erspanSubheaderLength : behind);
  return skipEthernet(bytes, out);
}
