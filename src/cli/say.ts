import { terminalText } from '../output/terminal-text.ts';

/** Messages that wait while a whole screen is shown, which they would spoil; undefined where none have to. */
let held: string[] | undefined;

/** One message, of one line or more; names in it that others chose can't break a line. */
export function say(...lines: string[]): void {
  const message = `mcsniff: ${lines.map(terminalText).join('\n')}\n`;
  if (held === undefined) process.stderr.write(message);
  else held.push(message);
}

/** Messages wait from now on, where they would go to the terminal. */
export function holdMessages(): void {
  if (process.stderr.isTTY) held ??= [];
}

/** Messages that have waited are told. */
export function tellHeldMessages(): void {
  for (const message of held ?? []) process.stderr.write(message);
  held = undefined;
}
