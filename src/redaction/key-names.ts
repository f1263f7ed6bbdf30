import { createHash, randomBytes } from 'node:crypto';
import { patternOf, replaceFolded } from '../statistics/key-pattern.ts';

/** Hexadecimal digits of a hash that a name has. */
const shownDigits = 8;

/** Names that are remembered. */
const mostRemembered = 100_000;

/**
 * What keys are called in place of themselves. Of a key in which something tells one item from another (`patternOf`)
 * each such part is replaced by the first digits of a salted SHA-256 of it, of any other key the whole. Keys are
 * Latin-1.
 */
export class KeyNames {
  readonly #salt: string | Buffer;
  #names = new Map<string, string>();
  /** The patterns of keys, by their names. */
  #patterns = new Map<string, string>();

  /** `salt`: undefined for one that nobody knows. */
  constructor(salt: string | undefined) {
    this.#salt = salt ?? randomBytes(16);
  }

  nameOf(key: string): string {
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const folded = replaceFolded(key, (part) => this.#hash(part));
    const name = folded ?? this.#hash(key);
    if (this.#names.size >= mostRemembered) {
      this.#names = new Map();
      this.#patterns = new Map();
    }
    this.#names.set(key, name);
    this.#patterns.set(name, folded === undefined ? name : patternOf(key));
    return name;
  }

  /** Whether this was named, not long ago. */
  has(key: string): boolean {
    return this.#names.has(key);
  }

  /** The pattern of a key, by its name. */
  readonly patternOf = (name: string): string => this.#patterns.get(name) ?? patternOf(name);

  #hash(text: string): string {
    return createHash('sha256').update(this.#salt).update(text, 'latin1').digest('hex').slice(0, shownDigits);
  }
}
