import { isText } from '../../protocols/plain-command.ts';
import { textHash } from '../../protocols/text-hash.ts';
import { patternOf } from './key-pattern.ts';
import type { KeyText } from './key-text.ts';
import { PatternFolding } from './pattern-folding.ts';
import { isPatternOf, type PlainKey } from './plain-key.ts';

/** As many patterns are told apart before any word is folded. */
const mostPatterns = 100_000;

/** Patterns that are found by their hashes, and keys that are, each in the place that its hash names: most traffic has few. */
const places = 8192;

/** A pattern, and its `textHash`. */
export interface Pattern {
  readonly text: string;
  readonly hash: number;
}

/** The patterns of all keys that were seen, and what of them is folded. */
export class PatternTable {
  /** Each by itself: a pattern is the same text whatever key it is of. */
  #patterns = new Map<string, Pattern>();
  /** Keys, and patterns of plain keys before any word is folded; what they are counted under. */
  readonly #texts = new Array<string | undefined>(places).fill(undefined);
  readonly #countedUnder = new Array<Pattern>(places).fill({ text: '', hash: 0 });
  readonly #folding = new PatternFolding();
  /** True from when words were folded before all traffic was known: the order of the commands had a part in it. */
  isApproximate = false;
  readonly #patternOf: (key: string) => string;
  /** Patterns are what their keys' own characters make them. */
  readonly #isOwn: boolean;

  /** `find`: finds the pattern of a key, by that alone; `patternOf` where it is undefined. */
  constructor(find: ((key: string) => string) | undefined = undefined) {
    this.#patternOf = find ?? patternOf;
    this.#isOwn = find === undefined;
  }

  /** The pattern that a key is counted under until the end. `looked`: at this key. */
  of(key: KeyText, { hash, isPlain, patternHash }: PlainKey): Pattern {
    const isFoundByPattern = isPlain && this.#isOwn;
    const place = (isFoundByPattern ? patternHash : hash) & (places - 1);
    const text = this.#texts[place];
    if (
      text !== undefined &&
      (isFoundByPattern ? isPatternOf(text, key) : isText(text, key.bytes, key.start, key.end))
    ) {
      return this.#countedUnder[place] as Pattern;
    }
    const own = this.#patternOf(key.text);
    const pattern = this.#sameText(this.isApproximate ? this.#folding.fold(own) : own);
    this.#texts[place] = isFoundByPattern ? own : key.text;
    this.#countedUnder[place] = pattern;
    if (this.#patterns.size > mostPatterns) this.#foldEarly();
    return pattern;
  }

  /** What the patterns are to be called, as far as traffic tells until now. */
  folding(): (pattern: string) => string {
    const folding = new PatternFolding();
    folding.learn(this.#patterns.keys());
    return (pattern) => folding.fold(this.isApproximate ? this.#folding.fold(pattern) : pattern);
  }

  #sameText(text: string): Pattern {
    const known = this.#patterns.get(text);
    if (known !== undefined) return known;
    const pattern = { text, hash: textHash(text) };
    this.#patterns.set(text, pattern);
    return pattern;
  }

  /** From now on patterns are folded as they come. */
  #foldEarly(): void {
    this.isApproximate = true;
    this.#folding.learn(this.#patterns.keys());
    const folded = new Map<string, Pattern>();
    for (const pattern of this.#patterns.keys()) {
      const text = this.#folding.fold(pattern);
      folded.set(text, { text, hash: textHash(text) });
    }
    // What can't be folded is not held for ever either.
    this.#patterns = folded.size > mostPatterns / 2 ? new Map() : folded;
    this.#texts.fill(undefined);
  }
}
