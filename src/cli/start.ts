import { readFileSync } from 'node:fs';
import { boundHeapGrowth } from '../heap-growth.ts';
import { errorCode, systemErrorText } from '../system-error.ts';
import { printText } from './print-text.ts';

/**
 * Runs the program with the words of its command line; returns the exit status. The program is loaded only when it has
 * something to do: asking for the version costs little more than Node.js itself. `manifest`: the package's own.
 */
export async function start(argv: readonly string[], manifest: URL): Promise<number> {
  // Where standard error has nobody to read it, there is nobody to tell.
  process.stderr.on('error', () => undefined);
  if (argv.includes('--version')) return printText(`mcsniff ${versionIn(manifest)}`);
  const [first = '', ...rest] = argv;
  if (helpWords.has(first) && (rest.length === 0 || rest.join() === 'all')) {
    const { helpText } = await import('./help.ts');
    return printText(helpText(rest.length > 0));
  }
  // By this name pidof(1), and the signals of the documentation, find it.
  process.title = 'mcsniff';
  boundHeapGrowth();
  try {
    const { run } = await import('./run.ts');
    return await run(argv);
  } catch (error) {
    // A bug's trace helps to find it; this is none.
    if (!scarcities.has(errorCode(error))) throw error;
    process.stderr.write(`mcsniff: ${systemErrorText(error)}\n`);
    return 1;
  }
}

/** What is asked for with nothing else is printed without what reads command lines. */
const helpWords: ReadonlySet<string> = new Set(['--help', '-h']);

/** What a process may be too short of even to load the program. */
const scarcities: ReadonlySet<string | undefined> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

function versionIn(manifest: URL): string {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
