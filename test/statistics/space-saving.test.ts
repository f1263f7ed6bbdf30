import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Columns } from '../../src/statistics/columns.ts';
import { emptySample } from '../../src/statistics/sample.ts';
import { type Counted, SpaceSaving } from '../../src/statistics/space-saving.ts';

const capacity = 10;

/** What is kept of a stream of names. */
function kept(names: readonly string[]): SpaceSaving<Counted> {
  const list = new SpaceSaving<Counted>(capacity, 'count', () => ({
    name: '',
    columns: new Columns(),
    errorBound: 0,
    weightBound: 0,
  }));
  for (const name of names) {
    const entry = list.get(name) ?? list.add(name);
    entry.columns.add(emptySample());
  }
  return list;
}

test('counts are too high by their bound at most, and never too low', () => {
  const name = fc.oneof(
    fc.constantFrom('a', 'b', 'c'),
    fc.integer({ min: 0, max: 200 }).map((number) => `n${number}`),
  );
  fc.assert(
    fc.property(fc.array(name, { maxLength: 600 }), (names) => {
      const list = kept(names);
      for (const { name: key, columns, errorBound } of list.entries()) {
        const truth = names.filter((other) => other === key).length;
        const count = columns.count + errorBound;
        assert.ok(truth <= count && count - errorBound <= truth, `${key}: ${count} ± ${errorBound}, not ${truth}`);
        assert.ok(errorBound <= names.length / capacity);
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
      assert.ok(often <= names.length / capacity || list.get('often') !== undefined);
    }),
  );
});

test('as long as there is room, counts are exact', () => {
  const list = kept([...Array(2 * capacity).keys()].flatMap((number) => [`n${number}`, `n${number}`]));
  assert.ok(list.isExact);
  for (const { columns, errorBound } of list.entries()) assert.deepEqual([columns.count, errorBound], [2, 0]);
});
