import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentMap } from '../../src/findings/recent-map.ts';

test('what was used lately stays, and no more than so much', () => {
  const map = new RecentMap<number>(10);
  for (let index = 0; index < 100; index++) {
    map.set(`${index}`, index);
    map.get('7');
  }
  assert.equal(map.get('7'), 7);
  assert.equal(map.get('99'), 99);
  assert.equal(map.get('50'), undefined);
  assert.ok(map.values().length <= 10);
  assert.equal(new Set(map.values()).size, map.values().length);
});

test('what was deleted is gone, and what is asked for is made once', () => {
  const map = new RecentMap<{ count: number }>(4);
  map.ensure('a', () => ({ count: 1 })).count++;
  assert.equal(map.ensure('a', () => ({ count: 1 })).count, 2);
  for (const key of ['b', 'c', 'a']) map.ensure(key, () => ({ count: 0 }));
  map.delete('a');
  assert.equal(map.get('a'), undefined);
});
