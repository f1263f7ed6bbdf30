import type { Arrival } from '../protocol.ts';
import { fullUdpPayload, valueMessageLength } from './udp-frame.ts';

/** One datagram of an answer that waits for those before it. It is an `Arrival`: that of its packet. */
export interface HeldDatagram extends Arrival {
  /** A copy of what was captured behind the frame header. */
  readonly bytes: Buffer;
  /** Its length on the wire. */
  readonly length: number;
}

const endLineLength = 'END\r\n'.length;

/** One message of the server's: datagrams numbered from 0 to `total - 1`, which may come in any order. */
export class UdpAnswer {
  readonly total: number;
  /** Number of the datagram that is passed on next. */
  next = 0;
  #held: Map<number, HeldDatagram> | undefined;
  #fullLength = 0;
  #messageLength = -1;

  constructor(total: number) {
    this.total = total;
  }

  get isComplete(): boolean {
    return this.next === this.total;
  }

  has(sequence: number): boolean {
    return sequence < this.next || this.#held?.has(sequence) === true;
  }

  /** Takes note of a datagram that is passed on or held; its payload is `bytes[start, end)`, `length` bytes on the wire. */
  note(sequence: number, bytes: Buffer, start: number, end: number, length: number): void {
    if (sequence < this.total - 1 && length > this.#fullLength) this.#fullLength = length;
    if (sequence === 0) this.#messageLength = valueMessageLength(bytes, start, end);
  }

  hold(sequence: number, datagram: HeldDatagram): void {
    this.#held ??= new Map();
    this.#held.set(sequence, datagram);
  }

  /** Takes the next datagram out, if it is held. */
  takeNext(): HeldDatagram | undefined {
    const datagram = this.#held?.get(this.next);
    if (datagram !== undefined) this.#held?.delete(this.next++);
    return datagram;
  }

  /**
   * Passes over the datagrams that never came, up to the next one that is held or the end. Returns their length in
   * bytes: all but the last of a message are equally long; that of the last follows from the value, if the message
   * starts with one, else it is taken to be full. `isLast`: no other message of the answer followed, so a text
   * value may have had its END behind it.
   */
  passOverMissing(isLast: boolean): number {
    const full = this.#fullLength > 0 ? this.#fullLength : fullUdpPayload;
    let length = 0;
    while (this.next < this.total && this.#held?.has(this.next) !== true) {
      length += this.next < this.total - 1 ? full : this.#lastLength(full, isLast);
      this.next++;
    }
    return length;
  }

  #lastLength(full: number, isLast: boolean): number {
    if (this.#messageLength < 0) return full;
    const rest = this.#messageLength - (this.total - 1) * full;
    const withEnd = rest + endLineLength;
    if (withEnd > 0 && withEnd <= full && (isLast || rest <= 0)) return withEnd;
    return rest > 0 && rest <= full ? rest : full;
  }
}
