import { letters, longName, type Option } from './option.ts';
import { options } from './options.ts';

/** Where descriptions begin, and where lines end. */
const column = 26;
const width = 80;

const head = `mcsniff [options] [filter expression]

Prints tcpdump's lines and, beside each packet, the memcached commands and
answers that it completes.
`;

const examples = `
Examples:
  mcsniff -i lo                        local clients of a local memcached
  mcsniff -nr file.pcap --status miss  the commands of a capture that missed
  mcsniff -i any --json | jq .key      records for other tools
`;

const ending = `
A filter expression is that of pcap-filter(7). Without one, a live capture takes
the memcached ports, and a file every packet.`;

/** What `--help` prints: on one screen the options most used; with `all` every one, in full. */
export function helpText(all: boolean): string {
  const groups = new Map<string, string[]>();
  for (const [name, option] of Object.entries<Option>(options)) {
    const description = all ? option.describe : option.brief;
    if (description === undefined) continue;
    const lines = groups.get(option.group) ?? [];
    lines.push(...entry(namesOf(name, option), description));
    groups.set(option.group, lines);
  }
  const body = [...groups].map(([group, lines]) => `\n${group}\n${lines.join('\n')}\n`).join('');
  return head + body + (all ? examples + ending : ending);
}

/** `-r, --read FILE`, `--json[=FORMAT], -j`. */
export function namesOf(name: string, option: Option): string {
  const short = [...letters(option), ...(name.length === 1 ? [name] : [])].map((letter) => `-${letter}`);
  const long = name.length === 1 ? [] : [longName(name)];
  const names = [...short, ...long].join(', ');
  const { argument, valueIsOptional } = option;
  if (argument === undefined) return names;
  return valueIsOptional ? `${names}[=${argument}]` : `${names} ${argument}`;
}

/** Names that are too long for their column stand on a line of their own. */
function entry(names: string, description: string): string[] {
  const first = `  ${names.startsWith('--') ? '    ' : ''}${names}`;
  const [top = '', ...rest] = wrapped(description, width - column);
  const lines = first.length < column - 1 ? [first.padEnd(column) + top] : [first, ' '.repeat(column) + top];
  return [...lines, ...rest.map((line) => ' '.repeat(column) + line)];
}

/** The words of a text in lines of at most so many characters. */
function wrapped(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
