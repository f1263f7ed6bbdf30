import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { measureInTurn, type Usage } from './measure.ts';
import type { Bench, Plan } from './plan.ts';
import { mcsniff, programs } from './programs.ts';
import { figure, megabytes, table } from './table.ts';

const outputs = [
  { name: 'lines', options: [], here: programs.text },
  { name: 'records', options: ['--json'], here: programs.json },
] as const;

/** Builds another commit beside this one and compares the two with the same captures, in turn. */
export function compareWith(reference: string, plans: readonly Plan[], bench: Bench): string {
  const worktree = join(bench.scratch, 'other');
  run('git', ['worktree', 'add', '--quiet', '--detach', worktree, reference]);
  try {
    symlinkSync(resolve('node_modules'), join(worktree, 'node_modules'));
    run('npm', ['--prefix', worktree, 'run', '--silent', 'build']);
    return table(rows(reference, join(worktree, 'dist/src/main.js'), plans, bench), 2);
  } finally {
    run('git', ['worktree', 'remove', '--force', worktree]);
  }
}

function rows(reference: string, otherMain: string, plans: readonly Plan[], bench: Bench): string[][] {
  const all = [['traffic', 'output', `${reference} s`, 'now s', 'times as fast', `${reference} MB`, 'now MB']];
  for (const { capture } of plans) {
    process.stderr.write(`measuring ${capture.path}\n`);
    const commands = outputs.flatMap(({ options, here }) =>
      [mcsniff(reference, options, otherMain), here].map((program) => program.command(capture, bench.scratch)),
    );
    const usages = measureInTurn(commands, bench.runs);
    for (const [index, { name }] of outputs.entries()) {
      const [before, now] = usages.slice(index * 2) as [Usage, Usage];
      all.push([
        index === 0 ? capture.description : '',
        name,
        before.wallSeconds.toFixed(2),
        now.wallSeconds.toFixed(2),
        figure(before.wallSeconds / now.wallSeconds),
        megabytes(before.peakBytes),
        megabytes(now.peakBytes),
      ]);
    }
  }
  return all;
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}
