import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/**
 * On a busy machine the engine compiles at other moments and inlines differently, and may box a number for each
 * segment. What the code itself allocates shows in every process.
 */
const runs = 5;

/** Bytes: less than the smallest object takes, which is 16. */
const oneObject = 2;

test('in-order segments leave nothing for the garbage collector', () => {
  const script = fileURLToPath(new URL('./in-order-run.js', import.meta.url));
  const semiSpace = ['--min-semi-space-size=64', '--max-semi-space-size=64'];
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs && least >= oneObject; run++) {
    const output = execFileSync(process.execPath, [...semiSpace, script], { encoding: 'utf8' });
    const { perSegment, missed } = JSON.parse(output) as { perSegment: number; missed: number };
    assert.equal(missed, 0);
    // A collection in between would make it negative, and the measurement worthless.
    if (perSegment > -1) least = Math.min(least, perSegment);
  }
  assert.ok(least < oneObject, `${least} bytes for each segment`);
});
