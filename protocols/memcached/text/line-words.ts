import { latin1 } from '../../bytes.ts';
import { digits } from './numbers.ts';

const blank = 0x20;

/** Places for the words of all lines but long lists of keys. */
const usualPlaces = 256;

/**
 * The words of a line, as offsets into its bytes: no text is made of those that nobody asks for. Only the blank
 * separates words; several in a row count as one. One object is used for all lines.
 */
export class LineWords {
  /** How many words the line has; of those beyond the limit nothing else is known. */
  count = 0;
  /** How many of them, from the first, have a place. */
  kept = 0;
  bytes: Buffer = Buffer.alloc(0);
  #lineStart = 0;
  #lineEnd = 0;
  #line: string | undefined = undefined;
  #starts = new Int32Array(usualPlaces);
  #ends = new Int32Array(usualPlaces);

  /**
   * Reads the line `bytes[start, end)`, without its line end; a NUL ends it, as it ends a C string. Keeps the places of
   * `most` words.
   */
  read(bytes: Buffer, start: number, end: number, most: number): void {
    if (this.#starts.length > usualPlaces) this.#makePlaces(usualPlaces);
    let count = 0;
    let wordStart = start;
    let at = start;
    for (; ; at++) {
      const byte = at < end ? (bytes[at] as number) : 0;
      if (byte > blank) continue;
      if (byte !== 0 && byte !== blank) continue;
      if (at > wordStart) {
        if (count < most) this.#keep(count, wordStart, at);
        count++;
      }
      wordStart = at + 1;
      if (byte === 0) break;
    }
    this.count = count;
    this.kept = Math.min(count, most);
    this.bytes = bytes;
    this.#lineStart = start;
    this.#lineEnd = at;
    this.#line = undefined;
  }

  /** The line, Latin-1, as far as a NUL. */
  get line(): string {
    this.#line ??= latin1(this.bytes, this.#lineStart, this.#lineEnd);
    return this.#line;
  }

  /** Whether a word is digits alone: what is a number with a sign to 1.6.18 is none to 1.6.45. */
  isDigits(index: number): boolean {
    return digits(this.bytes, this.start(index), this.end(index)) >= 0;
  }

  /** Whether 1.6.45 reads the size that this word is: it takes digits alone, and no line that begins with a blank. */
  isPlainSize(index: number): boolean {
    return this.isDigits(index) && !this.startsInBlank;
  }

  /** True where a blank stands before the first word. */
  get startsInBlank(): boolean {
    return this.#lineEnd > this.#lineStart && this.bytes[this.#lineStart] === blank;
  }

  /** True where blanks stand behind the last word. */
  get endsInBlank(): boolean {
    return this.#lineEnd > this.#lineStart && this.bytes[this.#lineEnd - 1] === blank;
  }

  /**
   * The words from `first` on, up to the one before `end`, as they stand on the line; undefined where there is nothing.
   * Without `end`, blanks behind the last word belong to it.
   */
  behind(first: number, end = -1): string | undefined {
    if (first > this.kept) return undefined;
    // One blank separates it from what stands before.
    const isFollowed = first < this.count && first > 0;
    const from = first === 0 ? this.#lineStart : this.end(first - 1) + (isFollowed ? 1 : 0);
    const to = end < 0 ? this.#lineEnd : this.end(end - 1);
    return to > from ? this.line.slice(from - this.#lineStart, to - this.#lineStart) : undefined;
  }

  /** Offset of a word's first byte. */
  start(index: number): number {
    return this.#starts[index] as number;
  }

  /** Offset after a word's last byte. */
  end(index: number): number {
    return this.#ends[index] as number;
  }

  length(index: number): number {
    return this.end(index) - this.start(index);
  }

  /** A word, Latin-1, as a part of the line's own text. */
  text(index: number): string {
    return this.line.slice(this.start(index) - this.#lineStart, this.end(index) - this.#lineStart);
  }

  /** The words from `first` on. */
  texts(first: number): string[] {
    const texts: string[] = [];
    for (let index = first; index < this.kept; index++) texts.push(this.text(index));
    return texts;
  }

  #keep(index: number, start: number, end: number): void {
    if (index === this.#starts.length) this.#makePlaces(index * 2);
    this.#starts[index] = start;
    this.#ends[index] = end;
  }

  #makePlaces(count: number): void {
    const { length } = this.#starts;
    const starts = new Int32Array(count);
    const ends = new Int32Array(count);
    if (count > length) {
      starts.set(this.#starts);
      ends.set(this.#ends);
    }
    this.#starts = starts;
    this.#ends = ends;
  }
}
