import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { IdleList, type Idler } from '../../protocols/idle-list.ts';
import type { Arrival } from '../../protocols/protocol.ts';

class Item implements Idler {
  older: this | undefined = undefined;
  newer: this | undefined = undefined;
  lastSeconds = 0;
  lastPacket = 0;
  listedSeconds = 0;
  listedPacket = 0;
  catchUp(): void {}
}

/** Ten packets a second. */
function at(packet: number): Arrival {
  return { timeUs: packet * 1e5, packet, acknowledged: -1 };
}

test('one in steady use is never the idlest, however many others come and are used once more', () => {
  const items = new IdleList<Item>(1e6);
  const steady = new Item();
  let packet = 0;
  items.append(steady, at(++packet));
  for (let index = 0; index < 10_000; index++) {
    const item = new Item();
    if (items.length === 100) items.remove(items.idlest() as Item);
    items.append(item, at(++packet));
    items.use(item, at(++packet));
    items.use(steady, at(++packet));
    assert.notEqual(items.idlest(), steady);
  }
});

test('the idlest is not younger than one in eight, and the idlest of all where none was moved', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(39), { maxLength: 300 }), (uses) => {
      const items = new IdleList<Item>(1e6);
      const all = Array.from({ length: 40 }, () => new Item());
      let packet = 0;
      for (const item of all) items.append(item, at(++packet));
      for (const index of uses) items.use(all[index] as Item, at(++packet));
      const idlest = items.idlest() as Item;
      const older = all.filter((item) => item.lastPacket < idlest.lastPacket);
      assert.ok(older.length <= 5, `${older.length} are older`);
      if (new Set(uses).size < all.length) assert.ok(!uses.includes(all.indexOf(idlest)), 'one was never used');
    }),
  );
});

test('what is over is found, that in use within a 64th of the idle time', () => {
  const items = new IdleList<Item>(640);
  const used = new Item();
  const forgotten = new Item();
  items.append(used, at(0));
  items.append(forgotten, at(1));
  for (let packet = 1; packet <= 6400; packet += 100) items.use(used, at(packet));
  assert.equal(items.over(640), undefined);
  assert.equal(items.over(641), forgotten);
  items.remove(forgotten);
  assert.equal(items.over(641), undefined);
  assert.equal(items.over(2000), used);
});

test('a time stamp that was wrong keeps nothing alive for ever', () => {
  const items = new IdleList<Item>(10);
  items.append(new Item(), at(1e6));
  assert.equal(items.over(5), undefined);
  assert.notEqual(items.over(16), undefined);
});

test('one that was used elsewhere is put where its packets have moved it', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(19), { maxLength: 60 }), (moves) => {
      const items = new IdleList<Item>(1e6);
      const all = Array.from({ length: 20 }, () => new Item());
      for (const [index, item] of all.entries()) items.append(item, at(index * 10));
      for (const [index, move] of moves.entries()) {
        const item = all[index % all.length] as Item;
        items.remove(item);
        item.listedPacket = move * 10 + 5;
        items.insert(item);
      }
      const order: number[] = [];
      for (let item = items.oldest; item !== undefined; item = item.newer) order.push(item.listedPacket);
      assert.deepEqual(
        order,
        [...order].sort((a, b) => a - b),
      );
      assert.equal(order.length, all.length);
    }),
  );
});
