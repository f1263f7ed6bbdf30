import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Worth } from '../../src/express/worth.ts';

/** Packets `[from, to)`, each tenth of which is declined; a connection goes back with so many of these. */
class Offered {
  readonly worth = new Worth(100);
  #returned = 0;

  /** Returns how many were offered. */
  offer(from: number, to: number, returns: number): number {
    let offered = 0;
    for (let packet = from; packet < to; packet++) {
      const isResting = this.worth.isResting(packet);
      if (!isResting) offered++;
      if (packet % 10 !== 9) continue;
      if (!isResting && packet % (10 * returns) === 9) this.#returned++;
      this.worth.decline(packet, this.#returned);
    }
    return offered;
  }
}

suite('whether the express way is worth while', () => {
  test('it is, where few connections go back', () => {
    assert.equal(new Offered().offer(0, 10_000, 5), 10_000);
  });

  test('it is, where none goes back, though nothing is taken', () => {
    const worth = new Worth(100);
    for (let packet = 0; packet < 1000; packet++) worth.decline(packet, 0);
    assert.equal(worth.isResting(1000), false);
  });

  test('it rests longer each time where they go back all the time, and tries again', () => {
    const offered = new Offered();
    assert.equal(offered.offer(0, 200, 1), 100, 'a window is looked at, and one rested');
    assert.ok(offered.offer(200, 20_000, 1) < 2000);
    assert.ok(offered.offer(20_000, 22_000, 1) > 0);
  });

  test('a window in which they stay ends the resting', () => {
    const offered = new Offered();
    offered.offer(0, 2000, 1);
    offered.offer(2000, 6000, 100);
    assert.equal(offered.offer(6000, 7000, 1), 300, 'it rests for one window, for two and for four, as at first');
  });

  test('where it can count no further it rests for good', () => {
    const worth = new Worth();
    assert.equal(worth.isResting(2 ** 31 - 2 ** 20 - 1), false);
    assert.equal(worth.isResting(2 ** 31), true);
    assert.equal(worth.isResting(2 ** 40), true);
  });
});
