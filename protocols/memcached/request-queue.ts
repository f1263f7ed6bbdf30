import { leastAnswerBytes } from './answer-length.ts';
import type { Request } from './request.ts';

/** Places that the ring has at first. */
const initialLength = 4;

/** Most clients have one request under way: they need no ring, and share this. */
const noRing: readonly (Request | undefined)[] = [];
const noSums = new Int32Array(0);

/** Requests in the order in which they were sent: the front, and the others in a ring that doubles when it is full. */
export class RequestQueue {
  #front: Request | undefined = undefined;
  /** Those behind the front. */
  #ring: (Request | undefined)[] = noRing as (Request | undefined)[];
  /** Two sums for each place of the ring, over it and those before: of the least bytes of answers, and of holes. */
  #sums = noSums;
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The request `index` places behind the front; undefined where there is none. */
  at(index: number): Request | undefined {
    if (index <= 0) return index === 0 ? this.#front : undefined;
    return index < this.#length ? this.#ring[this.#slot(index)] : undefined;
  }

  push(request: Request): void {
    if (this.#length === 0) this.#front = request;
    else {
      if (this.#length > this.#ring.length) this.#grow();
      const slot = this.#slot(this.#length);
      const before = (slot === 0 ? this.#ring.length : slot) - 1;
      this.#ring[slot] = request;
      this.#sums[slot * 2] = (this.#sums[before * 2] as number) + leastAnswerBytes(request);
      this.#sums[slot * 2 + 1] = (this.#sums[before * 2 + 1] as number) + (request.unseenBefore < 0 ? 0 : 1);
    }
    this.#length++;
  }

  /** The least that the answers to the requests in `[from, to)` take, in bytes. */
  leastAnswerBytes(from: number, to: number): number {
    const first = this.at(from);
    if (first === undefined || to <= from) return 0;
    if (from === 0) return leastAnswerBytes(first) + this.leastAnswerBytes(1, to);
    return leastAnswerBytes(first) + this.#difference(from, Math.min(to, this.#length) - 1, 0);
  }

  /** The first place that has a hole before it; -1 where none has. */
  get firstHole(): number {
    for (const place of [0, 1]) if ((this.at(place)?.unseenBefore ?? -1) >= 0) return place;
    let before = 1;
    let end = this.#length;
    while (end - before > 1) {
      const middle = (before + end) >>> 1;
      if (this.#difference(1, middle, 1) === 0) before = middle;
      else end = middle;
    }
    return end < this.#length ? end : -1;
  }

  /** Takes the front; undefined where the queue is empty. */
  shift(): Request | undefined {
    const front = this.#front;
    if (this.#length === 0) return undefined;
    this.#length--;
    if (this.#length === 0) this.#front = undefined;
    else {
      this.#front = this.#ring[this.#head];
      this.#ring[this.#head] = undefined;
      this.#head = (this.#head + 1) & (this.#ring.length - 1);
    }
    return front;
  }

  /** Takes those from `index` on. */
  cut(index: number): Request[] {
    const taken: Request[] = [];
    const kept = Math.min(Math.max(0, index), this.#length);
    for (let place = kept; place < this.#length; place++) {
      taken.push(this.at(place) as Request);
      if (place === 0) this.#front = undefined;
      else this.#ring[this.#slot(place)] = undefined;
    }
    this.#length = kept;
    return taken;
  }

  /** Where in the ring the request is, `index` places behind the front, 1 or more. */
  #slot(index: number): number {
    return (this.#head + index - 1) & (this.#ring.length - 1);
  }

  /** What a sum has grown by from one place to a later one, both behind the front. Sums wrap; differences are small. */
  #difference(from: number, to: number, sum: 0 | 1): number {
    const sums = this.#sums;
    return ((sums[this.#slot(to) * 2 + sum] as number) - (sums[this.#slot(from) * 2 + sum] as number)) | 0;
  }

  #grow(): void {
    const { length } = this.#ring;
    const larger = new Array<Request | undefined>(Math.max(initialLength, length * 2)).fill(undefined);
    const sums = new Int32Array(larger.length * 2);
    for (let index = 0; index < length; index++) {
      const slot = (this.#head + index) & (length - 1);
      larger[index] = this.#ring[slot];
      sums.set(this.#sums.subarray(slot * 2, slot * 2 + 2), index * 2);
    }
    this.#ring = larger;
    this.#sums = sums;
    this.#head = 0;
  }
}
