import type { Transaction } from '../../protocols/transaction.ts';
import { escapedText } from '../byte-writer.ts';

/** More of a key, or of a server's words, is cut. */
const mostCharacters = 80;

/** `850 us`, `41.2 ms`, `2.60 s`. */
export function timeText(microseconds: number): string {
  if (microseconds < 1000) return `${microseconds} us`;
  if (microseconds < 1e6) return `${(microseconds / 1000).toFixed(1)} ms`;
  return `${(microseconds / 1e6).toFixed(2)} s`;
}

/** What text from the wire is: a key or a server's words, the name of a command, or a line of a command without key. */
export type WireKind = 'text' | 'command' | 'line';

/** Gives what is shown of text from the wire, Latin-1 like that. */
export type ShowWire = (text: string, kind: WireKind) => string;

/** Stand around text from the wire, which has no such characters, until it is decided what is shown of it. */
const marks: Readonly<Record<WireKind, string>> = { text: '\ue000', command: '\ue001', line: '\ue002' };
const kinds: ReadonlyMap<string, WireKind> = new Map([
  [marks.text, 'text'],
  [marks.command, 'command'],
  [marks.line, 'line'],
]);
const endMark = '\ue003';
const marked = /([\ue000-\ue002])([^\ue003]*)\ue003/g;

/** Text from the wire, as part of the text of a finding. */
export function wireText(text: string, kind: WireKind = 'text'): string {
  return `${marks[kind]}${text}${endMark}`;
}

/** The text of a finding, with what is shown of the wire's, cut where that is long. */
export function shownText(text: string, show: ShowWire): string {
  return text.replace(marked, (_whole, mark: string, part: string) => {
    const own = show(part, kinds.get(mark) ?? 'text');
    const shown = escapedText(own.slice(0, mostCharacters));
    return own.length > mostCharacters ? `${shown}...` : shown;
  });
}

/** `get user:1`, `get a +2 keys`, `(empty line)`. */
export function commandText({ command, keys }: Pick<Transaction, 'command' | 'keys'>): string {
  const [first] = keys;
  const name = command === '' ? '(empty line)' : wireText(command, 'command');
  if (first === undefined) return name;
  return `${name} ${wireText(first)}${keys.length > 1 ? ` +${keys.length - 1} keys` : ''}`;
}

/** `1 request`, `3 requests`. */
export function countText(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
