import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { anomalies } from '../protocols/anomaly.ts';
import { defaultLimits } from '../protocols/limits.ts';

const document = readFileSync('docs/limits.md', 'utf8');
const table = document.slice(document.indexOf('| limit | default |'), document.indexOf('## Memory'));

test('docs/limits.md lists every limit with its default', () => {
  const listed = [...table.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, name, value]) => [name, Number(value)]);
  assert.deepEqual(listed, Object.entries(defaultLimits));
});

test('each anomaly that it names exists', () => {
  const named = [...table.matchAll(/\(((?:`\w+`(?:, )?)+)\)/g)].flatMap(([, names]) => (names as string).split(', '));
  assert.ok(named.length > 10);
  for (const name of named) assert.ok(name.slice(1, -1) in anomalies, name);
});
