import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasHandedOver } from '../../src/capture/tcpdump-report.ts';

function report(captured: number, received: number, dropped: number): string {
  return `tcpdump: ${captured} packets captured, ${received} packets received by filter, ${dropped} packets dropped by kernel\n`;
}

test('tcpdump has handed over what was there when it was asked first', () => {
  assert.equal(hasHandedOver('', 'eth0'), false);
  assert.equal(hasHandedOver(report(0, 0, 0), 'eth0'), true);
  assert.equal(hasHandedOver(report(3, 5, 0), 'eth0'), false);
  assert.equal(hasHandedOver(report(3, 5, 2), 'eth0'), true);
  assert.equal(hasHandedOver(report(3, 5, 0) + report(4, 900, 0), 'eth0'), false);
  assert.equal(hasHandedOver(report(3, 5, 0) + report(5, 900, 0), 'eth0'), true);
});

test('on loopback every packet is received twice, and captured once', () => {
  assert.equal(hasHandedOver(report(2, 6, 0), 'lo'), false);
  assert.equal(hasHandedOver(report(3, 6, 0), 'lo'), true);
});
