/**
 * Stands for any text, and for any one character; a character is its code, a set has a 1 for each code that is in it.
 */
const anyText = -1;
const anyCharacter = -2;

type Token = number | Uint8Array;

/**
 * A shell pattern for whole Latin-1 texts: `*` matches any characters, `/` too, `?` one, `[…]` one of a set, `[!…]` one
 * that is not.
 */
export class Glob {
  readonly #tokens: readonly Token[];

  /** Patterns are typed as UTF-8: what stands beyond ASCII there matches its bytes. */
  constructor(pattern: string) {
    const found = Buffer.from(pattern, 'utf8')
      .toString('latin1')
      .matchAll(/\[(!?)([^\]]+)\]|[\s\S]/g);
    this.#tokens = Array.from(found, ([text, negation, set]) => tokenOf(text, set, negation === '!'));
  }

  /**
   * Takes no more steps than both lengths multiplied: where something does not match, only the last `*` is tried with
   * one character more, since what stood before it matches whatever it takes.
   */
  matches(text: string): boolean {
    const tokens = this.#tokens;
    let token = 0;
    let behindStar = -1;
    let starEnd = 0;
    for (let at = 0; at < text.length; ) {
      if (tokens[token] === anyText) {
        behindStar = ++token;
        starEnd = at;
      } else if (isOne(tokens[token], text.charCodeAt(at))) {
        token++;
        at++;
      } else {
        if (behindStar < 0) return false;
        token = behindStar;
        at = ++starEnd;
      }
    }
    while (tokens[token] === anyText) token++;
    return token === tokens.length;
  }
}

function isOne(token: Token | undefined, code: number): boolean {
  if (token === undefined) return false;
  if (typeof token === 'number') return token === code || token === anyCharacter;
  return token[code] === 1;
}

function tokenOf(text: string, set: string | undefined, isNegated: boolean): Token {
  if (text === '*') return anyText;
  if (text === '?') return anyCharacter;
  return set === undefined ? text.charCodeAt(0) : setOf(set, isNegated);
}

/** Characters, and ranges such as `a-z`, of which one that runs backwards holds nothing. */
function setOf(text: string, isNegated: boolean): Uint8Array {
  const set = new Uint8Array(256).fill(isNegated ? 1 : 0);
  for (const [part] of text.matchAll(/[\s\S]-[\s\S]|[\s\S]/g)) {
    const first = part.charCodeAt(0);
    const last = part.charCodeAt(part.length - 1);
    if (first <= last) set.fill(isNegated ? 0 : 1, first, last + 1);
  }
  return set;
}
