import { createCipheriv, createHash, randomBytes } from 'node:crypto';

/** Rounds of the network; more where there is little to mix. */
const fewRounds = 4;
const manyRounds = 10;
const shortText = 32;

/** Texts whose replacement is remembered: so many, of so many bytes at most. */
const mostRemembered = 20_000;
const longestRemembered = 256;

const carriageReturn = 0x0d;
const newline = 0x0a;
const blank = 0x20;

/** A value that is longer, and has little but blanks and line ends, keeps none of them. */
const longestOfBlanks = 7;

/** The bytes that a text may have, and the number of each, or -1. */
class Alphabet {
  readonly bytes: Uint8Array;
  readonly numbers = new Int16Array(256).fill(-1);

  constructor(bytes: readonly number[]) {
    this.bytes = Uint8Array.from(bytes);
    for (const [number, byte] of bytes.entries()) this.numbers[byte] = number;
  }

  get size(): number {
    return this.bytes.length;
  }

  /** Whether a text has no other bytes. */
  holds(text: Uint8Array): boolean {
    for (const byte of text) if (this.numbers[byte] === -1) return false;
    return true;
  }
}

const all = Array.from({ length: 256 }, (_, byte) => byte);
const digits = new Alphabet([...Buffer.from('0123456789')]);
const plain = new Alphabet(all.filter((byte) => /[A-Za-z0-9_:./-]/.test(String.fromCharCode(byte))));
const graphic = new Alphabet(all.filter((byte) => byte > 0x20 && byte < 0x7f));
const printable = new Alphabet(all.filter((byte) => byte >= 0x20 && byte < 0x7f));
const token = new Alphabet(all.filter((byte) => byte > 0x20 && byte !== 0x7f));
const withoutControl = new Alphabet(all.filter((byte) => byte >= 0x20 && byte !== 0x7f));
const inWord = new Alphabet(all.filter((byte) => byte !== carriageReturn && byte !== newline && byte !== blank));
const any = new Alphabet(all);

/** What is of one stays of that one, and is of none before it. */
const keyAlphabets = [plain, graphic, printable, token, withoutControl, any];
const valueAlphabets = [digits, graphic, inWord];

/**
 * Replaces texts by others of the same length, one to one: a permutation of all texts of a length and an alphabet, by a
 * key that lives as long as the run. The same text has the same replacement, and no two have the same.
 */
export class Scrambler {
  readonly #key = randomBytes(32);
  readonly #tables = new Map<string, Uint8Array>();
  /** Keys and short values come again and again. */
  readonly #remembered = new Map<string, Uint8Array>();

  /** A key, as it was sent plainly. */
  key(text: Uint8Array): Uint8Array {
    return this.#within(keyAlphabets, text, 'key');
  }

  /** A key that was sent in base64: the replacement of the key itself, in base64. */
  base64Key(text: Buffer): Uint8Array {
    const decoded = Buffer.from(text.toString('latin1'), 'base64');
    const replaced = Buffer.from(Buffer.from(this.key(decoded)).toString('base64'), 'latin1');
    // As no client sends it: characters beside those of base64, or no padding.
    return replaced.length === text.length ? replaced : Buffer.alloc(text.length, 'A');
  }

  /** A value, or as much as is there of it. Blanks and line ends stay where they are, unless there is little else. */
  value(text: Uint8Array): Uint8Array {
    const places: number[] = [];
    for (let at = 0; at < text.length; at++) if (inWord.numbers[text[at] as number] !== -1) places.push(at);
    const blanks = text.length - places.length;
    if (blanks === 0) return this.#number(text);
    if (blanks * 4 > text.length && text.length > longestOfBlanks) return this.#mix(any, text, 'blanks');
    const symbols = this.#within(
      valueAlphabets,
      Uint8Array.from(places, (at) => text[at] as number),
      `${blanks}`,
    );
    const replaced = Uint8Array.from(text);
    for (const [index, at] of places.entries()) replaced[at] = symbols[index] as number;
    return replaced;
  }

  /** As `value`; a number in decimal stays one, without a zero before it where there was none. */
  #number(text: Uint8Array): Uint8Array {
    const isZero = text[0] === 0x30;
    let replaced = this.#within(valueAlphabets, text, 'value');
    if (text.length < 2 || !digits.holds(text)) return replaced;
    while ((replaced[0] === 0x30) !== isZero) replaced = this.#within(valueAlphabets, replaced, 'value');
    return replaced;
  }

  #within(alphabets: readonly Alphabet[], text: Uint8Array, what: string): Uint8Array {
    if (text.length === 0) return text;
    if (text.length > longestRemembered) return this.#walk(alphabets, text, what);
    const name = `${what} ${Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1')}`;
    let replaced = this.#remembered.get(name);
    if (replaced === undefined) {
      replaced = this.#walk(alphabets, text, what);
      if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
      this.#remembered.set(name, replaced);
    }
    return replaced;
  }

  #walk(alphabets: readonly Alphabet[], text: Uint8Array, what: string): Uint8Array {
    const own = alphabets.findIndex((alphabet) => alphabet.holds(text));
    const alphabet = alphabets[own] as Alphabet;
    let replaced = text;
    // Walking on along the cycle leads back to such a text, at the latest to this one.
    do replaced = this.#mix(alphabet, replaced, what);
    while (alphabets.findIndex((candidate) => candidate.holds(replaced)) !== own);
    return replaced;
  }

  /** Each half is shifted by what the other one makes, several times (Luby and Rackoff, 1988). */
  #mix(alphabet: Alphabet, text: Uint8Array, what: string): Uint8Array {
    if (text.length === 1) return this.#mixOne(alphabet, text, what);
    const symbols = Uint8Array.from(text, (byte) => alphabet.numbers[byte] as number);
    const middle = symbols.length >> 1;
    const left = symbols.subarray(0, middle);
    const right = symbols.subarray(middle);
    const rounds = text.length < shortText ? manyRounds : fewRounds;
    for (let round = 0; round < rounds; round++) {
      const [from, to] = round % 2 === 0 ? [right, left] : [left, right];
      const shifts = this.#stream(`${what} ${alphabet.size} ${symbols.length} ${round} `, from, 2 * to.length);
      for (let at = 0; at < to.length; at++) {
        to[at] = ((to[at] as number) + shifts.readUInt16LE(2 * at)) % alphabet.size;
      }
    }
    for (let at = 0; at < symbols.length; at++) symbols[at] = alphabet.bytes[symbols[at] as number] as number;
    return symbols;
  }

  /** A cycle through all, so that nothing stays what it is (Sattolo, 1986). */
  #mixOne(alphabet: Alphabet, text: Uint8Array, what: string): Uint8Array {
    const name = `${what} ${alphabet.size}`;
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = Uint8Array.from(alphabet.bytes);
      const random = this.#stream(name, new Uint8Array(0), 4 * table.length);
      for (let last = table.length - 1; last > 0; last--) {
        const other = random.readUInt32LE(4 * last) % last;
        const byte = table[last] as number;
        table[last] = table[other] as number;
        table[other] = byte;
      }
      this.#tables.set(name, table);
    }
    return Uint8Array.of(table[alphabet.numbers[text[0] as number] as number] as number);
  }

  /** As many bytes as are asked for, made of these by the key. */
  #stream(name: string, bytes: Uint8Array, length: number): Buffer {
    const seed = createHash('sha256').update(this.#key).update(name).update(bytes).digest();
    if (length <= seed.length) return seed;
    return createCipheriv('aes-256-ctr', seed, Buffer.alloc(16)).update(Buffer.alloc(length));
  }
}
