import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeUdpFrame, UdpFrame, UdpFrameStatus } from '../../../../protocols/memcached/udp/frame.ts';
import type { DatagramPayload } from '../../../../protocols/protocol.ts';

const arrival = { timeUs: 5, packet: 2, acknowledged: 7 };

/** A payload between other bytes, of which `captured` bytes were. */
function payload(hex: string, captured: number, length: number): DatagramPayload {
  const bytes = Buffer.from(`ffff${hex}ffff`, 'hex');
  return { bytes, start: 2, end: 2 + captured, length, identification: 9 };
}

test('the header, and what was captured behind it', () => {
  const frame = new UdpFrame();
  assert.equal(decodeUdpFrame(payload('01020003000400056162', 10, 12), arrival, frame), UdpFrameStatus.ok);
  const { requestId, sequence, total, reserved, start, end, length, identification } = frame;
  assert.deepEqual([requestId, sequence, total, reserved], [0x102, 3, 4, 5]);
  assert.deepEqual([start, end, length, identification], [10, 12, 4, 9]);
  assert.equal(frame.arrival, arrival);
});

test('a header that was cut, and one that is not there', () => {
  const frame = new UdpFrame();
  assert.equal(decodeUdpFrame(payload('0102', 2, 8), arrival, frame), UdpFrameStatus.truncated);
  assert.equal(decodeUdpFrame(payload('01020304050607', 7, 7), arrival, frame), UdpFrameStatus.malformed);
  assert.equal(decodeUdpFrame(payload('', 0, 0), arrival, frame), UdpFrameStatus.malformed);
});

test('a copy outlives the packet and its arrival', () => {
  const frame = new UdpFrame();
  const borrowed = payload('00010000000100006162', 10, 12);
  const reused = { ...arrival };
  decodeUdpFrame(borrowed, reused, frame);
  const copy = frame.copy();
  borrowed.bytes.fill(0);
  reused.packet = 3;
  assert.equal(copy.bytes.toString('latin1', copy.start, copy.end), 'ab');
  assert.equal(copy.bytes.buffer.byteLength, 2);
  assert.equal(copy.length, 4);
  assert.deepEqual(copy.arrival, { timeUs: 5, packet: 2, acknowledged: -1 });
});
