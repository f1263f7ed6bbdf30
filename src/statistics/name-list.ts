import { latin1 } from '../../protocols/bytes.ts';
import type { KeyText } from './key-text.ts';

/** The names of the entries of a list, by their places. */
export interface NameList<Name> {
  readonly length: number;
  /** Whether the entry in this place has this name. */
  has(place: number, name: Name): boolean;
  /** Returns how many there are now. */
  push(name: Name): number;
  /** Puts a name in place of an earlier one, all before which were put in order. */
  move(from: number, to: number): void;
  /** Only so many are left. */
  shorten(length: number): void;
  textAt(place: number): string;
}

/** Names that are texts anyway. */
export class TextNames implements NameList<string> {
  readonly #names: string[] = [];

  get length(): number {
    return this.#names.length;
  }

  has(place: number, name: string): boolean {
    return this.#names[place] === name;
  }

  push(name: string): number {
    return this.#names.push(name);
  }

  move(from: number, to: number): void {
    this.#names[to] = this.#names[from] as string;
  }

  shorten(length: number): void {
    this.#names.length = length;
  }

  textAt(place: number): string {
    return this.#names[place] as string;
  }
}

/** Keys and bytes that there is room for at first. */
const fewKeys = 512;
const fewBytes = 16_384;

/** Keys, one behind the other in one piece of memory: most are let go of without anybody having read them. */
export class KeyNames implements NameList<KeyText> {
  #bytes = Buffer.alloc(fewBytes);
  /** Where each ends. */
  #ends = new Int32Array(fewKeys);
  length = 0;

  has(place: number, { bytes, start, end }: KeyText): boolean {
    const from = this.#startOf(place);
    if ((this.#ends[place] as number) - from !== end - start) return false;
    const own = this.#bytes;
    for (let at = start, ownAt = from; at < end; at++, ownAt++) if (bytes[at] !== own[ownAt]) return false;
    return true;
  }

  push({ bytes, start, end }: KeyText): number {
    const place = this.length;
    if (place === this.#ends.length) this.#ends = grown(this.#ends, new Int32Array(2 * place));
    let to = this.#startOf(place);
    while (to + end - start > this.#bytes.length)
      this.#bytes = grown(this.#bytes, Buffer.alloc(2 * this.#bytes.length));
    const own = this.#bytes;
    for (let at = start; at < end; at++) own[to++] = bytes[at] as number;
    this.#ends[place] = to;
    this.length = place + 1;
    return this.length;
  }

  move(from: number, to: number): void {
    if (from === to) return;
    const start = this.#startOf(from);
    const end = this.#ends[from] as number;
    const target = this.#startOf(to);
    this.#bytes.copyWithin(target, start, end);
    this.#ends[to] = target + end - start;
  }

  shorten(length: number): void {
    this.length = length;
  }

  textAt(place: number): string {
    return latin1(this.#bytes, this.#startOf(place), this.#ends[place] as number);
  }

  #startOf(place: number): number {
    return place === 0 ? 0 : (this.#ends[place - 1] as number);
  }
}

function grown<List extends { set(other: List): void }>(list: List, larger: List): List {
  larger.set(list);
  return larger;
}
