import type { Request } from './request.ts';

/** First lines of clients of other protocols. What the server says to them tells whether it is memcached. */
const foreignLines: readonly (readonly [RegExp, string])[] = [
  [/^[A-Z]+ \S+ HTTP\/\d/, 'HTTP'],
  [/^\*\d+$/, 'Redis'],
  [/^SSH-\d/, 'SSH'],
];

/** What the client sent that is not told of before the server has said something. */
export interface Suspects {
  readonly requests: readonly Request[];
  /** Bytes that were no request. */
  readonly bytes: number;
}

/** Whether something else than memcached is spoken on a connection, as its first lines tell. */
export class Suspicion {
  /** True once it is known. */
  isForeign = false;
  /** True where the server's first line shows it only now that bytes of the client's are missing. */
  isLate = false;
  /** What is spoken instead, where the client's first line tells. */
  protocol: string | undefined = undefined;
  /** True as long as all bytes of both sides, from the first on, are known. */
  #isUnbroken: boolean;
  /** Undefined where nothing is suspected. */
  #requests: Request[] | undefined = undefined;
  #bytes = 0;

  constructor(isUnbroken: boolean) {
    this.#isUnbroken = isUnbroken;
  }

  /** True while nothing of the client's is told. */
  get isOpen(): boolean {
    return this.#requests !== undefined;
  }

  /** Bytes were never captured: nothing is concluded any more. */
  end(): void {
    this.#isUnbroken = false;
  }

  /** A request came. */
  see(request: Request): void {
    if (!this.#isUnbroken || request.headEnd !== request.requestBytes) return;
    this.protocol = foreignLines.find(([form]) => form.test(request.line))?.[1];
    if (this.protocol !== undefined) this.#requests = [];
  }

  /** Keeps a request that is to be told; false where it can be told at once. */
  hold(request: Request): boolean {
    this.#requests?.push(request);
    return this.isOpen;
  }

  /** As `hold`, for so many bytes that are no request. */
  holdBytes(length: number): boolean {
    if (this.isOpen) this.#bytes += length;
    return this.isOpen;
  }

  /** The server spoke first. */
  confirm(): void {
    this.isForeign = this.#isUnbroken;
  }

  /** The server's first line is none of memcached's. */
  confirmByLine(): void {
    this.confirm();
    this.isLate = !this.isForeign;
  }

  /** It is memcached that is spoken, as far as anybody knows. Takes what is held. */
  dispel(): Suspects | undefined {
    const requests = this.#requests;
    if (requests === undefined) return undefined;
    const bytes = this.#bytes;
    this.#requests = undefined;
    this.#bytes = 0;
    this.protocol = undefined;
    return { requests, bytes };
  }
}

/** Nothing can be concluded any more: all connections whose server has answered share this. */
export const pastSuspicion = new Suspicion(false);
