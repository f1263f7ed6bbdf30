import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthPercent, listsFloorBytes } from '../src/heap-growth.ts';

const mebibyte = 1024 * 1024;

test('a heap may grow to 256 MiB, and from there on to twice its size', () => {
  for (const used of [4, 13, 100, 127]) {
    const limit = used * (1 + growthPercent(used * mebibyte) / 100);
    assert.ok(limit <= 256 && limit > 254, `${used} MiB to ${limit}`);
  }
  for (const used of [128, 129, 1000]) assert.equal(growthPercent(used * mebibyte), 100);
  assert.equal(growthPercent(32 * mebibyte, listsFloorBytes), 300);
});
