import { u16be, u16le, u32be, u32le } from '../../protocols/bytes.ts';
import type { CaptureHandler } from './capture-source.ts';

/** A parser of one capture format. */
export interface CaptureReader {
  /** Takes the next bytes; all records of those before have been read. */
  feed(chunk: Buffer): void;
  /**
   * Reads one record, and hands it to the receiver if it is a packet; false where that takes more bytes, or after a
   * stop. Throws a `CaptureError` on damage.
   */
  next(): boolean;
  /** Says that there are no more bytes. Throws a `CaptureError` where they end in the middle of something. */
  end(): void;
  /** The packet that comes next: its number, from 1, and the offset of its record in the (uncompressed) bytes. */
  readonly place: { readonly packet: number; readonly offset: number };
  /** No packet is handed over after the one being handled. */
  stop(): void;
}

/** Reads all records that end in these next bytes. */
export function readChunk(reader: CaptureReader, chunk: Buffer): void {
  reader.feed(chunk);
  while (reader.next());
}

/** Who takes what a reader finds. */
export type CaptureReceiver = Pick<CaptureHandler, 'begin' | 'packet' | 'records'>;

/** Largest snapshot length that libpcap believes, and therefore the largest packet. */
export const maximumSnapLength = 262_144;

export interface ByteOrder {
  readonly u16: (bytes: Uint8Array, at: number) => number;
  readonly u32: (bytes: Uint8Array, at: number) => number;
}

export const littleEndian: ByteOrder = { u16: u16le, u32: u32le };
export const bigEndian: ByteOrder = { u16: u16be, u32: u32be };

/** A snapshot length from a file as libpcap understands it: 0 and nonsense mean no limit. */
export function believedSnapLength(snapLength: number): number {
  return snapLength === 0 || snapLength > 0x7fffffff ? maximumSnapLength : snapLength;
}
