import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { patternOf } from '../../src/statistics/key-pattern.ts';
import { PatternTable } from '../../src/statistics/pattern-table.ts';
import { isPatternOf, lookAtKey } from '../../src/statistics/plain-key.ts';
import { textHash } from '../../src/statistics/text-hash.ts';

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
      const { hash, isPlain, patternHash } = lookAtKey(one);
      assert.equal(hash, textHash(one));
      if (!isPlain) return;
      plain++;
      assert.equal(patternHash, textHash(patternOf(one)));
      assert.ok(isPatternOf(patternOf(one), one));
      assert.equal(isPatternOf(patternOf(other), one), patternOf(other) === patternOf(one));
    }),
    { numRuns: 500 },
  );
  assert.ok(plain > 100);
});

test('a table gives each key its pattern, whichever came before', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 50 }), (keys) => {
      const table = new PatternTable();
      for (const one of [...keys, ...keys]) assert.equal(table.of(one, lookAtKey(one)).text, patternOf(one));
    }),
  );
});
