import { u16be, u32be } from '../../bytes.ts';
import type { WireNumber } from '../../transaction.ts';

/** The header that starts every message of the binary protocol. Source: memcached doc/protocol-binary.xml. */
export const headerLength = 24;

/** First byte of a message: who sent it. */
export const Magic = { request: 0x80, response: 0x81 } as const;

/** The server counts what follows the header in a signed int: a longer body is a negative number to it. */
export const maxBodyLength = 2 ** 31 - 1;

/** One header, as numbers. One object is reused for all messages of a direction. */
export class Header {
  /** Command code; an answer repeats its request's. */
  opcode = 0;
  /** Bytes of the key, of the extras before it, and of both with the value behind them. */
  keyLength = 0;
  extrasLength = 0;
  bodyLength = 0;
  /** 0: raw bytes. No other type was ever defined by memcached. */
  dataType = 0;
  /** Of an answer; a request has the vbucket here, or 0. */
  status = 0;
  /** Chosen by the client and repeated by the server, as a signed number: it only serves to be compared. */
  opaque = 0;
  casHigh = 0;
  casLow = 0;

  /** Bytes of header, extras and key. */
  get headLength(): number {
    return headerLength + this.extrasLength + this.keyLength;
  }

  get valueLength(): number {
    return this.bodyLength - this.extrasLength - this.keyLength;
  }

  /** The item's unique; undefined where the message has none. */
  get cas(): WireNumber | undefined {
    return (this.casHigh | this.casLow) === 0 ? undefined : wireNumber(this.casHigh, this.casLow);
  }
}

/**
 * Reads the header at `bytes[at, at + 24)`; the caller has checked the magic byte. False where the header is
 * malformed: its parts are longer than the body that it claims.
 */
export function decodeHeader(bytes: Uint8Array, at: number, out: Header): boolean {
  out.opcode = bytes[at + 1] as number;
  out.keyLength = u16be(bytes, at + 2);
  out.extrasLength = bytes[at + 4] as number;
  out.dataType = bytes[at + 5] as number;
  out.status = u16be(bytes, at + 6);
  out.bodyLength = u32be(bytes, at + 8);
  out.opaque = u32be(bytes, at + 12) | 0;
  out.casHigh = u32be(bytes, at + 16);
  out.casLow = u32be(bytes, at + 20);
  return out.keyLength + out.extrasLength <= out.bodyLength;
}

/** An unsigned 64-bit number of two words; text where a JavaScript number would lose digits. */
export function wireNumber(high: number, low: number): WireNumber {
  if (high < 0x200000) return high * 0x1_0000_0000 + low;
  return ((BigInt(high) << 32n) | BigInt(low)).toString();
}
