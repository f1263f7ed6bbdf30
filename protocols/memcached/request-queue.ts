import type { Request } from './request.ts';

/** Places that the ring has at first. */
const initialLength = 4;

/** Most clients have one request under way: they need no ring, and share this. */
const noRing: readonly (Request | undefined)[] = [];

/** Requests in the order in which they were sent: the front, and the others in a ring that doubles when it is full. */
export class RequestQueue {
  #front: Request | undefined = undefined;
  /** Those behind the front. */
  #ring: (Request | undefined)[] = noRing as (Request | undefined)[];
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
      this.#ring[this.#slot(this.#length)] = request;
    }
    this.#length++;
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

  #grow(): void {
    const { length } = this.#ring;
    const larger = new Array<Request | undefined>(Math.max(initialLength, length * 2)).fill(undefined);
    for (let index = 0; index < length; index++) larger[index] = this.#ring[(this.#head + index) & (length - 1)];
    this.#ring = larger;
    this.#head = 0;
  }
}
