import { mix } from '../../protocols/hash.ts';
import { hashBasis, hashEnd, hashWith } from '../../protocols/text-hash.ts';

/**
 * Hashes of the keys of the command under way, made once for all who look for keys by them. They are the same in each
 * run, so that a capture always gives the same findings; two keys with the same hash are taken for one, until their whole
 * texts are looked at.
 */
export class KeyHashes {
  /** Length of a key that is good, in bytes. */
  readonly longest: number;
  #hashes: number[] = [];
  /** A key of the command is longer than is good, or has a control character. */
  areBad = false;

  /** `longest`: length of a key that is good, in bytes. */
  constructor(longest: number) {
    this.longest = longest;
  }

  /** The next command has these keys. */
  take(keys: readonly string[]): void {
    this.areBad = false;
    const hashes = this.#hashes;
    for (let place = 0; place < keys.length; place++) hashes[place] = this.#look(keys[place] as string);
    // What a line of many keys took is given back.
    if (keys.length < few && hashes.length > few) this.#hashes = hashes.slice(0, few);
  }

  /** The next command has one key, which is good, with this hash. */
  takeOne(hash: number): void {
    this.areBad = false;
    this.#hashes[0] = hash;
  }

  /** Of the key at this place of `keys`. */
  at(place: number): number {
    return this.#hashes[place] as number;
  }

  /** `textHash` of a key; on the way it is looked at for control characters, each of which makes `signs` negative. */
  #look(key: string): number {
    let hash = hashBasis;
    let signs = 0;
    for (let at = 0; at < key.length; at++) {
      const code = key.charCodeAt(at);
      signs |= (code - 0x20) | ((code ^ 0x7f) - 1);
      hash = hashWith(hash, code);
    }
    if (signs < 0 || key.length > this.longest) this.areBad = true;
    return hashEnd(hash);
  }
}

/** So many hashes are held when nothing needs more. */
const few = 64;

/** The hash of a key that belongs to something: a server, or a client and its server. `owner`: the hash of that. */
export function hashWithin(owner: number, key: number): number {
  return mix(owner, key);
}
