/**
 * How much of generated traffic is told, and how much of that is true, where packets are missing:
 *
 *     npm run bench:yield -- [--seeds N] [--requests N] [--cuts N] [KIND …]
 *     npm run bench:yield -- --explain KIND [SEED]
 *
 * Shares are of the requests that were captured whole, with their answers; those of which not even the whole
 * connection's bytes tell how they went (`can't tell`) are left out. `unanswered` counts those of the wrong ones that
 * call an answered request unanswered. With `--explain` each capture of which something wrong was told is written to a
 * pcap file, for `node dist/src/main.js -r FILE`, and what is wrong with it to standard output. The exit status is 1
 * where anything is wrong.
 */
import { parseArgs } from 'node:util';
import { table } from '../table.ts';
import { explain, lossName } from './explain.ts';
import { isKindName, type KindName, kindNames } from './kinds.ts';
import { type Extent, type Loss, losses, runsOf } from './measure.ts';
import { Tally } from './tally.ts';

const headings = ['kind', 'loss', 'whole', 'right %', 'unknown %', 'missing %', 'wrong', 'unanswered', "can't tell"];

function report(kinds: readonly KindName[], extent: Extent): void {
  const rows = [headings];
  for (const kind of kinds) {
    const tallies = new Map<Loss, Tally>(losses.map((loss) => [loss, new Tally()]));
    for (const run of runsOf(kind, extent)) tallies.get(run.loss)?.add(run);
    for (const [loss, tally] of tallies) {
      rows.push(row(kind, loss, tally));
      if (tally.wrong > 0) process.exitCode = 1;
    }
  }
  process.stdout.write(table(rows, 1));
}

function row(kind: KindName, loss: Loss, tally: Tally): string[] {
  const { survivors, right, unknown, missing, wrong, unanswered, untellable } = tally;
  const shares = [right, unknown, missing].map((count) => tally.percent(count).toFixed(2));
  return [kind, lossName(loss), `${survivors}`, ...shares, `${wrong}`, `${unanswered}`, `${untellable}`];
}

function explainAll(kind: KindName, seed: number | undefined, extent: Extent): void {
  for (const run of runsOf(kind, extent)) {
    if (run.verdict.wrong.length === 0 || (seed !== undefined && run.seed !== seed)) continue;
    process.exitCode = 1;
    process.stdout.write(explain(run));
  }
}

// A reader that has seen enough, as `head`.
process.stdout.on('error', () => process.exit());
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '3' },
    requests: { type: 'string', default: '2000' },
    cuts: { type: 'string', default: '100' },
    explain: { type: 'boolean', default: false },
  },
});
const extent = { seeds: Number(values.seeds), requests: Number(values.requests), cuts: Number(values.cuts) };
const [first] = positionals;
if (values.explain && first !== undefined && isKindName(first)) {
  explainAll(first, positionals[1] === undefined ? undefined : Number(positionals[1]), extent);
} else if (!values.explain && positionals.every(isKindName)) {
  report(positionals.length > 0 ? positionals : kindNames, extent);
} else {
  process.stderr.write(
    `usage: bench:yield [KIND …] or --explain KIND [SEED]\nKIND is one of ${kindNames.join(', ')}\n`,
  );
  process.exitCode = 2;
}
