import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { printText } from './print-text.ts';

/**
 * Runs the program with the words of its command line; returns the exit status. The program is loaded only when it has
 * something to do: asking for the version costs little more than Node.js itself.
 */
export async function start(argv: readonly string[]): Promise<number> {
  // Where standard error has nobody to read it, there is nobody to tell.
  process.stderr.on('error', () => undefined);
  if (argv.includes('--version')) return printText(`mcsniff ${version()}`);
  const { run } = await import('./run.ts');
  return run(argv);
}

function version(): string {
  // By the package's own name, since this file lies elsewhere once it is bundled.
  const file = createRequire(import.meta.url).resolve('mcsniff/package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
