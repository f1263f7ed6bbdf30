import { Random } from '../support/random.ts';
import { Coverage } from './coverage.ts';
import { mutated } from './mutator.ts';
import { seedsOf } from './seeds.ts';
import { type Target, targets } from './targets.ts';

export interface Finding {
  readonly target: string;
  readonly input: Buffer;
  readonly error: unknown;
}

/** Inputs between two looks at the coverage, which take as long as some hundreds of inputs. */
const batch = 200;
/** Inputs that led somewhere new, kept to be changed further. */
const mostKept = 2000;

/**
 * Gives a target so many changed inputs; the same seed gives the same inputs as long as the program does the same.
 * With `isGuided`, inputs of a batch that reached new code become inputs to change.
 */
export async function fuzz(name: string, runs: number, seed: number, isGuided = false): Promise<Finding | undefined> {
  const target = targets[name] as Target;
  const random = new Random(seed);
  const pool = seedsOf(name);
  const seeds = pool.length;
  const coverage = isGuided ? new Coverage() : undefined;
  let recent: Buffer[] = [];
  try {
    for (let run = 0; run < runs; run++) {
      const input = run < seeds ? (pool[run] as Buffer) : mutated(random.pick(pool), random.pick(pool), random);
      try {
        await target(Buffer.from(input));
      } catch (error) {
        return { target: name, input, error };
      }
      if (coverage === undefined) continue;
      recent.push(input);
      if (recent.length < batch) continue;
      if (coverage.grows()) {
        for (const kept of recent) {
          if (pool.length < mostKept) pool.push(kept);
          else pool[seeds + random.below(mostKept - seeds)] = kept;
        }
      }
      recent = [];
    }
    return undefined;
  } finally {
    coverage?.stop();
  }
}
