/**
 * `npm run fuzz -- [RUNS] [SEED]`: gives each target RUNS changed inputs (200,000 unless told otherwise), guided by
 * what code they reach, and then sends the samples, every byte changed, through the whole program: a million changed
 * packets, or five times RUNS. A finding is written to the target's corpus, to be named for its situation and kept with
 * its fix.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fuzz } from './fuzzer.ts';
import { runMutatedSamples } from './samples-run.ts';
import { corpusDirectory } from './seeds.ts';
import { targets } from './targets.ts';

const runs = Number(process.argv[2] ?? 200_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

for (const target of Object.keys(targets)) {
  const finding = await fuzz(target, runs, seed, true);
  if (finding === undefined) say(`${target}: ${runs} inputs, seed ${seed}: nothing found`);
  else {
    process.exitCode = 1;
    const directory = join(corpusDirectory, target);
    mkdirSync(directory, { recursive: true });
    const path = join(directory, `found-${seed}`);
    writeFileSync(path, finding.input);
    say(`${target}: ${path}: ${finding.error instanceof Error ? finding.error.stack : String(finding.error)}`);
  }
}
const { mutated, packets, failures, peaks } = await runMutatedSamples(seed, runs * 5, say);
for (const failure of failures) say(failure);
if (failures.length > 0) process.exitCode = 1;
const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
say(
  `samples: ${mutated} packets changed, ${packets} in all: ${failures.length} failures; ` +
    `memory peaked at ${megabytes(Math.min(...peaks))} to ${megabytes(Math.max(...peaks))} MB`,
);
