import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { leastAllocated } from '../../support/allocation.ts';

/** Bytes: less than the smallest object takes, which is 16. */
const oneObject = 2;

test('in-order segments leave nothing for the garbage collector', () => {
  const script = fileURLToPath(new URL('./in-order-run.js', import.meta.url));
  const least = leastAllocated<{ perSegment: number; missed: number }>(script, 64, oneObject, (result) => {
    assert.equal(result.missed, 0);
    // A collection in between would make it negative, and the measurement worthless.
    return result.perSegment > -1 ? result.perSegment : Number.POSITIVE_INFINITY;
  });
  assert.ok(least < oneObject, `${least} bytes for each segment`);
});
