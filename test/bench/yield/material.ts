import type { Random } from '../../support/random.ts';
import { Cache } from './cache.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz';
/** Keys that hold values, and keys that hold numbers. */
const valueKeys = 300;
const numberKeys = 40;

/** What requests are made of: a cache that is half full, keys, and values of which some look like commands. */
export class Material {
  readonly cache = new Cache();
  readonly random: Random;
  /** What a value holds that looks like requests. */
  readonly #bait: Buffer;

  constructor(random: Random, bait: Buffer) {
    this.random = random;
    this.#bait = bait;
    for (let index = 0; index < valueKeys; index++) if (random.chance(0.7)) this.cache.set(keyAt(index), this.value());
    for (let index = 0; index < numberKeys; index++)
      if (random.chance(0.7)) this.cache.set(numberAt(index), this.#digits());
  }

  key(): string {
    return keyAt(this.random.below(valueKeys));
  }

  /** `count` keys that differ. */
  keys(count: number): string[] {
    const first = this.random.below(valueKeys);
    return Array.from({ length: count }, (_, index) => keyAt((first + index * 7) % valueKeys));
  }

  numberKey(): string {
    return numberAt(this.random.below(numberKeys));
  }

  /** Mostly small, now and then of several segments, now and then with what looks like requests inside. */
  value(): Buffer {
    const { random } = this;
    const kind = random.below(100);
    if (kind < 3)
      return Buffer.concat([
        this.#letters(random.below(2000)),
        ...new Array<Buffer>(random.between(1, 60)).fill(this.#bait),
      ]);
    return this.#letters(kind < 5 ? random.between(1500, 6000) : random.between(1, 300));
  }

  #letters(length: number): Buffer {
    return Buffer.alloc(length, letters.slice(this.random.below(letters.length)));
  }

  #digits(): Buffer {
    return Buffer.from(`${this.random.below(1000)}`);
  }
}

function keyAt(index: number): string {
  return `user:${index}`;
}

function numberAt(index: number): string {
  return `count:${index}`;
}
