import { readFileSync } from 'node:fs';
import { runMcsniff } from '../run-program.ts';
import { foundIn } from './found.ts';

export const findingsPage = 'docs/findings.md';

/** What a command of the page shows begins so; the samples are where the page is. */
const command = /^ {4}\$ (mcsniff -r (samples\/findings\/([a-z-]+)\.pcap) .*)$/;

/** Columns of a packet's line on the page; what is longer ends in `...`. */
const widest = 160;

/** The page with each example as the program prints it now: the line of the command, and the lines that follow it. */
export async function renewedPage(): Promise<string> {
  const lines = readFileSync(findingsPage, 'utf8').split('\n');
  const commands = lines.flatMap((line) => command.exec(line)?.[0] ?? []);
  const examples = new Map<string, string[]>();
  // As many at a time as there are cores on small machines.
  const work = async (): Promise<void> => {
    for (let line = commands.pop(); line !== undefined; line = commands.pop())
      examples.set(line, await exampleOf(line));
  };
  await Promise.all([work(), work()]);
  const renewed: string[] = [];
  let isExample = false;
  for (const line of lines) {
    const example = examples.get(line);
    if (example) renewed.push(line, ...example);
    isExample = example !== undefined || (isExample && line.startsWith('    '));
    if (!isExample) renewed.push(line);
  }
  return renewed.join('\n');
}

/** What a command prints of the packets that the finding names, and the finding below; `...` for others in between. */
async function exampleOf(line: string): Promise<string[]> {
  const [, typed = '', file = '', name = ''] = command.exec(line) ?? [];
  const { stdout } = await runMcsniff(typed.split(' ').slice(1));
  const found = foundIn(readFileSync(file)).find(({ finding }) => finding === name);
  const named = new Set(found?.packets);
  const shown: string[] = [];
  let isNamed = true;
  let packet = 0;
  for (const printed of stdout.toString('utf8').trimEnd().split('\n')) {
    packet = Number(/^ *(\d+) /.exec(printed)?.[1] ?? packet);
    if (printed.startsWith('    ! ') ? printed.startsWith(`    ! ${name}:`) : named.has(packet)) {
      shown.push(
        `    ${printed.length > widest && !printed.startsWith('    ! ') ? `${printed.slice(0, widest)}...` : printed}`,
      );
      isNamed = true;
    } else if (isNamed) {
      shown.push('    ...');
      isNamed = false;
    }
  }
  return shown;
}
