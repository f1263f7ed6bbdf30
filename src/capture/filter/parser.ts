import { FilterError } from './filter-error.ts';
import { type Token, tokens } from './lexer.ts';
import { primitive, type Qualifiers } from './primitive.ts';
import type { Direction, Expression } from './tree.ts';

/** A part of an expression. A bare value (`80` in `port 11211 or 80`) takes its qualifiers from the part before it. */
interface Part {
  readonly expression: Expression;
  /** What the next bare value inherits; undefined where there is nothing to inherit, as after `tcp`. */
  readonly qualifiers: Qualifiers | undefined;
  readonly value: boolean;
}

const protocols = new Set(['ip', 'ip6', 'tcp', 'udp']);
const types = new Set(['host', 'net', 'port', 'portrange']);

/** Words that pcap-filter(7) knows and files can't be filtered by: never the name of a host or port. */
const otherKeywords = new Set([
  'proto',
  'protochain',
  'gateway',
  'less',
  'greater',
  'broadcast',
  'multicast',
  'inbound',
  'outbound',
  'vlan',
  'mpls',
  'ether',
  'link',
  'arp',
  'rarp',
  'icmp',
  'icmp6',
  'igmp',
  'sctp',
  'ah',
  'esp',
  'ifindex',
  'len',
]);

/** Deeper and longer expressions are refused, before they exhaust the stack: a test calls those of its parts. */
const maximumDepth = 200;
const maximumParts = 1000;

/**
 * Parses the subset of pcap-filter(7) that works on files; undefined for an empty expression. `and` and `or` have the
 * same precedence and bind to the left, as in libpcap. Throws a `FilterError`.
 */
export function parseFilter(text: string): Expression | undefined {
  const parser = new Parser(tokens(text));
  return parser.atEnd() ? undefined : parser.whole();
}

class Parser {
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;
  #parts = 0;

  constructor(list: Token[]) {
    this.#tokens = list;
  }

  atEnd(): boolean {
    return this.#next.kind === 'end';
  }

  whole(): Expression {
    const { expression } = this.#sequence(undefined);
    if (!this.atEnd()) throw this.#unexpected();
    return expression;
  }

  get #next(): Token {
    // The last token is `end`, and is never passed.
    return this.#tokens[this.#at] as Token;
  }

  /** Parts joined by `and` and `or`. In a list of values all parts are values. */
  #sequence(inherited: Qualifiers | undefined): Part {
    let left = this.#part(inherited);
    const valuesOnly = left.value;
    for (;;) {
      const kind = this.#next.text;
      if (this.#next.kind !== 'symbol' || (kind !== 'and' && kind !== 'or')) return left;
      this.#at++;
      const start = this.#next;
      const right = this.#part(left.qualifiers);
      if (valuesOnly && !right.value) throw this.#unexpected(start);
      left = { ...right, expression: { kind, left: left.expression, right: right.expression }, value: valuesOnly };
    }
  }

  #part(inherited: Qualifiers | undefined): Part {
    const token = this.#next;
    if (++this.#parts > maximumParts) {
      const place = `"${token.text}" at position ${token.position}`;
      throw new FilterError(`${place}: more than ${maximumParts} parts`, token.position);
    }
    if (token.kind === 'symbol' && (token.text === 'not' || token.text === '(')) {
      if (++this.#depth > maximumDepth) {
        const place = `"${token.text}" at position ${token.position}`;
        throw new FilterError(`${place}: more than ${maximumDepth} nested parts`, token.position);
      }
      this.#at++;
      const part = token.text === 'not' ? this.#negated(inherited) : this.#parenthesised(inherited);
      this.#depth--;
      return part;
    }
    if (token.kind === 'number' || token.kind === 'ipv4' || token.kind === 'ipv6') return this.#value(inherited);
    if (token.kind === 'word' && !isKeyword(token) && inherited !== undefined) return this.#value(inherited);
    return this.#qualified();
  }

  #negated(inherited: Qualifiers | undefined): Part {
    const part = this.#part(inherited);
    return { ...part, expression: { kind: 'not', operand: part.expression } };
  }

  #parenthesised(inherited: Qualifiers | undefined): Part {
    const part = this.#sequence(inherited);
    if (this.#next.text !== ')') throw this.#unexpected();
    this.#at++;
    return { ...part, qualifiers: inherited };
  }

  /** Qualifiers with a value, or a protocol alone. */
  #qualified(): Part {
    const first = this.#next;
    const protocol = protocols.has(first.text) ? this.#take() : undefined;
    const direction = this.#direction();
    const type = types.has(this.#next.text) ? this.#take() : undefined;
    if (direction === undefined && type === undefined) {
      if (protocol === undefined) throw this.#unexpected();
      const expression = { kind: 'protocol', protocol: protocol.text as 'ip' | 'ip6' | 'tcp' | 'udp' } as const;
      return { expression, qualifiers: undefined, value: false };
    }
    const qualifiers: Qualifiers = {
      protocol: protocol?.text,
      direction: direction ?? 'either',
      type: (type?.text ?? 'host') as Qualifiers['type'],
    };
    const part = this.#part(qualifiers);
    if (!part.value) throw this.#unexpected(first);
    return { ...part, qualifiers, value: false };
  }

  #direction(): Direction | undefined {
    const first = this.#next.text;
    if (first !== 'src' && first !== 'dst') return undefined;
    this.#at++;
    const joint = this.#next;
    const second = this.#tokens[this.#at + 1];
    if (joint.kind === 'symbol' && second?.text === (first === 'src' ? 'dst' : 'src')) {
      if (joint.text === 'or' || joint.text === 'and') {
        this.#at += 2;
        return joint.text === 'or' ? 'either' : 'both';
      }
    }
    return first === 'src' ? 'source' : 'destination';
  }

  #value(qualifiers: Qualifiers | undefined): Part {
    const token = this.#take();
    if (qualifiers === undefined) {
      throw new FilterError(
        `"${token.text}" at position ${token.position} needs a word before it: host, net, port or portrange`,
        token.position,
      );
    }
    let suffix: { kind: 'prefix' | 'mask'; token: Token } | undefined;
    const next = this.#next.text;
    if (next === '/' || next === 'mask') {
      this.#at++;
      suffix = { kind: next === '/' ? 'prefix' : 'mask', token: this.#take() };
    }
    return { expression: primitive(qualifiers, token, suffix), qualifiers, value: true };
  }

  #take(): Token {
    const token = this.#next;
    if (token.kind === 'end') throw this.#unexpected();
    this.#at++;
    return token;
  }

  #unexpected(token: Token = this.#next): FilterError {
    const { kind, text, position } = token;
    if (kind === 'end') {
      // An empty filter is none, so there is a word before the end.
      const last = this.#tokens[this.#at - 1] as Token;
      return new FilterError(`the filter ends too early, after "${last.text}" at position ${last.position}`, position);
    }
    return new FilterError(`"${text}" at position ${position} is not understood in a filter on a file`, position);
  }
}

function isKeyword(token: Token): boolean {
  const { text } = token;
  return (
    protocols.has(text) ||
    types.has(text) ||
    text === 'src' ||
    text === 'dst' ||
    text === 'mask' ||
    otherKeywords.has(text)
  );
}
