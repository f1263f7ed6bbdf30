/**
 * `npm run bench:summary -- [COMMANDS [RUNS]]`: what `--summary` takes beside `--json`, over 10 million commands of a
 * million keys and 100,000 clients unless told otherwise (3 GB in the directory for temporary files), and whether the
 * first 20 keys and patterns are right. The exit status is 1 where they are not, where more than 250 MB are taken, or
 * where it is slower than 70 % of `--json`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mainPath } from '../support/run-program.ts';
import { generateManyKeys, type Ranked } from './many-keys.ts';
import { measureInTurn } from './measure.ts';

const rows = 20;
const leastSpeed = 0.7;
const mostBytes = 250e6;
const [commands = 10_000_000, runs = 3] = process.argv.slice(2).map(Number);

type Entry = Readonly<Record<'key' | 'pattern', string> & { count: number; errorBound?: number }>;

function summaryOf(path: string): Readonly<Record<'key' | 'pattern', readonly Entry[]>> {
  const args = [mainPath, '-nr', path, '--summary', '--json', '--rows', `${rows}`];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  return JSON.parse(stdout).by;
}

/** Whether a list has these names in their order, each with its count, or with one within its bound above it. */
function isRight(name: 'key' | 'pattern', list: readonly Entry[], truth: Ranked): boolean {
  const expected = truth.slice(0, rows);
  const wrong = expected.filter(([text, count], at) => {
    const { [name]: told, count: most = 0, errorBound = 0 } = list[at] ?? ({} as Partial<Entry>);
    return told !== text || most < count || most - errorBound > count;
  });
  for (const [text, count] of wrong) process.stdout.write(`${name} ${text}: ${count} in truth, told otherwise\n`);
  return wrong.length === 0 && list.length === expected.length;
}

const directory = mkdtempSync(join(tmpdir(), 'mcsniff-summary-'));
try {
  const path = join(directory, 'many-keys.pcap');
  const { packets, keys, patterns } = generateManyKeys(path, commands, rows);
  const program = (...options: string[]) => ({
    command: process.execPath,
    args: [mainPath, '-nr', path, ...options],
    packets,
  });
  const [json, summary] = measureInTurn([program('--json'), program('--summary')], runs);
  if (json === undefined || summary === undefined) throw new Error('nothing was measured');
  const by = summaryOf(path);
  const speed = json.cpuSeconds / summary.cpuSeconds;
  const areRight = [isRight('key', by.key, keys), isRight('pattern', by.pattern, patterns)].every(Boolean);
  for (const [name, { cpuSeconds, peakBytes }] of Object.entries({ '--json': json, '--summary': summary })) {
    process.stdout.write(`${name}: ${cpuSeconds.toFixed(1)} s CPU, ${Math.round(peakBytes / 1e6)} MB at most\n`);
  }
  process.stdout.write(`${Math.round(speed * 100)} % of the speed; lists ${areRight ? 'right' : 'WRONG'}\n`);
  if (!areRight || speed < leastSpeed || summary.peakBytes > mostBytes) process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true });
}
