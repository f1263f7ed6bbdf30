import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MeasuredRun, measuredRun } from '../support/measured-run.ts';
import { mutatedCaptures } from './mutated-samples.ts';

/** Ways through the program that between them use every output. */
const ways: readonly (readonly string[])[] = [
  ['-v', '-X', '-e'],
  ['--json', '--values', '32'],
  ['-vv', '-XX', '-S', '-#', '-tttt', '--port', 'auto'],
  ['--json', '--port', 'auto'],
  ['-A', '-ttt', '--values', '32'],
];

interface SamplesRun {
  readonly mutated: number;
  readonly packets: number;
  /** Peaks of resident memory of the runs, in bytes, in their order. */
  readonly peaks: readonly number[];
  /** What went wrong: exit status, or an error on standard error, with how to see it again. */
  readonly failures: readonly string[];
}

/**
 * Sends changed samples through the whole program: each capture as lines and as records, in turns with other options.
 */
export async function runMutatedSamples(
  seed: number,
  total: number,
  told?: (text: string) => void,
): Promise<SamplesRun> {
  const directory = mkdtempSync(join(tmpdir(), 'mcsniff-fuzz-'));
  const peaks: number[] = [];
  const failures: string[] = [];
  let mutated = 0;
  let packets = 0;
  try {
    let turn = 0;
    for (const capture of mutatedCaptures(seed, total)) {
      const path = join(directory, 'mutated.pcap');
      writeFileSync(path, capture.file);
      const args = ways[turn++ % ways.length] as readonly string[];
      const run = await measuredRun([...args, '-r', path], { timeout: 300_000 });
      peaks.push(run.peakMemory);
      mutated += capture.mutated;
      packets += capture.packets;
      const wrong = problem(run, capture.packets);
      if (wrong !== undefined) {
        const kept = join(tmpdir(), `mcsniff-fuzz-${seed}-${turn}.pcap`);
        writeFileSync(kept, capture.file);
        failures.push(`mcsniff ${args.join(' ')} -r ${kept}: ${wrong}`);
      }
      told?.(`${mutated} packets changed, ${packets} in all; peak ${Math.round(run.peakMemory / 1e6)} MB`);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return { mutated, packets, peaks, failures };
}

/**
 * What is wrong with a run of a capture that is no damaged file: every packet is to be printed, and nothing to fail.
 */
function problem({ exitCode, stderr, peakMemory }: MeasuredRun, packets: number): string | undefined {
  if (exitCode !== 0) return `exit status ${exitCode}: ${stderr.slice(0, 2000)}`;
  if (/internal error|mcsniff:/.test(stderr)) return stderr.slice(0, 2000);
  if (!stderr.startsWith(`${packets} packets captured\n`)) return `not ${packets} packets: ${stderr.slice(0, 200)}`;
  return peakMemory > 0 ? undefined : 'no memory was measured';
}
