import { join } from 'node:path';
import { runMcsniff } from './run-program.ts';
import { generatedSamples, recordedSamples, sampleDirectory } from './sample-list.ts';

export const goldenDirectory = join(process.cwd(), 'test', 'golden');

export const sampleNames: readonly string[] = [...Object.keys(generatedSamples), ...recordedSamples].sort();

/** What stands between the lines and the exit report in a golden. */
const standardError = '--- standard error ---\n';

interface Golden {
  /** Name of the file in the golden directory. */
  readonly file: string;
  /** What the program says now. */
  readonly text: string;
}

/** The two goldens of a sample: annotated lines with the exit report after them, and the JSON records. */
export async function goldensOf(sample: string): Promise<Golden[]> {
  const path = join(sampleDirectory, sample);
  const [lines, records] = await Promise.all([runMcsniff(['-n', '-r', path]), runMcsniff(['--json', '-r', path])]);
  for (const { exitCode, stderr } of [lines, records]) {
    if (exitCode !== 0) throw new Error(`mcsniff failed on ${sample}: ${stderr}`);
  }
  // The path depends on where the project lies.
  const report = lines.stderr.replaceAll(path, `samples/${sample}`);
  return [
    { file: `${sample}.txt`, text: `${lines.stdout.toString('utf8')}${standardError}${report}` },
    { file: `${sample}.jsonl`, text: records.stdout.toString('utf8') },
  ];
}
