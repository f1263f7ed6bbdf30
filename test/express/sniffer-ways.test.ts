import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sniffer } from '../../src/sniffer.ts';
import { capturedPacket } from '../support/captured-packet.ts';

test('a packet that meets a bug when it is taken in is counted and told, and its connection given up', () => {
  const report = { packets: 0, failures: 0, count: () => {} };
  const told: unknown[] = [];
  let abandoned = 0;
  const sniffer = new Sniffer({
    filter: undefined,
    first: undefined,
    save: undefined,
    pipeline: { add: () => {}, isFull: false, next: undefined, process: () => {}, abandon: () => void abandoned++ },
    ways: {
      isFull: false,
      add: () => {},
      addRecords: () => 0,
      recordsEnd: 0,
      advance(_isLast, failed) {
        failed(new Error('a bug'), 1);
        return false;
      },
      settle: () => 1,
      takeCounts: () => ({ commands: 0, backInTime: 0 }),
    },
    isComplete: true,
    annotation: undefined,
    print: undefined,
    count: Number.POSITIVE_INFINITY,
    flushesEachPacket: false,
    report,
    opened: () => {},
    stop: () => {},
    flush: () => undefined,
    failed: (error, packet) => told.push([String(error), packet]),
  });
  sniffer.packet(capturedPacket(Buffer.alloc(60)));
  sniffer.finish();
  assert.deepEqual(told, [['Error: a bug', 1]]);
  assert.equal(report.failures, 1);
  assert.equal(abandoned, 1);
  assert.equal(report.packets, 1);
});
