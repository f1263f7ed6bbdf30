import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { leastAllocated } from './support/allocation.ts';

interface Result {
  readonly perPacket: number;
  readonly printedPerPacket: number;
  readonly annotated: number;
  readonly gaps: number;
}

/** Bytes: the smallest object, or a number beyond 2^31 that the engine boxes. */
const oneObject = 16;

test('from the file to the line, a packet in the middle of a value leaves nothing for the garbage collector', () => {
  const script = fileURLToPath(new URL('./in-order-run.js', import.meta.url));
  const least = leastAllocated<Result>(script, 256, oneObject, ({ perPacket, printedPerPacket, annotated, gaps }) => {
    assert.equal(gaps, 0);
    assert.equal(annotated, 50, 'only the line of the command is annotated');
    assert.ok(printedPerPacket > 100, 'a line is printed for each packet');
    return perPacket;
  });
  assert.ok(least < oneObject, `${least} bytes for each packet`);
});
