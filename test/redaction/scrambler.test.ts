import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Scrambler } from '../../src/redaction/scrambler.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('Scrambler', () => {
  const scrambler = new Scrambler();

  it('is one to one', () => {
    const all = Array.from({ length: 222 }, (_, index) => Buffer.of(index < 94 ? 0x21 + index : 0x80 + index - 94));
    for (const suffix of ['', 'x', ':y2']) {
      const keys = all.map((first) => text(scrambler.key(Buffer.concat([first, Buffer.from(suffix)]))));
      assert.equal(new Set(keys).size, all.length, suffix);
      for (const key of keys) assert.equal(key.length, 1 + suffix.length);
    }
  });

  it('gives the same text the same replacement, and a key in base64 that of the key', () => {
    const key = Buffer.from('user:1');
    assert.deepEqual(scrambler.key(key), scrambler.key(Buffer.from(key)));
    const base64 = Buffer.from(key.toString('base64'));
    assert.equal(text(scrambler.base64Key(base64)), Buffer.from(scrambler.key(key)).toString('base64'));
  });

  it('leaves keys keys, numbers numbers, and line ends where they are', () => {
    for (let round = 0; round < 200; round++) {
      assert.match(text(scrambler.key(Buffer.from(`key:${round}`))), /^[A-Za-z0-9_:./-]+$/);
      assert.match(text(scrambler.value(Buffer.from(`${1000 + round}`))), /^[1-9]\d{3}$/);
      assert.match(text(scrambler.value(Buffer.from(`line ${round}\r\nand another`))), /^[ -~]+\r\n[ -~]+$/);
    }
  });
});
