import { Due, type PairedRequest } from './paired-request.ts';

/** Places that the ring has at first. */
const initialLength = 4;

/** Most clients have one request under way: they need no ring, and share this. */
const noRing: readonly unknown[] = [];

/**
 * Requests in the order in which they were sent: the front, and the others in a ring that doubles when it is full. A
 * request's place is its number among all that were ever in the queue, from 0.
 */
export class RequestQueue<R extends PairedRequest> {
  /** Place of the front. */
  first = 0;
  /** How many of the requests have a hole right before them. */
  holes = 0;
  /** How many of them are due an answer. */
  due = 0;
  #front: R | undefined = undefined;
  /** Those behind the front. */
  #ring = noRing as (R | undefined)[];
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The place behind the last one. */
  get end(): number {
    return this.first + this.#length;
  }

  get front(): R | undefined {
    return this.#front;
  }

  /** The request at a place; undefined where there is none. */
  at(place: number): R | undefined {
    const index = place - this.first;
    if (index <= 0) return index === 0 ? this.#front : undefined;
    return index < this.#length ? this.#ring[this.#slot(index)] : undefined;
  }

  push(request: R): void {
    if (this.#length === 0) this.#front = request;
    else {
      if (this.#length > this.#ring.length) this.#grow();
      this.#ring[this.#slot(this.#length)] = request;
    }
    this.#length++;
    this.#count(request, 1);
  }

  /** A hole of so many bytes lies before the front; there must be one. */
  missBeforeFront(bytes: number): void {
    const front = this.#front as R;
    if (front.unseenBefore < 0) this.holes++;
    front.unseenBefore = bytes;
  }

  /** Takes the front; there must be one. */
  shift(): R {
    const front = this.#front as R;
    this.first++;
    this.#length--;
    this.#count(front, -1);
    if (this.#length === 0) this.#front = undefined;
    else {
      this.#front = this.#ring[this.#head];
      this.#ring[this.#head] = undefined;
      this.#head = (this.#head + 1) & (this.#ring.length - 1);
    }
    return front;
  }

  /** Takes those from a place on. */
  cut(place: number): R[] {
    const taken: R[] = [];
    const kept = Math.min(Math.max(this.first, place), this.end);
    for (let at = kept; at < this.end; at++) {
      const request = this.at(at) as R;
      this.#count(request, -1);
      taken.push(request);
      if (at === this.first) this.#front = undefined;
      else this.#ring[this.#slot(at - this.first)] = undefined;
    }
    this.#length = kept - this.first;
    return taken;
  }

  #count(request: R, change: number): void {
    if (request.unseenBefore >= 0) this.holes += change;
    if (request.due === Due.always) this.due += change;
  }

  /** Where in the ring the request is, `index` places behind the front, 1 or more. */
  #slot(index: number): number {
    return (this.#head + index - 1) & (this.#ring.length - 1);
  }

  #grow(): void {
    const { length } = this.#ring;
    const larger = new Array<R | undefined>(Math.max(initialLength, length * 2)).fill(undefined);
    for (let index = 0; index < length; index++) larger[index] = this.#ring[(this.#head + index) & (length - 1)];
    this.#ring = larger;
    this.#head = 0;
  }
}
