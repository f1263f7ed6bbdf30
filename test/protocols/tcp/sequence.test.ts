import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sequenceAfter, sequenceDistance, streamOffset } from '../../../protocols/tcp/sequence.ts';

test('distance across the wrap, signed or unsigned', () => {
  assert.equal(sequenceDistance(5, 0xfffffffb), 10);
  assert.equal(sequenceDistance(0xfffffffb, 5), -10);
  assert.equal(sequenceDistance(-5, 0xfffffffb), 0);
  assert.equal(sequenceDistance(0x80000000, 0), -(2 ** 31));
});

test('addition beyond 2^32', () => {
  assert.equal(sequenceAfter(0xffffffff, 1), 0);
  assert.equal(sequenceAfter(10, 3 * 2 ** 32 + 5), 15);
  assert.equal(sequenceAfter(10, -11) >>> 0, 0xffffffff);
});

test('offsets grow beyond 2^32', () => {
  assert.equal(streamOffset(2, 0xfffffffe | 0, 5 * 2 ** 32), 5 * 2 ** 32 + 4);
  assert.equal(streamOffset(0xfffffffe, 2, 5 * 2 ** 32), 5 * 2 ** 32 - 4);
});
