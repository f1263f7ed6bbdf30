import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textHash } from '../../protocols/text-hash.ts';
import { TextKeys } from '../../src/findings/commands.ts';
import { FrequentKeys } from '../../src/findings/frequent-keys.ts';

const server = '10.0.0.1:11211';

test('frequent keys are counted among any number of others, never too high', () => {
  const keys = new FrequentKeys();
  let seed = 1;
  const below = (most: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % most;
  };
  const truth = new Map<string, number>();
  for (let packet = 1; packet <= 200_000; packet++) {
    // One in 100 is for each of these three, the rest for any of 50,000.
    const kind = below(100);
    const key = kind < 3 ? `hot${kind}` : `cold${below(50_000)}`;
    truth.set(key, (truth.get(key) ?? 0) + 1);
    keys.add(textHash(key), new TextKeys([key]), 0, 10, { server }, packet, packet);
  }
  const counted = keys.counted();
  for (const { key, count, bytes } of counted) {
    assert.ok(count <= (truth.get(key) ?? 0), key);
    assert.equal(bytes, count * 10);
  }
  for (const key of ['hot0', 'hot1', 'hot2']) {
    const { count = 0, packets = [] } = counted.find((one) => one.key === key) ?? {};
    assert.ok(count >= (truth.get(key) ?? 0) - 2, `${key}: ${count} of ${truth.get(key)}`);
    assert.equal(packets.length, 8);
  }
  assert.equal(keys.count, 200_000);
  assert.equal(keys.bytes, 2_000_000);
});

test('a large value is counted when it comes, and another key with its hash is none of it', () => {
  const keys = new FrequentKeys();
  for (let packet = 1; packet <= 200; packet++)
    keys.add(packet, new TextKeys([`k${packet}`]), 0, 10, { server }, packet, packet);
  keys.add(7000, new TextKeys(['large']), 0, 1000, { server }, 300, 300);
  keys.add(7000, new TextKeys(['other']), 0, 5, { server }, 301, 301);
  keys.addBytes(7000, 'other', 5);
  keys.add(7000, new TextKeys(['large']), 0, 1000, { server: '10.0.0.2:11211' }, 302, 302);
  const large = keys.counted().filter(({ key }) => key === 'large' || key === 'other');
  assert.deepEqual(large, [
    { key: 'large', count: 2, bytes: 2000, lastUs: 302, server: undefined, packets: [300, 302] },
  ]);
});
