import assert from 'node:assert/strict';
import { it } from 'node:test';
import { answered } from '../support/hand-made.ts';

/** µs: first and last byte of the request, first and last byte of the answer. */
const clocks: readonly (readonly [
  times: readonly [number, number, number, number],
  latency: number,
  duration: number,
])[] = [
  [[1000, 1100, 1200, 1500], 100, 500],
  [[1000, 1000, 1000, 1000], 0, 0],
  // The answer before its request; the answer's end before the request's begin.
  [[1000, 1100, 1050, 1500], -1, -1],
  [[1000, 1100, 1200, 900], 100, -1],
];

it('a command has no times between which the clock went back', () => {
  for (const [[startUs, requestUs, answerUs, endUs], latency, duration] of clocks) {
    const { latencyUs, durationUs } = answered('get a', { startUs, requestUs, answerUs, endUs });
    assert.deepEqual([latencyUs, durationUs], [latency, duration]);
  }
});
