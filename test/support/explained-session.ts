import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runMcsniff } from './run-program.ts';
import { sampleDirectory } from './sample-list.ts';

/** The document that shows a session explained, in each language, written from the program's output. */
export const explainDocument = join(process.cwd(), 'docs', 'explain.md');

/** The document as it is, and as it is with its explanations written anew. */
export async function explainedSession(): Promise<{ written: string; renewed: string }> {
  const written = readFileSync(explainDocument, 'utf8');
  let renewed = written;
  for (const language of ['en', 'zh']) {
    const begin = `<!-- explanation ${language}: begin (npm run golden) -->`;
    const end = `<!-- explanation ${language}: end -->`;
    const from = renewed.indexOf(begin);
    const to = renewed.indexOf(end);
    if (from < 0 || to < from) throw new Error(`${explainDocument} has no lines ${begin} and ${end}`);
    const path = join(sampleDirectory, 'telnet-session.pcap');
    const { stdout } = await runMcsniff(['-r', path, `--explain=${language}`]);
    const block = `\n\n\`\`\`text\n${stdout.toString()}\`\`\`\n\n`;
    renewed = `${renewed.slice(0, from + begin.length)}${block}${renewed.slice(to)}`;
  }
  return { written, renewed };
}
