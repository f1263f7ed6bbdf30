import { patternOf } from './key-pattern.ts';
import { PatternFolding } from './pattern-folding.ts';

/** As many patterns are told apart before any word is folded. */
const mostPatterns = 100_000;

/** Keys whose pattern is remembered: most traffic is of few keys. */
const mostRemembered = 16_384;

/** The patterns of all keys that were seen, and what of them is folded. */
export class PatternTable {
  #patterns = new Set<string>();
  #remembered = new Map<string, string>();
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
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    let pattern = this.#patternOf(key);
    if (this.isApproximate) pattern = this.#folding.fold(pattern);
    if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
    this.#remembered.set(key, pattern);
    this.#patterns.add(pattern);
    if (this.#patterns.size > mostPatterns) this.#foldEarly();
    return pattern;
  }

  /** What the patterns are to be called, as far as traffic tells until now. */
  folding(): (pattern: string) => string {
    const folding = new PatternFolding();
    folding.learn(this.#patterns);
    return (pattern) => folding.fold(this.isApproximate ? this.#folding.fold(pattern) : pattern);
  }

  /** From now on patterns are folded as they come. */
  #foldEarly(): void {
    this.isApproximate = true;
    this.#folding.learn(this.#patterns);
    const folded = new Set<string>();
    for (const pattern of this.#patterns) folded.add(this.#folding.fold(pattern));
    // What can't be folded is not held for ever either.
    this.#patterns = folded.size > mostPatterns / 2 ? new Set() : folded;
    this.#remembered.clear();
  }
}
