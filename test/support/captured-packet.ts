import { type CapturedPacket, LinkType } from '../../protocols/packet.ts';

/** A packet as a capture reader hands it on, whole and at time 0 unless a field says otherwise. */
export function capturedPacket(bytes: Buffer, fields: Partial<CapturedPacket> = {}): CapturedPacket {
  return {
    bytes,
    start: 0,
    end: bytes.length,
    originalLength: bytes.length,
    seconds: 0,
    nanoseconds: 0,
    linkType: LinkType.ethernet,
    number: 1,
    ...fields,
  };
}
