import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListEntry } from '../../src/statistics/group-list.ts';
import { Rates } from '../../src/top/rates.ts';
import { sortRows } from '../../src/top/tables.ts';

function entry(key: string, count: number, bytes: number): ListEntry {
  return {
    key,
    count,
    hits: 0,
    misses: 0,
    stored: 0,
    errors: 0,
    unanswered: 0,
    unknown: 0,
    requestBytes: bytes,
    responseBytes: 0,
    valueBytes: 0,
    share: 0,
  };
}

test('rates are what an entry grew by since the last look, at first since the start', () => {
  const rates = new Rates('key');
  const [first] = rates.rows([entry('a', 10, 100)], 2e6, 0);
  assert.deepEqual([first?.rate, first?.byteRate], [5, 50]);
  const rows = rates.rows([entry('a', 40, 160), entry('b', 3, 3)], 4e6, 0);
  assert.deepEqual(
    rows.map(({ name, rate, byteRate }) => [name, rate, byteRate]),
    [
      ['a', 15, 30],
      // It may have been there before, further down.
      ['b', undefined, undefined],
    ],
  );
  assert.equal(rates.rows([entry('a', 99, 0)], 4e6, 0), rows);
});

test('rows are sorted by a column, the largest first, and equal ones by name', () => {
  const rows = new Rates('key').rows([entry('b', 1, 1), entry('a', 1, 1), entry('c', 5, 1)], 1e6, 0);
  assert.deepEqual(
    sortRows(rows, 'count').map(({ name }) => name),
    ['c', 'a', 'b'],
  );
});
