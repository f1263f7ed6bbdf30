import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PatternFolding } from '../../src/statistics/pattern-folding.ts';

function words(count: number, prefix = 'w'): string[] {
  return Array.from(
    { length: count },
    (_, index) => `${prefix}${String.fromCharCode(97 + (index % 26))}${'x'.repeat(index / 26)}`,
  );
}

function folded(patterns: readonly string[]): string[] {
  const folding = new PatternFolding();
  folding.learn(patterns);
  return [...new Set(patterns.map((pattern) => folding.fold(pattern)))].sort();
}

test('fifty different words at one place stay, one more makes it any word', () => {
  const names = (count: number): string[] => words(count).map((word) => `user:${word}:profile`);
  assert.equal(folded(names(50)).length, 50);
  assert.deepEqual(folded(names(51)), ['user:{*}:profile']);
});

test('only patterns that are equal otherwise count', () => {
  const patterns = words(51).map((word, index) => `user:${word}:${index % 2 === 0 ? 'a' : 'b'}`);
  assert.equal(folded(patterns).length, 51);
});

test('each separator parts words, and tells places apart', () => {
  for (const separator of ':/.|-_#@,') {
    assert.deepEqual(folded(words(51).map((word) => `a${separator}${word}`)), [`a${separator}{*}`]);
  }
  assert.equal(folded(words(52).map((word, index) => `a${index % 2 === 0 ? ':' : '/'}${word}`)).length, 52);
});

test('a place that is folded is equal to itself, so others may be folded after it', () => {
  const patterns = words(60).flatMap((user) => words(60, 'i').map((item) => `${user}:${item}`));
  assert.deepEqual(folded(patterns), ['{*}:{*}']);
});

test('the order of the patterns makes no difference', () => {
  const all = [
    ...words(70).map((word) => `a:${word}`),
    ...words(55).flatMap((word) => ['x', 'y'].map((end) => `b/${word}/${end}`)),
    ...words(60).map((word) => `c:a:${word}`),
    ...words(60).map((word) => `c:${word}:wa`),
    ...words(30),
  ];
  const expected = folded(all);
  fc.assert(
    fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
      assert.deepEqual(folded(shuffled), expected);
    }),
    { numRuns: 20 },
  );
});
