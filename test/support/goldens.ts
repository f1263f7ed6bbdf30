import { join } from 'node:path';
import { runMcsniff } from './run-program.ts';
import { generatedSamples, recordedSamples, sampleDirectory } from './sample-list.ts';

export const goldenDirectory = join(process.cwd(), 'test', 'golden');

export const sampleNames: readonly string[] = [...Object.keys(generatedSamples), ...recordedSamples].sort();

/** Samples whose explanation is a golden, too, and in which languages. */
const explained: Readonly<Record<string, readonly string[]>> = {
  'client-binary.pcap': ['en'],
  'client-meta.pcap': ['en', 'zh'],
  'client-only.pcap': ['en'],
  'data-on-syn.pcap': ['en'],
  'half-close.pcap': ['en'],
  'ipv4-fragments.pcap': ['en'],
  'keep-alive.pcap': ['en', 'zh'],
  'missing-syn.pcap': ['en'],
  'port-reuse.pcap': ['en'],
  'reset-before-answer.pcap': ['en'],
  'reset-with-data.pcap': ['en'],
  'retransmission.pcap': ['en', 'zh'],
  'udp.pcap': ['en', 'zh'],
};

/** What stands between the lines and the exit report in a golden. */
const standardError = '--- standard error ---\n';

interface Golden {
  /** Name of the file in the golden directory. */
  readonly file: string;
  /** What the program says now. */
  readonly text: string;
}

/** The goldens of a sample: annotated lines with the exit report after them, the JSON records, and of some explanations. */
export async function goldensOf(sample: string): Promise<Golden[]> {
  const path = join(sampleDirectory, sample);
  const [lines, records] = await Promise.all([runMcsniff(['-n', '-r', path]), runMcsniff(['--json', '-r', path])]);
  for (const { exitCode, stderr } of [lines, records]) {
    if (exitCode !== 0) throw new Error(`mcsniff failed on ${sample}: ${stderr}`);
  }
  // The path depends on where the project lies.
  const report = lines.stderr.replaceAll(path, `samples/${sample}`);
  const explanations = (explained[sample] ?? []).map(async (language): Promise<Golden> => {
    const { stdout } = await runMcsniff(['-n', '-r', path, `--explain=${language}`]);
    return { file: `${sample}.explain-${language}.txt`, text: stdout.toString('utf8') };
  });
  return [
    { file: `${sample}.txt`, text: `${lines.stdout.toString('utf8')}${standardError}${report}` },
    { file: `${sample}.jsonl`, text: records.stdout.toString('utf8') },
    ...(await Promise.all(explanations)),
  ];
}
