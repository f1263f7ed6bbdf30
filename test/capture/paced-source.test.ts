import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CapturedPacket } from '../../protocols/packet.ts';
import { Pace } from '../../src/capture/paced-source.ts';
import { capturedPacket } from '../support/captured-packet.ts';

/** Plays packets at these seconds by a clock that a look moves on by 10 ms; returns when each was handed on, ms. */
async function played(seconds: readonly number[], speed: number, from = (_ms: number, _pace: Pace): void => {}) {
  let nowMs = 0;
  const times: number[] = [];
  const handler = {
    begin: () => {},
    packet: (_packet: CapturedPacket) => void times.push(nowMs),
    afterChunk: () => undefined,
  };
  const pace: Pace = new Pace(handler, speed, () => {
    nowMs += 10;
    from(nowMs, pace);
    return nowMs;
  });
  for (const second of seconds) {
    pace.packet(
      capturedPacket(Buffer.alloc(1), { seconds: Math.floor(second), nanoseconds: Math.round((second % 1) * 1e9) }),
    );
  }
  await pace.afterChunk();
  return times;
}

test('packets are handed on as far apart as they were captured', async () => {
  assert.deepEqual(await played([5, 5, 5.1, 5.25], 1), [10, 10, 110, 260]);
});

test('ten times as fast', async () => {
  assert.deepEqual(await played([5, 6, 7], 10), [10, 110, 210]);
});

test('a time that goes back is not waited for, and a long silence is cut short', async () => {
  assert.deepEqual(await played([5, 4, 5], 1), [10, 10, 10]);
  const [first = 0, second = 0] = await played([5, 100_000], 1000);
  assert.ok(second - first <= 80, `${second - first} ms`);
});

test('nothing is handed on while it is held, or once it has ended', async () => {
  const held = await played([5, 5.02], 1, (ms, pace) => pace.pause(ms > 10 && ms < 100));
  assert.deepEqual(held, [10, 110]);
  assert.deepEqual(await played([5, 5.02, 9], 1, (ms, pace) => void (ms > 50 && pace.stop())), [10, 30]);
});
