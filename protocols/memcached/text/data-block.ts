import type { KeptValues } from './kept-values.ts';
import type { Request } from './request.ts';

const carriageReturn = 0x0d;
const newline = 0x0a;

/** Bytes that follow a request's line as the server takes them, whatever they are: they are counted, never searched. */
export class DataBlock {
  readonly request: Request;
  /** Bytes that are still to come, line end included. */
  rest: number;

  constructor(request: Request, rest: number) {
    this.request = request;
    this.rest = rest;
  }

  /** Bytes that were captured of the request, where the block is its own. */
  get ownBytes(): number {
    return this.isSwallowed ? 0 : this.request.requestBytes - this.rest - this.request.missingBytes;
  }

  /** True where it stands behind a line that takes none: the server swallows it all the same. */
  get isSwallowed(): boolean {
    return this.request.valueLength < 0;
  }

  /** The next `length` bytes of it. */
  read(values: KeptValues, bytes: Buffer, start: number, length: number): void {
    const { request } = this;
    if (request.valueLength >= 0) {
      if (!this.endsAsUsual(bytes, start, length)) request.isMiscounted = true;
      values.append(request, bytes, start, start + length);
    }
    this.rest -= length;
  }

  /** The next `length` bytes were never captured. Returns how many of them are of the block. */
  miss(length: number): number {
    const { request } = this;
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
