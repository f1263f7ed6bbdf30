import { spawnSync } from 'node:child_process';
import { mainPath } from '../support/run-program.ts';
import { median, plainEnvironment } from './measure.ts';

const runs = 30;

function seconds(args: readonly string[]): number {
  const start = process.hrtime.bigint();
  spawnSync(process.execPath, args, { env: plainEnvironment(), stdio: 'ignore' });
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** How many times as long `mcsniff --version` takes as Node.js with nothing to do. */
export function startUpRatio(): number {
  const nothing: number[] = [];
  const version: number[] = [];
  for (let run = 0; run < runs; run++) {
    nothing.push(seconds(['-e', '0']));
    version.push(seconds([mainPath, '--version']));
  }
  return median(version) / median(nothing);
}
