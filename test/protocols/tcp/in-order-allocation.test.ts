import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('in-order segments leave nothing for the garbage collector', () => {
  const script = fileURLToPath(new URL('./in-order-run.js', import.meta.url));
  const semiSpace = ['--min-semi-space-size=64', '--max-semi-space-size=64'];
  const { perSegment, missed } = JSON.parse(
    execFileSync(process.execPath, [...semiSpace, script], { encoding: 'utf8' }),
  );
  assert.equal(missed, 0);
  // The smallest object takes 16 bytes; a collection in between would make it negative.
  assert.ok(perSegment > -1 && perSegment < 2, `${perSegment} bytes for each segment`);
});
