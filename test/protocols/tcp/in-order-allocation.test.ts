import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { leastAllocated } from '../../support/allocation.ts';

/** Bytes: less than the smallest object takes, which is 16. */
const oneObject = 2;

for (const words of [[], ['observed']]) {
  test(`in-order segments leave nothing for the garbage collector${words.map((word) => `, ${word}`)}`, () => {
    const script = fileURLToPath(new URL('./in-order-run.js', import.meta.url));
    const judge = (result: { perSegment: number; missed: number }): number => {
      assert.equal(result.missed, 0);
      // A collection in between would make it negative, and the measurement worthless.
      return result.perSegment > -1 ? result.perSegment : Number.POSITIVE_INFINITY;
    };
    const least = leastAllocated(script, 64, oneObject, judge, words);
    assert.ok(least < oneObject, `${least} bytes for each segment`);
  });
}
