import type { Standing } from '../../standing.ts';

/**
 * Watches how a client chooses its opaques. Only where each is larger than the one before does an opaque name one
 * request and no other, those that were never captured included; many clients send the same in all. The server
 * does not read it, so that a client may count in either byte order.
 */
export class OpaqueOrder {
  #count = 0;
  #last = 0;
  #lastReversed = 0;
  #rises = true;
  #risesReversed = true;
  #hasRequests = false;

  /** A request came with this opaque. */
  see(opaque: number): void {
    this.#hasRequests = true;
    this.#add(opaque);
  }

  /** An answer came with this opaque: before all requests that were captured, it is that of an earlier one. */
  seeAnswer(opaque: number): void {
    if (!this.#hasRequests) this.#add(opaque);
  }

  /** Writes down what was seen of requests; false where none was. */
  lend(standing: Standing): boolean {
    standing.lastOpaque = this.#last;
    standing.opaquesRise = this.#rises;
    standing.opaquesRiseReversed = this.#risesReversed;
    return this.#hasRequests;
  }

  takeBack({ added, lastOpaque, opaquesRise, opaquesRiseReversed }: Standing): void {
    this.#count += added;
    this.#last = lastOpaque >>> 0;
    this.#lastReversed = reverse(lastOpaque);
    this.#rises = opaquesRise;
    this.#risesReversed = opaquesRiseReversed;
  }

  #add(opaque: number): void {
    const value = opaque >>> 0;
    const reversed = reverse(opaque);
    if (this.#count > 0) {
      this.#rises &&= value > this.#last;
      this.#risesReversed &&= reversed > this.#lastReversed;
    }
    this.#count++;
    this.#last = value;
    this.#lastReversed = reversed;
  }

  /** True where two requests at least have shown the order, and none has contradicted it. */
  get isTrusted(): boolean {
    return this.#count > 1 && (this.#rises || this.#risesReversed);
  }
}

function reverse(value: number): number {
  return ((value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}
