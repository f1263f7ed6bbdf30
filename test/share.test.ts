import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { options } from '../src/cli/options.ts';

describe('the files for other programs', () => {
  it('have fields in the format of lnav that records have', () => {
    const { mcsniff_log: format } = JSON.parse(readFileSync('share/mcsniff.lnav.json', 'utf8'));
    const { properties } = JSON.parse(readFileSync('share/record.schema.json', 'utf8')).$defs.command;
    const fields = [
      ...Object.keys(format.value),
      format['timestamp-field'],
      format['level-field'],
      format['body-field'],
    ];
    for (const field of fields) assert.ok(field in properties, field);
  });

  it('name every option in the manual page', () => {
    const page = readFileSync('dist/mcsniff.1', 'utf8');
    for (const name of Object.keys(options).filter((one) => one.length > 1))
      assert.ok(page.includes(`\\-\\-${name.replaceAll('-', '\\-')}`), name);
  });
});
