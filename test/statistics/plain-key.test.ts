import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { textHash } from '../../protocols/text-hash.ts';
import { patternOf } from '../../src/statistics/key-pattern.ts';
import { KeyText } from '../../src/statistics/key-text.ts';
import { PatternTable } from '../../src/statistics/pattern-table.ts';
import { isPatternOf, lookAtKey } from '../../src/statistics/plain-key.ts';

/** Keys as applications make them, and such as nobody does. */
const part = fc.oneof(
  fc.constantFrom('user', 'Feed', 'x', 'deadbeef', '{n}', '', '10.8.34.13', 'é', '3f2504e0', '2001:db8::1'),
  fc.integer({ min: 0, max: 1e12 }).map((number) => `${number}`),
  fc.string({ unit: fc.constantFrom(...'abcXYZ019+=_-.{}n'), maxLength: 24 }),
);
const key = fc.tuple(fc.array(part, { maxLength: 5 }), fc.constantFrom(':', '-', '')).map(([all, by]) => all.join(by));

test('the hash of a plain key’s pattern is found without the pattern', () => {
  let plain = 0;
  fc.assert(
    fc.property(key, key, (one, other) => {
      const { hash, isPlain, patternHash } = lookAtKey(new KeyText(one));
      assert.equal(hash, textHash(one));
      if (!isPlain) return;
      plain++;
      assert.equal(patternHash, textHash(patternOf(one)));
      assert.ok(isPatternOf(patternOf(one), new KeyText(one)));
      assert.equal(isPatternOf(patternOf(other), new KeyText(one)), patternOf(other) === patternOf(one));
    }),
    { numRuns: 500 },
  );
  assert.ok(plain > 100);
});

test('a table gives each key its pattern, whichever came before', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 50 }), (keys) => {
      const table = new PatternTable();
      for (const one of [...keys, ...keys]) {
        const text = new KeyText(one);
        assert.equal(table.of(text, lookAtKey(text)).text, patternOf(one));
      }
    }),
  );
});
