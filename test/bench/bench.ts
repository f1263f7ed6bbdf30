/**
 * Measures mcsniff beside tcpdump and tshark: `npm run bench`. Figures are medians of runs made in turn; ratios are of
 * one run of this command.
 *
 *     npm run bench                        the short form, about eight minutes
 *     npm run bench -- --full              every kind of traffic with a million packets: about an hour
 *     npm run bench -- FILE                a capture of yours
 *     npm run bench -- --against REF       this commit and another one; with FILE or --full, too
 *     --runs N                             runs of each program, 3 unless told otherwise; tshark gets one
 *     --directory DIR                      where captures are kept, mcsniff-bench in the temporary directory
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareWith } from './against.ts';
import { describeMachine } from './machine.ts';
import { type Bench, capturesFor, fullPlan, measurePlan, ownCapture, shortPlan } from './plan.ts';
import { resultTable } from './results.ts';
import { startUpRatio } from './start-up.ts';
import { targetTable } from './targets.ts';

function bench(argv: readonly string[]): void {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      full: { type: 'boolean', default: false },
      runs: { type: 'string', default: '3' },
      directory: { type: 'string', default: join(tmpdir(), 'mcsniff-bench') },
      against: { type: 'string' },
    },
  });
  const [file, runs = values.runs] = positionals;
  if (!/^[1-9]\d*$/.test(runs)) throw new Error(`${runs}: not a number of runs`);
  const scratch = mkdtempSync(join(tmpdir(), 'mcsniff-bench-'));
  const setting: Bench = { directory: values.directory, scratch, runs: Number(runs) };
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  try {
    print(describeMachine(`medians of ${runs} runs in turn, of tshark one; TZ=UTC, output to /dev/null`));
    if (values.against !== undefined) {
      const captures = file === undefined ? capturesFor(setting, values.full) : [ownCapture(setting, file)];
      print(compareWith(values.against, captures, setting));
    } else if (file !== undefined) {
      print(resultTable(measurePlan(setting, [ownCapture(setting, file)]).results));
    } else {
      const { results, measured } = measurePlan(setting, values.full ? fullPlan(setting) : shortPlan(setting));
      print(resultTable(results));
      print(targetTable(measured, startUpRatio()));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

bench(process.argv.slice(2));
