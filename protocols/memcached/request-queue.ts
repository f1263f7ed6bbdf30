import type { Request } from './request.ts';

/** Requests that are taken from the front before the array is cut: then cutting costs next to nothing for each. */
const cutLength = 1024;

/** Requests in the order in which they were sent. */
export class RequestQueue {
  #requests: Request[] = [];
  #head = 0;

  get length(): number {
    return this.#requests.length - this.#head;
  }

  /** The request `index` places behind the front; undefined where there is none. */
  at(index: number): Request | undefined {
    return this.#requests[this.#head + index];
  }

  push(request: Request): void {
    this.#requests.push(request);
  }

  /** Takes the front; undefined where the queue is empty. */
  shift(): Request | undefined {
    const request = this.#requests[this.#head];
    if (request === undefined) return undefined;
    this.#head++;
    if (this.#head === this.#requests.length) {
      this.#requests.length = 0;
      this.#head = 0;
    } else if (this.#head >= cutLength && this.#head * 2 > this.#requests.length) {
      this.#requests = this.#requests.slice(this.#head);
      this.#head = 0;
    }
    return request;
  }

  /** Takes those from `index` on. */
  cut(index: number): Request[] {
    return this.#requests.splice(this.#head + index);
  }
}
