/** More different words than this at one place of otherwise equal patterns are names of items. */
const mostWords = 50;

const anyWord = '{*}';

const separators = /([:/.|\-_#@,])/;

/** Stands for the place under way; no pattern holds it, since keys are Latin-1. */
const place = '\uffff';

/** What becomes of patterns in whose places stand too many different words. */
export class PatternFolding {
  /** Patterns with a place left open, in which any word is folded. */
  readonly #open = new Set<string>();

  /**
   * Finds out what is to be folded in these patterns, beside what was before. The result does not depend on their order.
   */
  learn(patterns: Iterable<string>): void {
    let left = new Set<string>();
    for (const pattern of patterns) left.add(this.fold(pattern));
    for (;;) {
      const crowded = crowdedPlaces(left);
      if (crowded.length === 0) return;
      for (const context of crowded) this.#open.add(context);
      const folded = new Set<string>();
      for (const pattern of left) folded.add(this.fold(pattern));
      left = folded;
    }
  }

  /** The pattern with what was found to be folded. */
  fold(pattern: string): string {
    if (this.#open.size === 0) return pattern;
    const words = pattern.split(separators);
    for (let at = 0; at < words.length; ) {
      const word = words[at] as string;
      if (word !== anyWord && this.#open.has(contextOf(words, at))) {
        words[at] = anyWord;
        at = 0;
      } else at += 2;
    }
    return words.join('');
  }
}

/** Patterns with one place left open in which too many words stand, as far as these don't overlap. */
function crowdedPlaces(patterns: ReadonlySet<string>): string[] {
  const words = new Map<string, number>();
  for (const pattern of patterns) {
    const parts = pattern.split(separators);
    for (let at = 0; at < parts.length; at += 2) {
      const context = contextOf(parts, at);
      words.set(context, (words.get(context) ?? 0) + 1);
    }
  }
  return [...words].filter(([, count]) => count > mostWords).map(([context]) => context);
}

function contextOf(words: string[], at: number): string {
  const word = words[at] as string;
  words[at] = place;
  const context = words.join('');
  words[at] = word;
  return context;
}
