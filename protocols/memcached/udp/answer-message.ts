import { fullUdpPayload, type UdpFrame } from './frame.ts';
import { type LeadingValue, leadingValue } from './leading-value.ts';

const endLineLength = 'END\r\n'.length;

/** One message of the server's: datagrams numbered from 0 to `total - 1`, which may come in any order. */
export class AnswerMessage {
  readonly total: number;
  /** Number of the datagram that is passed on next. */
  next = 0;
  #held: Map<number, UdpFrame> | undefined;
  /** Numbers of the held ones, the last first; undefined until it is known that no more come. */
  #order: number[] | undefined;
  #received = 0;
  /** Bytes of the datagrams that came. */
  #length = 0;
  #fullLength = 0;
  #value: LeadingValue | undefined;

  constructor(total: number) {
    this.total = total;
  }

  /** All of its datagrams came. */
  get isWhole(): boolean {
    return this.#received === this.total;
  }

  /** All that is known of it was passed on. */
  get isPassedOn(): boolean {
    return this.next === this.total;
  }

  /** Key of the value that it starts with; undefined where there is none, or its first datagram did not come. */
  get key(): string | undefined {
    return this.#value?.key;
  }

  /** It is one value and nothing more: that there are no others is still to be said. */
  get isOneOfSeveral(): boolean {
    return this.isWhole && this.#length === this.#value?.length;
  }

  has(sequence: number): boolean {
    return sequence < this.next || this.#held?.has(sequence) === true;
  }

  /** Takes note of a datagram that is passed on or held. */
  note(frame: UdpFrame): void {
    const { sequence, length } = frame;
    this.#received++;
    this.#length += length;
    if (sequence < this.total - 1 && length > this.#fullLength) this.#fullLength = length;
    if (sequence === 0) this.#value = leadingValue(frame);
  }

  /** Keeps a datagram, which is its own from now on, until those before it have come. */
  hold(frame: UdpFrame): void {
    this.#held ??= new Map();
    this.#held.set(frame.sequence, frame);
  }

  /** Takes the next datagram out, if it is held. */
  takeNext(): UdpFrame | undefined {
    const frame = this.#held?.get(this.next);
    if (frame !== undefined) this.#held?.delete(this.next++);
    return frame;
  }

  /**
   * Passes over the datagrams that never came, up to the next one that is held or the end. Returns their length in
   * bytes: all but the last of a message are equally long; that of the last follows from the value, if the message
   * starts with one, else it is taken to be full. `isLast`: no other message of the answer followed, so a text
   * value may have had its END behind it. No more datagrams may come.
   */
  passOverMissing(isLast: boolean): number {
    const full = this.#fullLength > 0 ? this.#fullLength : fullUdpPayload;
    const from = this.next;
    this.next = this.#nextHeld();
    if (this.next < this.total || from === this.total) return (this.next - from) * full;
    return (this.total - 1 - from) * full + this.#lastLength(full, isLast);
  }

  /**
   * Number of the next datagram that is held, or of the one behind the last. Not counted up to: a header may claim any.
   */
  #nextHeld(): number {
    this.#order ??= [...(this.#held?.keys() ?? [])].sort((a, b) => b - a);
    for (let last = this.#order.at(-1); last !== undefined; last = this.#order.at(-1)) {
      if (last >= this.next) return last;
      this.#order.pop();
    }
    return this.total;
  }

  #lastLength(full: number, isLast: boolean): number {
    if (this.#value === undefined) return full;
    const rest = this.#value.length - (this.total - 1) * full;
    const withEnd = rest + endLineLength;
    if (withEnd > 0 && withEnd <= full && (isLast || rest <= 0)) return withEnd;
    return rest > 0 && rest <= full ? rest : full;
  }
}
