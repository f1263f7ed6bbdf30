import { fingerprint } from '../../fingerprint.ts';
import type { UdpFrame } from './frame.ts';

/** What a request datagram is known again by. */
export class RequestDatagram {
  readonly requestId: number;
  /** Bytes of commands in it. */
  readonly length: number;
  /** IP's number for it, 0 where none is known. */
  readonly identification: number;
  /** Packet time, µs since 1970. */
  readonly timeUs: number;
  /** Number made of its bytes. */
  readonly #print: number;

  constructor({ requestId, bytes, start, end, length, identification, arrival }: UdpFrame) {
    this.requestId = requestId;
    this.length = length;
    this.identification = identification;
    this.timeUs = arrival.timeUs;
    this.#print = fingerprint(bytes, start, end, length);
  }

  /** Whether another one asks the same in the same bytes. */
  repeats(other: RequestDatagram): boolean {
    return this.#print === other.#print && this.length === other.length;
  }

  /** Whether two with the same bytes are known to be two. */
  isOtherThan({ identification }: RequestDatagram): boolean {
    return this.identification !== 0 && identification !== 0 && this.identification !== identification;
  }
}
