import { FilterError } from './filter-error.ts';

/** One word of an expression. */
export interface Token {
  readonly kind: 'word' | 'number' | 'ipv4' | 'ipv6' | 'symbol' | 'end';
  readonly text: string;
  /** In characters from 1. */
  readonly position: number;
}

const number = /^(0[xX][0-9A-Fa-f]+|[0-9]+)$/;
/** Two to four parts: `10.1` is short for a network. */
const ipv4 = /^[0-9]+(\.[0-9]+){1,3}$/;
const word = /^[A-Za-z0-9]([-_.A-Za-z0-9]*[.A-Za-z0-9])?$/;
const ipv6 = /^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$/;

const token = /\s*(&&|\|\||[!()/]|\\?[-_.:A-Za-z0-9]+|\S|$)/y;

/** Splits an expression into words as pcap-filter(7) has them. Throws a `FilterError` on anything else. */
export function tokens(expression: string): Token[] {
  const found: Token[] = [];
  token.lastIndex = 0;
  for (;;) {
    const match = token.exec(expression);
    const text = match?.[1] ?? '';
    const position = token.lastIndex - text.length + 1;
    if (text === '') {
      found.push({ kind: 'end', text, position: expression.trimEnd().length + 1 });
      return found;
    }
    found.push({ kind: kindOf(text, position), text: spelled(text), position });
  }
}

function kindOf(text: string, position: number): Token['kind'] {
  if (text === '&&' || text === '||' || text === '!' || text === '(' || text === ')' || text === '/') return 'symbol';
  if (text === 'and' || text === 'or' || text === 'not') return 'symbol';
  if (number.test(text)) return 'number';
  if (ipv4.test(text)) return 'ipv4';
  if (ipv6.test(text)) return 'ipv6';
  // A backslash makes a name of a keyword.
  if (word.test(text.replace(/^\\/, ''))) return 'word';
  throw new FilterError(`"${text}" at position ${position} is not understood in a filter on a file`, position);
}

function spelled(text: string): string {
  switch (text) {
    case '&&':
      return 'and';
    case '||':
      return 'or';
    case '!':
      return 'not';
  }
  return text;
}
