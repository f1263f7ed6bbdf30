import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { commandNames } from '../../../protocols/memcached/command-names.ts';

it('knows every command that the samples hold', () => {
  const names = commandNames();
  const golden = 'test/golden';
  const found = new Set<string>();
  for (const file of readdirSync(golden).filter((name) => name.endsWith('.jsonl')))
    for (const [, command = ''] of readFileSync(`${golden}/${file}`, 'latin1').matchAll(
      /"command":"([a-z_]+)"[^}]*"status":"(?:hit|miss|stored|deleted|touched)"/g,
    ))
      found.add(command);
  assert.ok(found.size > 20, `${found.size} commands`);
  assert.deepEqual(
    [...found].filter((command) => !names.has(command)),
    [],
  );
});
