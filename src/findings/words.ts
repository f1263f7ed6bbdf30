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

/** Text from the wire as it is shown, cut where it is long. */
export function wireText(text: string): string {
  const shown = escapedText(text.slice(0, mostCharacters));
  return text.length > mostCharacters ? `${shown}...` : shown;
}

/** `get user:1`, `get a +2 keys`, `(empty line)`. */
export function commandText({ command, keys }: Pick<Transaction, 'command' | 'keys'>): string {
  const [first] = keys;
  const name = command === '' ? '(empty line)' : wireText(command);
  if (first === undefined) return name;
  return `${name} ${wireText(first)}${keys.length > 1 ? ` +${keys.length - 1} keys` : ''}`;
}

/** `1 request`, `3 requests`. */
export function countText(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`;
}
