/**
 * One record of a capture, borrowed by whoever is called with it: the object is reused for the next packet. The bytes
 * are not written again, but keeping them keeps the whole buffer that they came in.
 */
export interface CapturedPacket {
  /** The buffer that holds the packet; other packets may lie before and after it. */
  bytes: Buffer;
  /** Offset of the packet's first byte in `bytes`. */
  start: number;
  /** Offset after the packet's last captured byte in `bytes`. */
  end: number;
  /** Length on the wire, in bytes; larger than `end - start` where the snapshot length cut the packet. */
  originalLength: number;
  /** Time of capture: whole seconds since 1970-01-01 UTC. */
  seconds: number;
  /** Time of capture: nanoseconds within the second, 0 to 999,999,999. */
  nanoseconds: number;
  /** LINKTYPE_ value, see https://www.tcpdump.org/linktypes.html */
  linkType: number;
  /** Position in the capture, from 1. */
  number: number;
}

/** As far as microseconds are counted exactly, to the year 2255. A file may claim any time: that is no date. */
export const furthestUs = Number.MAX_SAFE_INTEGER;

/** Packet time in whole µs since 1970, nanoseconds cut off. */
export function timeUsOf({ seconds, nanoseconds }: CapturedPacket): number {
  const timeUs = seconds * 1e6 + Math.floor(nanoseconds / 1000);
  return Math.abs(timeUs) > furthestUs ? Math.sign(timeUs) * furthestUs : timeUs;
}

/** LINKTYPE_ values that are decoded. Source: https://www.tcpdump.org/linktypes.html */
export const LinkType = {
  null: 0,
  ethernet: 1,
  raw: 101,
  loop: 108,
  linuxCooked: 113,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;

/** A packet object to be filled again and again. */
export function emptyPacket(): CapturedPacket {
  return {
    bytes: nothing,
    start: 0,
    end: 0,
    originalLength: 0,
    seconds: 0,
    nanoseconds: 0,
    linkType: LinkType.null,
    number: 0,
  };
}

const nothing = Buffer.alloc(0);
