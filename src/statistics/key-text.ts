import { latin1 } from '../../protocols/bytes.ts';

/** Room for most keys; grows for those of the old servers that took longer ones. */
const usualLength = 512;

/**
 * A key as its bytes, so that one that lies in a packet need not become a text to be counted: `bytes[start, end)`. One object
 * is used again and again.
 */
export class KeyText {
  bytes: Buffer;
  start = 0;
  end = 0;
  #own = Buffer.alloc(usualLength);
  /** Itself, where it was a text before. */
  #text: string | undefined = undefined;

  constructor(text = '') {
    this.bytes = this.#own;
    this.take(text);
  }

  /** It is this text now. */
  take(text: string): this {
    if (text.length > this.#own.length) this.#own = Buffer.alloc(2 * text.length);
    const own = this.#own;
    for (let at = 0; at < text.length; at++) own[at] = text.charCodeAt(at);
    this.bytes = own;
    this.start = 0;
    this.end = text.length;
    this.#text = text;
    return this;
  }

  /** It is these bytes now, as long as they stay as they are. */
  point(bytes: Buffer, start: number, end: number): this {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.#text = undefined;
    return this;
  }

  get text(): string {
    this.#text ??= latin1(this.bytes, this.start, this.end);
    return this.#text;
  }
}
