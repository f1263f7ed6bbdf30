import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { systemErrorText } from '../src/system-error.ts';

const directory = mkdtempSync(join(tmpdir(), 'mcsniff-errors-'));
after(() => rmSync(directory, { recursive: true }));
writeFileSync(join(directory, 'file'), '');
symlinkSync('loop', join(directory, 'loop'));

describe('systemErrorText', () => {
  for (const [name, words] of [
    ['nosuch', 'no such file or directory'],
    ['.', 'is a directory'],
    ['file/below', 'a part of the path is not a directory'],
    ['loop', 'too many symbolic links encountered'],
  ] as const) {
    it(`says of ${name}: ${words}`, () => {
      assert.throws(
        () => readFileSync(join(directory, name)),
        (error) => systemErrorText(error) === words,
      );
    });
  }

  it('passes on the message of any other error', () => {
    assert.equal(systemErrorText(new Error('no system error')), 'no system error');
  });
});
