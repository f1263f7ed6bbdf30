import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lossName, wrongOnes } from '../../bench/yield/explain.ts';
import { type KindName, kindNames } from '../../bench/yield/kinds.ts';
import { type Extent, type Loss, losses, runsOf } from '../../bench/yield/measure.ts';
import { Tally } from '../../bench/yield/tally.ts';

/** Least share that must be told right, in percent, of the requests that were captured whole with their answers. */
interface Bounds {
  readonly whole: number;
  /** Where 1 and 5 of 100 packets are missing. */
  readonly at1: number;
  readonly at5: number;
}

const named: Bounds = { whole: 100, at1: 97, at5: 90 };
const mixed: Bounds = { whole: 100, at1: 95, at5: 70 };
/** Behind a hole in answers without names order alone tells whose they are, and where all are alike nothing does. */
const alike: Bounds = { whole: 100, at1: 5, at5: 2 };

const bounds: Readonly<Record<KindName, Bounds>> = {
  waiting: { whole: 100, at1: 98, at5: 90 },
  batches: { whole: 100, at1: 95, at5: 70 },
  'pipeline-3': mixed,
  'pipeline-8': mixed,
  'pipeline-32': mixed,
  'pipeline-gets': { whole: 100, at1: 96, at5: 85 },
  'pipeline-sets': alike,
  'pipeline-sets-adds': alike,
  'pipeline-five-keys': alike,
  'meta-opaque': named,
  'meta-nameless': { whole: 100, at1: 40, at5: 10 },
  'meta-quiet-key': named,
  'meta-quiet-opaque': named,
  'meta-quiet-nameless': { whole: 100, at1: 80, at5: 50 },
  'binary-opaque': named,
  'binary-opaque-0': { whole: 100, at1: 30, at5: 10 },
  'binary-quiet-opaque': named,
  'binary-quiet-opaque-0': { whole: 100, at1: 95, at5: 85 },
  'binary-getq-opaque-0': { whole: 100, at1: 95, at5: 85 },
  'noreply-single': { whole: 100, at1: 90, at5: 70 },
  'noreply-several': { whole: 100, at1: 70, at5: 30 },
};

const extent: Extent = { seeds: 3, requests: 1000, cuts: 40 };
const shown = 5;
const hint = `npm run bench:yield -- --requests ${extent.requests} --cuts ${extent.cuts} --explain`;

describe('what is told where packets are missing', () => {
  for (const kind of kindNames) {
    it(`is true, and most of what can be told: ${kind}`, () => {
      const tallies = new Map<Loss, Tally>(losses.map((loss) => [loss, new Tally()]));
      const wrong: string[] = [];
      for (const run of runsOf(kind, extent)) {
        tallies.get(run.loss)?.add(run);
        wrong.push(...wrongOnes(run));
      }
      const { whole, at1, at5 } = bounds[kind];
      const least: readonly (readonly [Loss, number])[] = [
        [0, whole],
        [0.01, at1],
        [0.05, at5],
      ];
      const few = least.flatMap(([loss, percent]) => {
        const told = tallies.get(loss)?.rightPercent ?? 0;
        return told >= percent ? [] : [`${lossName(loss)}: ${told.toFixed(2)} % is told right, not ${percent} %`];
      });
      const failures = [...few, ...wrong.slice(0, shown), ...(wrong.length > 0 ? [`${wrong.length} wrong`] : [])];
      assert.equal(failures.join('\n'), '', `${failures.join('\n')}\n${hint} ${kind}`);
    });
  }
});
