import { mix } from '../../protocols/hash.ts';

/**
 * Which keys there were, by their hashes, in bounded memory: a Bloom filter (Bloom, CACM 1970), which may say yes of a key that there was
 * not, and never no of one that there was. All bits of a key lie within 64 bytes, so that one look at memory finds them (Putze et al.,
 * WEA 2007). With a million keys it is wrong about one in three hundred.
 */
export class KeyFilter {
  #bits: Int32Array | undefined;

  add(hash: number): void {
    this.#bits ??= new Int32Array(words);
    const bits = this.#bits;
    const block = blockOf(hash);
    let places = mix(hash, placesSeed);
    for (let round = 0; round < rounds; round++) {
      const word = block + ((places >>> 5) & (blockWords - 1));
      bits[word] = (bits[word] as number) | (1 << places);
      places = rotated(places);
    }
  }

  mayHave(hash: number): boolean {
    const bits = this.#bits;
    if (bits === undefined) return false;
    const block = blockOf(hash);
    let places = mix(hash, placesSeed);
    for (let round = 0; round < rounds; round++) {
      const word = block + ((places >>> 5) & (blockWords - 1));
      if (((bits[word] as number) & (1 << places)) === 0) return false;
      places = rotated(places);
    }
    return true;
  }
}

/** 16 million bits, 2 MiB, in blocks of 64 bytes. */
const words = 1 << 19;
const blockWords = 16;
const rounds = 4;

/** Makes the bits within a block another hash of a key than the block. */
const placesSeed = 0x2545f491;

/** Where the block of a key begins. */
function blockOf(hash: number): number {
  return hash & (words - blockWords);
}

/** A bit within a block is 9 bits of a hash: the next 9, of which the last round has 4 of the first again. */
function rotated(places: number): number {
  return (places >>> 9) | (places << 23);
}
