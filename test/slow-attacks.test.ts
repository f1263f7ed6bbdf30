import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { measuredRun } from './support/measured-run.ts';
import { captureOf, slowAttacks } from './support/slow-attacks.ts';

describe('attacks on time', () => {
  for (const attack of slowAttacks) {
    it(`${attack.name}: read in seconds, not in as many minutes`, async () => {
      const { exitCode, stderr } = await measuredRun(['-n', '-r', '-'], { input: captureOf(attack) });
      assert.equal(exitCode, 0, stderr);
      assert.match(stderr, /^\d+ packets captured\n/);
      assert.doesNotMatch(stderr, /mcsniff:/);
    });
  }
});
