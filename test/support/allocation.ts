import { execFileSync } from 'node:child_process';

/** What the code itself allocates shows in every process; what the engine does on a busy machine does not. */
const runs = 20;

/**
 * Runs a script that prints JSON, of which `allocated` says how many bytes each packet or segment left for the garbage
 * collector, in processes of their own until that is below `enough`; returns the least. `semiSpace`: MiB of the young
 * generation, large enough for no collection to happen meanwhile. `words` are handed to the script.
 */
export function leastAllocated<R>(
  script: string,
  semiSpace: number,
  enough: number,
  allocated: (result: R) => number,
  words: readonly string[] = [],
): number {
  const size = [`--min-semi-space-size=${semiSpace}`, `--max-semi-space-size=${semiSpace}`];
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs && least >= enough; run++) {
    const output = execFileSync(process.execPath, [...size, script, ...words], { encoding: 'utf8' });
    least = Math.min(least, allocated(JSON.parse(output) as R));
  }
  return least;
}
