import type { Arrival } from '../../protocol.ts';
import { decodeHeader, Header } from './header.ts';

/** One message of either direction, while it is read. One object is reused: copy what must outlive the call. */
export class Message {
  readonly header = new Header();
  /** Offset in the direction's stream of the first byte. */
  start = 0;
  /** Time of the packet with the first byte, µs since 1970. */
  startUs = 0;
  /** Number of that packet. */
  packet = 0;
  /** How far the sender had received the other direction when it sent the first byte; -1 if unknown. */
  acknowledged = -1;
  /** False where a part of extras and key was never captured. */
  isHeadWhole = true;
  /** Bytes of it that were never captured. */
  missingBytes = 0;
  /** True where the last byte was never captured. */
  endIsMissing = false;
  /** Bytes on the stream after the key. */
  valueLength = 0;
  /** How many of the value's first bytes are wanted, and those read so far, as Latin-1. */
  wanted = 0;
  value = '';

  begin(start: number, arrival: Arrival): void {
    this.start = start;
    this.startUs = arrival.timeUs;
    this.packet = arrival.packet;
    this.acknowledged = arrival.acknowledged;
    this.isHeadWhole = true;
    this.missingBytes = 0;
    this.endIsMissing = false;
    this.wanted = 0;
    this.value = '';
  }

  /** As `begin`, where the header at `bytes[at, at + 24)` is known to be one. */
  beginWith(bytes: Buffer, at: number, start: number, arrival: Arrival): void {
    this.begin(start, arrival);
    decodeHeader(bytes, at, this.header);
    this.valueLength = this.header.valueLength;
  }

  /** Bytes on the stream. */
  get length(): number {
    return this.header.headLength + this.valueLength;
  }
}
