import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Durations } from '../../src/statistics/durations.ts';

/** By nearest rank. */
function exact(sorted: readonly number[], share: number): number {
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] as number;
}

function check(durations: Durations, values: readonly number[]): void {
  const sorted = [...values].sort((a, b) => a - b);
  const percentiles = durations.percentiles();
  assert.ok(percentiles !== undefined);
  for (const [name, share] of [
    ['p50', 0.5],
    ['p90', 0.9],
    ['p99', 0.99],
    ['p999', 0.999],
  ] as const) {
    const expected = exact(sorted, share);
    assert.ok(
      Math.abs(percentiles[name] - expected) <= expected * 0.01,
      `${name}: ${percentiles[name]}, not ${expected}`,
    );
  }
  assert.equal(percentiles.max, sorted.at(-1));
  assert.equal(percentiles.mean, Math.round(sorted.reduce((sum, value) => sum + value, 0) / sorted.length));
}

/** As latencies are: many small ones, few large ones. */
const duration = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 20_000 }),
  fc.integer({ min: 0, max: 4_000_000_000 }),
);

test('percentiles are within one percent by nearest rank, maximum and mean exact', () => {
  fc.assert(
    fc.property(fc.array(duration, { minLength: 1, maxLength: 500 }), (values) => {
      const durations = new Durations();
      for (const value of values) durations.add(value);
      check(durations, values);
    }),
  );
});

test('those of two are those of all, whichever is added to the other', () => {
  fc.assert(
    fc.property(
      fc.array(duration, { minLength: 1, maxLength: 100 }),
      fc.array(duration, { maxLength: 100 }),
      (one, other) => {
        const durations = new Durations();
        const more = new Durations();
        for (const value of one) durations.add(value);
        for (const value of other) more.add(value);
        durations.merge(more);
        check(durations, [...one, ...other]);
      },
    ),
  );
});

test('every whole number is within one percent', () => {
  for (const value of [...Array(3000).keys()]) {
    const durations = new Durations();
    for (let count = 0; count < 40; count++) durations.add(value);
    durations.add(value * 2);
    const { p50 = -1 } = durations.percentiles() ?? {};
    assert.ok(Math.abs(p50 - value) <= value * 0.01, `${p50}, not ${value}`);
  }
});

test('of none there are no percentiles', () => assert.equal(new Durations().percentiles(), undefined));
