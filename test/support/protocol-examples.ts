import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runMcsniff } from './run-program.ts';
import { sampleDirectory } from './sample-list.ts';

/** The document that shows what the program says of each command, written from its output. */
export const exampleDocument = join(process.cwd(), 'protocols', 'memcached', 'README.md');

/** Where the examples stand in it. */
const begin = '<!-- examples: begin (npm run golden) -->';
const end = '<!-- examples: end -->';

/** Searched in this order: the first record that shows something is taken. */
const samples = [
  'all-commands.pcap',
  'multi-get.pcap',
  'noreply.pcap',
  'reset-before-answer.pcap',
  'client-meta.pcap',
  'client-sasl.pcap',
  'client-binary.pcap',
  'client-udp.pcap',
  'rare-commands.pcap',
  'gap-elsewhere.pcap',
];

interface Example {
  readonly event: string;
  readonly transport: string | undefined;
  readonly protocol: string;
  readonly command: string;
  /** The status, with what else tells answers apart. */
  readonly kind: string;
  /** What stands beside the packet with the request, and the item of the answer. */
  readonly annotations: readonly string[];
  readonly json: string;
}

/** The document as it is, and as it is with its examples written anew. */
export async function examples(): Promise<{ written: string; renewed: string }> {
  const written = readFileSync(exampleDocument, 'utf8');
  const from = written.indexOf(begin);
  const to = written.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${exampleDocument} has no lines ${begin} and ${end}`);
  const found = (await Promise.all(samples.map(readExamples))).flat();
  const renewed = `${written.slice(0, from + begin.length)}\n\n${section(found)}\n${written.slice(to)}`;
  return { written, renewed };
}

async function readExamples(sample: string): Promise<Example[]> {
  const path = join(sampleDirectory, sample);
  const [lines, records] = await Promise.all([
    runMcsniff(['-n', '-t', '-q', '-r', path]),
    runMcsniff(['--json', '-r', path]),
  ]);
  const annotations = lines.stdout
    .toString()
    .split('\n')
    .map((line) => line.split(': memcached: ')[1]);
  return records.stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((json) => {
      const record = JSON.parse(json);
      const { event, transport, protocol, command, key, status, result = '', packet, msg } = record;
      const marks = ['won', 'stale', 'alreadyWon', 'keyBase64'].filter((name) => record[name] === true);
      // A meta code, or the name of a binary status.
      if (/^(?:[A-Z]{2}|[a-z]+(?:_[a-z]+)+)$/.test(result)) marks.push(result);
      const isShown = event !== 'summary' && !event.startsWith('connection_');
      const request = event === 'command' ? itemOf(annotations[packet - 1], command, key) : undefined;
      const items = [request, isShown ? msg : undefined].filter((item) => item !== undefined);
      return {
        event,
        transport,
        protocol,
        command,
        kind: [status, ...marks].join(' '),
        annotations: [...new Set(items)],
        json,
      };
    });
}

/** What an annotation says of one request, where it says something of several. */
function itemOf(annotation: string | undefined, command: string, key = ''): string | undefined {
  const items = annotation?.split('; ').filter((item) => !item.includes(' => ')) ?? [];
  return command === '' ? undefined : items.find((item) => item.startsWith(command) && item.includes(key));
}

const introduction = `## Examples

One of each command and each kind of answer to it, as the program prints them from \`samples/\`: what stands beside the
packet with the request, what stands beside the packet with the answer, and the record. A request that was written with
others stands alone here.
`;

function section(examples: readonly Example[]): string {
  const commands = examples.filter(({ event }) => event === 'command');
  const events = examples.filter(({ event }) => event !== 'command');
  const overTcp = (protocol: string): Example[] =>
    commands.filter((example) => example.transport === 'tcp' && example.protocol === protocol);
  return [
    introduction,
    chapter('Classic commands', cover(overTcp('text'))),
    chapter('Meta commands', cover(overTcp('meta'))),
    chapter('Binary protocol', cover(overTcp('binary'))),
    chapter(
      'UDP',
      firstOfEach(
        commands.filter(({ transport }) => transport === 'udp'),
        protocolOf,
      ),
    ),
    chapter(
      'Other events',
      firstOfEach(events, ({ event }) => event),
    ),
  ].join('\n');
}

/** One example for each command and each kind of answer to it, by name. */
function cover(examples: readonly Example[]): Example[] {
  return firstOfEach(examples, ({ command, kind }) => `${command} ${kind}`).sort((a, b) =>
    compare(`${a.command} ${a.kind}`, `${b.command} ${b.kind}`),
  );
}

function firstOfEach(examples: readonly Example[], kind: (example: Example) => string): Example[] {
  return [...new Map([...examples].reverse().map((example) => [kind(example), example])).values()].reverse();
}

function protocolOf({ protocol }: Example): string {
  return protocol;
}

function chapter(title: string, examples: readonly Example[]): string {
  const blocks = examples.map(({ annotations, json }) => [...annotations, json].join('\n'));
  return `### ${title}\n\n\`\`\`\n${blocks.join('\n\n')}\n\`\`\`\n`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
