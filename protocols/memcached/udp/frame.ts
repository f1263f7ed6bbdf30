import { findNewline, holdsText, latin1, u8, u16be, u32be } from '../../bytes.ts';

/**
 * Length of the header before the text or binary bytes of each datagram. Source: memcached doc/protocol.txt, UDP
 * protocol.
 */
export const udpFrameLength = 8;

/** Bytes behind the header that the server puts into each datagram of an answer but the last (UDP_DATA_SIZE). */
export const fullUdpPayload = 1392;

/** The frame header: four big-endian 16-bit numbers. One object is reused for all. */
export class UdpFrame {
  /** Chosen by the client; every datagram of the answer carries it. */
  requestId = 0;
  /** Position of this datagram in its message, from 0. */
  sequence = 0;
  /** Datagrams of the message. */
  total = 0;
  /** Always 0. */
  reserved = 0;
}

/** Reads the header at `start`; the caller has checked that its 8 bytes are there. */
export function decodeUdpFrame(bytes: Uint8Array, start: number, out: UdpFrame): void {
  out.requestId = u16be(bytes, start);
  out.sequence = u16be(bytes, start + 2);
  out.total = u16be(bytes, start + 4);
  out.reserved = u16be(bytes, start + 6);
}

/** Longest line that opens a value: a key of 250 bytes and numbers. */
const longestValueLine = 512;

/** A value at the start of an answer. */
export interface LeadingValue {
  /** Latin-1; empty where the answer does not name it. */
  readonly key: string;
  /**
   * Bytes of the value with the header or line before it and the line end behind it; a text answer's `END` may follow.
   */
  readonly length: number;
}

/** The value that an answer starts with; undefined where it starts with something else. */
export function leadingValue(bytes: Buffer, start: number, end: number): LeadingValue | undefined {
  if (end - start >= 24 && u8(bytes, start) === 0x81) return { key: '', length: 24 + u32be(bytes, start + 8) };
  if (end - start < 5) return undefined;
  const isClassic = holdsText(bytes, start, 'VALUE');
  if (!isClassic && !holdsText(bytes, start, 'VA ')) return undefined;
  const newline = findNewline(bytes, start, Math.min(end, start + longestValueLine));
  if (newline < 0) return undefined;
  const words = latin1(bytes, start, newline).trimEnd().split(' ');
  const length = Number(words[isClassic ? 3 : 1]);
  if (!Number.isInteger(length) || length < 0) return undefined;
  return { key: isClassic ? (words[1] as string) : '', length: newline + 1 - start + length + 2 };
}
