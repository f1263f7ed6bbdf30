import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RelativeSequence } from '../../../src/output/tcpdump-line/relative-sequence.ts';

const addresses = Buffer.from([10, 0, 0, 1, 10, 0, 0, 2]);

interface Look {
  readonly from?: number;
  readonly to?: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly anew?: boolean;
  /** True for a segment from the second address to the first one. */
  readonly back?: boolean;
}

/** Relative sequence and acknowledgment number of a segment. */
function look(relative: RelativeSequence, segment: Look): [number, number] {
  const { from = 40000, to = 11211, sequence, acknowledgment, anew = false, back = false } = segment;
  relative.lookUp(addresses, back ? 4 : 0, back ? 0 : 4, from, to, sequence, acknowledgment, anew);
  return [(sequence - relative.sequenceBase) >>> 0, (acknowledgment - relative.acknowledgmentBase) >>> 0];
}

test('the first segment prints as it is, later ones count from it, in both directions', () => {
  const relative = new RelativeSequence(1, 100);
  const answer = { from: 11211, to: 40000, back: true };
  assert.deepEqual(look(relative, { ...answer, sequence: 5000, acknowledgment: 101, anew: true }), [5000, 101]);
  assert.deepEqual(look(relative, { sequence: 101, acknowledgment: 5001 }), [1, 1]);
  assert.deepEqual(look(relative, { ...answer, sequence: 5001, acknowledgment: 111 }), [1, 11]);
});

test('numbers wrap around', () => {
  const relative = new RelativeSequence(1, 100);
  look(relative, { sequence: 0xfffffff0, acknowledgment: 1 });
  assert.deepEqual(look(relative, { sequence: 0x10, acknowledgment: 1 }), [0x20, 1]);
});

test('SYN and ACK start a known conversation anew, and leave the others of its ports alone', () => {
  const relative = new RelativeSequence(1, 100);
  const reverse = { from: 40000, to: 11211, back: true };
  look(relative, { sequence: 1000, acknowledgment: 1 });
  look(relative, { ...reverse, sequence: 2000, acknowledgment: 1 });
  assert.deepEqual(look(relative, { sequence: 9000, acknowledgment: 1, anew: true }), [9000, 1]);
  assert.deepEqual(look(relative, { sequence: 9005, acknowledgment: 1 }), [5, 1]);
  assert.deepEqual(look(relative, { ...reverse, sequence: 2007, acknowledgment: 1 }), [7, 1]);
});

test('SACK edges count from the other direction', () => {
  const relative = new RelativeSequence(1, 100);
  look(relative, { sequence: 1000, acknowledgment: 7001 });
  look(relative, { sequence: 1000, acknowledgment: 7001 });
  assert.equal(relative.sackBase >>> 0, 7000);
  relative.absolute();
  assert.equal(relative.sackBase, 0);
});

test('remembers many conversations while growing', () => {
  const relative = new RelativeSequence(1, 100_000);
  for (let port = 1; port <= 50_000; port++) look(relative, { from: port, sequence: port * 3, acknowledgment: 1 });
  for (let port = 1; port <= 50_000; port++) {
    assert.deepEqual(look(relative, { from: port, sequence: port * 3 + 8, acknowledgment: 1 }), [8, 1]);
  }
});

test('at the limit, only conversations that slept through a generation start anew', () => {
  const relative = new RelativeSequence(1, 10);
  for (let port = 1; port <= 10; port++) look(relative, { from: port, sequence: 100, acknowledgment: 1 });
  look(relative, { from: 11, sequence: 100, acknowledgment: 1 });
  assert.deepEqual(look(relative, { from: 5, sequence: 103, acknowledgment: 1 }), [3, 1]);
  for (let port = 20; port < 40; port++) look(relative, { from: port, sequence: 100, acknowledgment: 1 });
  assert.deepEqual(look(relative, { from: 7, sequence: 103, acknowledgment: 1 }), [103, 1]);
  assert.deepEqual(look(relative, { from: 39, sequence: 103, acknowledgment: 1 }), [3, 1]);
});
