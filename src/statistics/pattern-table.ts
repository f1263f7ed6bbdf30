import { patternOf } from './key-pattern.ts';
import { PatternFolding } from './pattern-folding.ts';

/** As many patterns are told apart before any word is folded. */
const mostPatterns = 100_000;

/** Keys whose pattern is remembered, each in the place that its hash names: most traffic is of few keys. */
const places = 16_384;

/** The patterns of all keys that were seen, and what of them is folded. */
export class PatternTable {
  /** Each by itself: a pattern is the same text whatever key it is of. */
  #patterns = new Map<string, string>();
  readonly #keys = new Array<string | undefined>(places).fill(undefined);
  readonly #patternOfKey = new Array<string>(places).fill('');
  readonly #folding = new PatternFolding();
  /** True from when words were folded before all traffic was known: the order of the commands had a part in it. */
  isApproximate = false;
  readonly #patternOf: (key: string) => string;

  /** `find`: finds the pattern of a key, by that alone. */
  constructor(find: (key: string) => string = patternOf) {
    this.#patternOf = find;
  }

  /** The pattern that a key is counted under until the end. */
  of(key: string): string {
    const place = placeOf(key);
    if (this.#keys[place] === key) return this.#patternOfKey[place] as string;
    let pattern = this.#patternOf(key);
    if (this.isApproximate) pattern = this.#folding.fold(pattern);
    pattern = this.#sameText(pattern);
    this.#keys[place] = key;
    this.#patternOfKey[place] = pattern;
    if (this.#patterns.size > mostPatterns) this.#foldEarly();
    return pattern;
  }

  /** What the patterns are to be called, as far as traffic tells until now. */
  folding(): (pattern: string) => string {
    const folding = new PatternFolding();
    folding.learn(this.#patterns.keys());
    return (pattern) => folding.fold(this.isApproximate ? this.#folding.fold(pattern) : pattern);
  }

  #sameText(pattern: string): string {
    const known = this.#patterns.get(pattern);
    if (known !== undefined) return known;
    this.#patterns.set(pattern, pattern);
    return pattern;
  }

  /** From now on patterns are folded as they come. */
  #foldEarly(): void {
    this.isApproximate = true;
    this.#folding.learn(this.#patterns.keys());
    const folded = new Map<string, string>();
    for (const pattern of this.#patterns.keys()) {
      const text = this.#folding.fold(pattern);
      folded.set(text, text);
    }
    // What can't be folded is not held for ever either.
    this.#patterns = folded.size > mostPatterns / 2 ? new Map() : folded;
    this.#keys.fill(undefined);
  }
}

function placeOf(key: string): number {
  let hash = key.length;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) & (places - 1);
}
