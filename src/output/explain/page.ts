import type { Text } from './texts.ts';

/** How a language joins what is said. */
export interface Punctuation {
  readonly joint: string;
  readonly colon: string;
  readonly stop: string;
  readonly indent: string;
}

/**
 * The explanation of one packet, under its line. What comes for the first time in the run has a line of its own; what is
 * known stands in one row with other such things, behind the label of what it is about.
 */
export class Page {
  readonly #punctuation: Punctuation;
  /** What the reader knows by now. Terms are of a closed set, so that it stays small. */
  readonly #known = new Set<string>();
  readonly #lines: string[] = [];
  #label = '';
  #items: string[] = [];
  #details: string[] = [];
  #isHeading = false;

  constructor(punctuation: Punctuation) {
    this.#punctuation = punctuation;
  }

  /** Begins what is said of one thing. A heading is shown even where nothing is said of it. */
  begin(label: string, isHeading = false): void {
    this.#end();
    this.#label = label;
    this.#isHeading = isHeading;
  }

  /** Says something of it; `term` names what is explained. */
  say<Values>(term: string, text: Text<Values>, values: Values): void {
    if (this.isNew(term)) this.detail(text.first(values));
    else this.item(text.again(values));
  }

  /** The same in the row, be it new or known. */
  sayInRow<Values>(term: string, text: Text<Values>, values: Values): void {
    this.item(this.isNew(term) ? text.first(values) : text.again(values));
  }

  /** True once for each term: the reader knows it then. */
  isNew(term: string): boolean {
    if (this.#known.has(term)) return false;
    this.#known.add(term);
    return true;
  }

  knows(term: string): boolean {
    return this.#known.has(term);
  }

  /** In the row; nothing where it is empty. */
  item(text: string): void {
    const { stop } = this.#punctuation;
    if (text !== '') this.#items.push(text.endsWith(stop) ? text.slice(0, -stop.length) : text);
  }

  /** On a line of its own. */
  detail(text: string): void {
    if (text !== '') this.#details.push(text);
  }

  /** The lines of this packet, without line ends; the next one begins on an empty page. */
  take(): string[] {
    this.#end();
    this.#label = '';
    this.#isHeading = false;
    return this.#lines.splice(0);
  }

  #end(): void {
    const { joint, colon, stop, indent } = this.#punctuation;
    const said = this.#items.join(joint);
    if (said !== '' || this.#isHeading) {
      const separator = this.#label === '' || said === '' ? '' : colon;
      this.#lines.push(`${indent}${this.#label}${separator}${said}${stop}`);
    }
    for (const detail of this.#details) this.#lines.push(indent + detail);
    this.#items = [];
    this.#details = [];
  }
}
