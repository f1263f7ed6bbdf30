import type { Random } from '../random.ts';
import type { Item } from './item.ts';

/** The cas values that a client of text or meta commands was told, by key, as one that uses them would know them. */
export class KnownCas {
  readonly #values = new Map<string, string>();

  /** Reads `VALUE key flags bytes cas` of gets, and the `c` flag of meta answers. */
  learn({ parts }: Item, answer: Buffer): void {
    const text = answer.toString('latin1');
    for (const [, key = '', cas = ''] of text.matchAll(/^VALUE (\S+) \d+ \d+ (\d+)\r$/gm)) this.#values.set(key, cas);
    const [, cas] = /^(?:HD|VA \d+)[^\r]* c(\d+)/.exec(text) ?? [];
    if (cas !== undefined) this.#values.set(parts[0].keys[0] ?? '', cas);
  }

  /** One that may be the item's, for most keys that were asked for. */
  of(key: string, random: Random): string {
    return random.chance(0.8) ? (this.#values.get(key) ?? '1') : `${random.between(1, 99)}`;
  }
}
