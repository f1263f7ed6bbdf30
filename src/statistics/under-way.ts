import type { Transaction } from '../../protocols/transaction.ts';
import { Durations } from './durations.ts';

/** How many requests of a connection wait at a time, and how long the client thinks in between. */
export class UnderWay {
  /** Most requests that awaited an answer at one time. */
  most = 0;
  /** From the last byte of an answer to the first of the next request, where nothing was under way, µs; undefined: never. */
  thinkUs: Durations | undefined;
  /** When the answers of the requests ended that were under way when the last one was sent, in order. */
  #ends: number[] = [];
  /** When the last answer ended; undefined where nobody knows what is under way. */
  #lastEndUs: number | undefined;

  /** Commands are told in the order in which they are done. One that awaits no answer has no part in it. */
  add({ status, startUs, requestUs, answerUs, endUs }: Transaction): void {
    if (status === 'no_reply') return;
    const isKnown = answerUs >= 0 && endUs >= 0;
    const end = isKnown ? endUs : Number.POSITIVE_INFINITY;
    if (isKnown || status === 'unanswered') {
      // In one packet the answer comes first.
      this.#ends = this.#ends.filter((other) => other > requestUs);
      this.#ends.push(end);
      this.most = Math.max(this.most, this.#ends.length);
    }
    if (this.#lastEndUs !== undefined && startUs >= this.#lastEndUs) {
      this.thinkUs ??= new Durations();
      this.thinkUs.add(startUs - this.#lastEndUs);
    }
    this.#lastEndUs = isKnown ? Math.max(endUs, this.#lastEndUs ?? 0) : undefined;
  }
}
