import { terminalText } from '../output/terminal-text.ts';

/** One message, of one line or more; names in it that others chose can't break a line. */
export function say(...lines: string[]): void {
  process.stderr.write(`mcsniff: ${lines.map(terminalText).join('\n')}\n`);
}
