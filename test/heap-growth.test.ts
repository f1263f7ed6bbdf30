import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthPercent, listBounds } from '../src/heap-growth.ts';

const mebibyte = 1024 * 1024;

test('a heap may grow to 256 MiB, and from there on to twice its size', () => {
  for (const used of [4, 13, 100, 127]) {
    const limit = used * (1 + growthPercent(used * mebibyte) / 100);
    assert.ok(limit <= 256 && limit > 254, `${used} MiB to ${limit}`);
  }
  for (const used of [128, 129, 1000]) assert.equal(growthPercent(used * mebibyte), 100);
});

test('that of a run with lists to 64 MiB, and by less than a third from there on', () => {
  assert.equal(growthPercent(16 * mebibyte, listBounds), 300);
  for (const used of [50, 64, 1000]) assert.equal(growthPercent(used * mebibyte, listBounds), 30);
});
