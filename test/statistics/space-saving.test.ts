import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { textHash } from '../../protocols/text-hash.ts';
import { KeyText } from '../../src/statistics/key-text.ts';
import { KeyNames } from '../../src/statistics/name-list.ts';
import { emptySample } from '../../src/statistics/sample.ts';
import { SpaceSaving } from '../../src/statistics/space-saving.ts';

const capacity = 10;

/** What is kept of a stream of names. */
function kept(names: readonly string[]): SpaceSaving<KeyText, number> {
  const list = new SpaceSaving<KeyText, number>(capacity, 'count', new KeyNames());
  for (const [at, text] of names.entries()) {
    const name = new KeyText(text);
    const place = list.find(name, textHash(text));
    list.columns.add(place < 0 ? list.add(name, textHash(text), at) : place, emptySample());
  }
  return list;
}

/** Of each entry its name, its count, how much that may be too low, and when it came. */
function entriesOf(
  list: SpaceSaving<KeyText, number>,
): [name: string, count: number, errorBound: number, since: number][] {
  return list.labels.map((since, place) => [
    list.names.textAt(place),
    list.columns.sum(place, 'count'),
    list.errorBound(place),
    since,
  ]);
}

test('counts are too high by their bound at most, and never too low', () => {
  const name = fc.oneof(
    fc.constantFrom('a', 'b', 'c'),
    fc.integer({ min: 0, max: 200 }).map((number) => `n${number}`),
  );
  fc.assert(
    fc.property(fc.array(name, { maxLength: 600 }), (names) => {
      const list = kept(names);
      for (const [key, counted, errorBound, since] of entriesOf(list)) {
        const truth = names.filter((other) => other === key).length;
        const count = counted + errorBound;
        assert.ok(truth <= count && counted <= truth, `${key}: ${count} ± ${errorBound}, not ${truth}`);
        assert.ok(errorBound <= names.length / capacity);
        assert.equal(counted, names.slice(since).filter((other) => other === key).length);
      }
    }),
  );
});

test('what has more than its share of all is kept', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 600 }), (numbers) => {
      const names = numbers.flatMap((number, index) => (index % 4 === 0 ? ['often', `n${number}`] : [`n${number}`]));
      const list = kept(names);
      const often = names.filter((name) => name === 'often').length;
      assert.ok(often <= names.length / capacity || list.find(new KeyText('often'), textHash('often')) >= 0);
    }),
  );
});

test('as long as there is room, counts are exact', () => {
  const list = kept([...Array(2 * capacity).keys()].flatMap((number) => [`n${number}`, `n${number}`]));
  assert.ok(list.isExact);
  for (const [, count, errorBound] of entriesOf(list)) assert.deepEqual([count, errorBound], [2, 0]);
});
