import type { KeptValues } from './kept-values.ts';
import type { Request } from './request.ts';

const carriageReturn = 0x0d;
const newline = 0x0a;

/** Bytes that follow a request's line as the server takes them, whatever they are: they are counted, never searched. */
export class DataBlock {
  /** Undefined where no block is under way. */
  request: Request | undefined = undefined;
  /** Bytes that are still to come, line end included. */
  rest = 0;
  readonly #values: KeptValues;

  constructor(values: KeptValues) {
    this.#values = values;
  }

  /** Bytes that were captured of the request, where the block is its own. */
  get ownBytes(): number {
    if (this.request === undefined || this.isSwallowed) return 0;
    return this.request.requestBytes - this.rest - this.request.missingBytes;
  }

  /** True where it stands behind a line that takes none: the server swallows it all the same. */
  get isSwallowed(): boolean {
    return this.request !== undefined && this.request.valueLength < 0;
  }

  /** The block of a request begins. */
  begin(request: Request): void {
    this.#open(request, request.blockLength);
    this.#values.begin(request);
  }

  /** The block begins that the server swallows behind the line of a request. */
  swallow(request: Request): void {
    this.#open(request, request.doubtfulBlock);
  }

  /** The block of a request is under way. */
  goOn(request: Request, rest: number): void {
    this.request = request;
    this.rest = rest;
  }

  #open(request: Request, length: number): void {
    request.requestBytes += length;
    this.request = request;
    this.rest = length;
  }

  /** The next `length` bytes of it. */
  read(request: Request, bytes: Buffer, start: number, length: number): void {
    if (request.valueLength >= 0) {
      if (!this.endsAsUsual(bytes, start, length)) request.isMiscounted = true;
      this.#values.append(request, bytes, start, start + length);
    }
    this.rest -= length;
  }

  /** The next `length` bytes were never captured. Returns how many of them are of the block. */
  miss(request: Request, length: number): number {
    const missing = Math.min(length, this.rest);
    // A value with a hole in it is not shown: its parts would seem to belong together.
    request.value = undefined;
    request.missingBytes += missing;
    this.rest -= missing;
    return missing;
  }

  /** True where the line end is, as far as it is among these bytes, what every client sends. */
  endsAsUsual(bytes: Buffer, start: number, length: number): boolean {
    const end = start + this.rest;
    if (this.rest >= 2 && length >= this.rest - 1 && bytes[end - 2] !== carriageReturn) return false;
    return length < this.rest || bytes[end - 1] === newline;
  }
}
