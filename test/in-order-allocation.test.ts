import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** What the code itself allocates shows in every process; what the engine does on a busy machine does not. */
const runs = 5;

/** Bytes: the smallest object, or a number beyond 2^31 that the engine boxes. */
const oneObject = 16;

test('from the file to the line, a packet in the middle of a value leaves nothing for the garbage collector', () => {
  const script = fileURLToPath(new URL('./in-order-run.js', import.meta.url));
  const semiSpace = ['--min-semi-space-size=256', '--max-semi-space-size=256'];
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs && least >= oneObject; run++) {
    const output = execFileSync(process.execPath, [...semiSpace, script], { encoding: 'utf8' });
    const result = JSON.parse(output) as Record<'perPacket' | 'printedPerPacket' | 'annotated' | 'gaps', number>;
    assert.equal(result.gaps, 0);
    assert.equal(result.annotated, 50, 'only the line of the command is annotated');
    assert.ok(result.printedPerPacket > 100, 'a line is printed for each packet');
    least = Math.min(least, result.perPacket);
  }
  assert.ok(least < oneObject, `${least} bytes for each packet`);
});
