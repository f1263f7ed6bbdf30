import { hashSeed } from '../../hash.ts';
import type { BinaryRequest } from './request.ts';

/** Requests that await their answer, oldest first; a queue that also counts the kinds that pairing asks for. */
export class PendingRequests {
  #requests: BinaryRequest[] = [];
  #head = 0;
  #loud = 0;
  /** Place in `#requests` behind the last one that is answered in any case. */
  #loudEnd = 0;
  /** How many quiet requests an answer could not tell apart, by what their answers repeat. */
  readonly #alike = new Map<string | number, number>();
  /** How many quiet requests lack the key by which their answers would be told. */
  #nameless = 0;

  get length(): number {
    return this.#requests.length - this.#head;
  }

  /** How many of them are answered in any case. */
  get loud(): number {
    return this.#loud;
  }

  /** How many stand before the last one that is answered in any case, that included. */
  get throughLastLoud(): number {
    return Math.max(0, this.#loudEnd - this.#head);
  }

  /** The request at `index` from the front; undefined beyond the last. */
  at(index: number): BinaryRequest | undefined {
    return this.#requests[this.#head + index];
  }

  push(request: BinaryRequest): void {
    this.#requests.push(request);
    if (!request.opcode.isQuiet) {
      this.#loud++;
      this.#loudEnd = this.#requests.length;
    } else {
      const name = answerName(request);
      this.#alike.set(name, (this.#alike.get(name) ?? 0) + 1);
      if (!request.isHeadWhole) this.#nameless++;
    }
  }

  /** Takes the front one; there must be one. */
  shift(): BinaryRequest {
    const request = this.#requests[this.#head] as BinaryRequest;
    this.#head++;
    if (!request.opcode.isQuiet) this.#loud--;
    else this.#forget(request);
    if (this.#head === this.#requests.length) {
      this.#requests.length = 0;
      this.#head = 0;
      this.#loudEnd = 0;
    } else if (this.#head >= 1024 && this.#head * 2 > this.#requests.length) {
      this.#requests = this.#requests.slice(this.#head);
      this.#loudEnd -= this.#head;
      this.#head = 0;
    }
    return request;
  }

  /** True where the answer to a quiet request can't be another one's; `hasKey`: the answer's key was captured. */
  isDistinct(request: BinaryRequest, hasKey: boolean): boolean {
    if (request.opcode.answersKey && !hasKey) return false;
    return this.#nameless === 0 && this.#alike.get(answerName(request)) === 1;
  }

  #forget(request: BinaryRequest): void {
    if (!request.isHeadWhole) this.#nameless--;
    const name = answerName(request);
    const count = (this.#alike.get(name) ?? 1) - 1;
    if (count > 0) this.#alike.set(name, count);
    else this.#alike.delete(name);
  }
}

/** Opaque and opcode as one number. */
export function opaqueName(opaque: number, opcode: number): number {
  return ((opaque ^ hashSeed) >>> 0) * 256 + opcode;
}

/** What an answer repeats of a quiet request: its key, or else opcode and opaque as one number. */
function answerName(request: BinaryRequest): string | number {
  const key = request.opcode.answersKey ? request.keys[0] : undefined;
  return key ?? opaqueName(request.opaque, request.opcode.code);
}
