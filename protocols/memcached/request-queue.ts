import type { Request } from './request.ts';

/** Places that the array has at first, and keeps when it is empty: most clients have one request under way. */
const initialLength = 4;

/** Requests in the order in which they were sent, in a ring that doubles when it is full. */
export class RequestQueue {
  #ring: (Request | undefined)[] = new Array<Request | undefined>(initialLength).fill(undefined);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The request `index` places behind the front; undefined where there is none. */
  at(index: number): Request | undefined {
    return index >= 0 && index < this.#length ? this.#ring[(this.#head + index) & (this.#ring.length - 1)] : undefined;
  }

  push(request: Request): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = request;
    this.#length++;
  }

  /** Takes the front; undefined where the queue is empty. */
  shift(): Request | undefined {
    if (this.#length === 0) return undefined;
    const request = this.#ring[this.#head];
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#length--;
    return request;
  }

  /** Takes those from `index` on. */
  cut(index: number): Request[] {
    const taken: Request[] = [];
    const kept = Math.min(Math.max(0, index), this.#length);
    for (let place = kept; place < this.#length; place++) {
      const at = (this.#head + place) & (this.#ring.length - 1);
      taken.push(this.#ring[at] as Request);
      this.#ring[at] = undefined;
    }
    this.#length = kept;
    return taken;
  }

  #grow(): void {
    const { length } = this.#ring;
    const larger = new Array<Request | undefined>(length * 2).fill(undefined);
    for (let index = 0; index < length; index++) larger[index] = this.at(index);
    this.#ring = larger;
    this.#head = 0;
  }
}
