import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Worth } from '../../src/express/worth.ts';

/** Packets from `first` on of which the express way would take one in `share`; returns how many it is offered. */
function offer(worth: Worth, first: number, count: number, share: number): number {
  let offered = 0;
  for (let packet = first; packet < first + count; packet++) {
    if (worth.isResting(packet)) continue;
    offered++;
    if (packet % share !== 0) worth.decline(packet, 1);
  }
  return offered;
}

suite('whether the express way is worth while', () => {
  test('it is, where most packets are taken', () => {
    const worth = new Worth(10);
    for (let packet = 0; packet < 1000; packet++) if (packet % 10 === 0) worth.decline(packet, 1);
    assert.equal(offer(worth, 1000, 100, 1), 100);
  });

  test('it rests longer each time where few are taken, and tries again', () => {
    const worth = new Worth(10);
    assert.equal(offer(worth, 0, 20, 10), 10, 'a window is looked at, and one rested');
    assert.ok(offer(worth, 20, 10_000, 10) < 800);
    assert.ok(offer(worth, 10_020, 1000, 10) > 0);
  });

  test('a window of packets that are taken ends the resting', () => {
    const worth = new Worth(10);
    offer(worth, 0, 1000, 10);
    offer(worth, 1000, 1000, 1);
    for (let packet = 2000; packet < 2020; packet++) worth.decline(packet, 1);
    assert.equal(offer(worth, 2020, 100, 1), 99, 'it has rested for one window, as at first');
  });

  test('of many connections the first packets do not count', () => {
    const worth = new Worth(10);
    for (let packet = 0; packet < 399; packet++) worth.decline(packet, 100);
    assert.equal(worth.isResting(399), false);
    worth.decline(399, 100);
    assert.equal(worth.isResting(799), true);
    assert.equal(worth.isResting(800), false);
  });

  test('where it can count no further it rests for good', () => {
    const worth = new Worth();
    assert.equal(worth.isResting(2 ** 31 - 2 ** 20 - 1), false);
    assert.equal(worth.isResting(2 ** 31), true);
    assert.equal(worth.isResting(2 ** 40), true);
  });
});
