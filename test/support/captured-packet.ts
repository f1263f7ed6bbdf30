import { type CapturedPacket, LinkType } from '../../protocols/packet.ts';
import type { BuiltPacket } from './capture-file.ts';

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

/** Packets that a test has built, in this order, as a capture reader hands them on. */
export function capturedPackets(packets: readonly BuiltPacket[]): CapturedPacket[] {
  return packets.map(({ bytes, seconds, nanoseconds, originalLength = bytes.length }, index) =>
    capturedPacket(bytes, { seconds, nanoseconds, originalLength, number: index + 1 }),
  );
}
