import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { runProgram } from '../support/run-program.ts';

/** Each example, and what stands below it as its output. */
const examples = [
  ...readFileSync('docs/library.md', 'utf8').matchAll(
    /## ([^\n]+)\n(?:(?!## ).*\n)*?```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g,
  ),
].map(([, heading = '', code = '', output = '']) => ({ heading, code, output }));

describe('the examples of docs/library.md', () => {
  it('are there', () =>
    assert.equal(examples.length, readFileSync('docs/library.md', 'utf8').split('```js').length - 1));

  for (const { heading, code, output } of examples) {
    it(`print what stands below them: ${heading}`, async () => {
      const result = await runProgram(process.execPath, ['--input-type=module', '--eval', code]);
      assert.equal(result.stderr, '');
      assert.equal(result.stdout.toString(), output);
    });
  }
});
