import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HitLog } from '../../src/findings/hit-log.ts';

const withinUs = 100;
const most = 5;

/** A hit of one of a few keys so long after the one before, or a miss. */
const event = fc.record({
  hash: fc.constantFrom(0, 1, -7, 0x7fff_0003),
  afterUs: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 200 })),
  isMiss: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
});

test('rows of hits are those of lists of their times and packets', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), (events) => {
      const log = new HitLog(withinUs, most);
      const rows = new Map<number, { timeUs: number; packet: number }[]>();
      let timeUs = 1_000_000;
      for (const [index, { hash, afterUs, isMiss }] of events.entries()) {
        timeUs += afterUs;
        if (isMiss) {
          log.forget(hash);
          rows.delete(hash);
          continue;
        }
        const row = rows.get(hash) ?? [];
        if (timeUs - (row.at(-1)?.timeUs ?? 0) > withinUs) row.length = 0;
        if (row.push({ timeUs, packet: index + 1 }) > most) row.shift();
        rows.set(hash, row);
        assert.equal(log.add(hash, timeUs, index + 1), row.length);
        assert.equal(log.firstUs(hash), row[0]?.timeUs);
        const packets = row.slice(0, 3).map(({ packet }) => packet);
        assert.deepEqual(log.packets(hash, 3), packets);
      }
    }),
  );
});

test('a row whose first hit has left the log begins anew', () => {
  const log = new HitLog(1e6, 20);
  const others = (count: number): void => {
    for (let hit = 0; hit < count; hit++) log.add(2, 2, 3);
  };
  assert.equal(log.add(1, 0, 1), 1);
  assert.equal(log.add(1, 1, 2), 2);
  others((1 << 18) - 5);
  assert.equal(log.add(1, 3, 4), 3);
  others(10);
  assert.equal(log.add(1, 3, 5), 1);
  assert.deepEqual(log.packets(1, 8), [5]);
  others(1 << 18);
  assert.equal(log.add(1, 4, 6), 1);
});
