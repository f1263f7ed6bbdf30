/**
 * Which keys there were, by their hashes, in bounded memory: a Bloom filter (Bloom, CACM 1970), which may say yes of a key that there was
 * not, and never no of one that there was. With a million keys it is wrong about one in five hundred.
 */
export class KeyFilter {
  #bits: Uint32Array | undefined;

  add(hash: number): void {
    this.#bits ??= new Uint32Array(words);
    for (let round = 0; round < rounds; round++) {
      const bit = placeOf(hash, round);
      this.#bits[bit >>> 5] = (this.#bits[bit >>> 5] as number) | (1 << (bit & 31));
    }
  }

  mayHave(hash: number): boolean {
    if (this.#bits === undefined) return false;
    for (let round = 0; round < rounds; round++) {
      const bit = placeOf(hash, round);
      if (((this.#bits[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }
}

/** 16 million bits, 2 MiB. */
const words = 1 << 19;
const rounds = 4;

function placeOf(hash: number, round: number): number {
  const mixed = Math.imul(hash ^ (round * 0x9e3779b9), 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & (words * 32 - 1);
}
