import { mix } from '../hash.ts';
import type { Arrival } from '../protocol.ts';
import type { TcpSegment } from './segment.ts';

/** A packet that was captured twice has a copy so shortly before it, µs. */
const copyWithinUs = 1000;

const slots = 4096;
export const recentSegmentSlots = slots;

/**
 * The segments of the last millisecond, told by what no retransmission has in common with its original: identification
 * of the IP packet and checksum of TCP; and by their sequence numbers, since over IPv6 there is no identification, and
 * captures on the sending machine have the same unfinished checksum in all segments of a length. A later segment may take the place of an earlier one: then a copy is not known.
 */
export class RecentSegments {
  readonly #prints: Int32Array;
  readonly #times: Float64Array;

  /** `prints` and `times`: `recentSegmentSlots` of each, where somebody else notes segments there, too. */
  constructor(prints = new Int32Array(slots), times = new Float64Array(slots)) {
    this.#prints = prints;
    this.#times = times.fill(Number.NEGATIVE_INFINITY);
  }

  /**
   * Whether the same segment came less than a millisecond ago; remembers this one. `connection`: a number of its own for
   * each direction of each connection.
   */
  isCopy(
    connection: number,
    identification: number,
    { sequence, checksum }: Pick<TcpSegment, 'sequence' | 'checksum'>,
    arrival: Arrival,
  ): boolean {
    const { timeUs } = arrival;
    const print = mix(mix(connection, sequence), (identification << 16) | checksum);
    const slot = print & (slots - 1);
    const isCopy = this.#prints[slot] === print && Math.abs(timeUs - (this.#times[slot] as number)) <= copyWithinUs;
    this.#prints[slot] = print;
    this.#times[slot] = timeUs;
    return isCopy;
  }
}
