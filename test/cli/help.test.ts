import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { helpText } from '../../src/cli/help.ts';
import type { Option } from '../../src/cli/option.ts';
import { options } from '../../src/cli/options.ts';
import { runMcsniff } from '../support/run-program.ts';

describe('the help', () => {
  it('has the options most used on one screen', () => {
    const lines = helpText(false).split('\n');
    assert.ok(lines.length <= 40, `${lines.length} lines`);
    for (const line of lines) assert.ok(line.length <= 80, line);
    assert.ok(lines.includes('  -r, --read FILE         read a capture, pcap or pcapng; - is standard input'));
  });

  it('names every option behind the word all', () => {
    const text = helpText(true);
    for (const name of Object.keys(options)) assert.match(text, new RegExp(`^ .*-${name}\\b`, 'm'));
    for (const line of text.split('\n')) assert.ok(line.length <= 80, line);
  });

  it('says what each value is called', () => {
    for (const [name, { type, argument }] of Object.entries<Option>(options))
      assert.equal(argument !== undefined, type === 'string', name);
  });

  it('is printed as it is', async () => {
    assert.equal((await runMcsniff(['-h'])).stdout.toString(), `${helpText(false)}\n`);
    assert.equal((await runMcsniff(['--help', 'all'])).stdout.toString(), `${helpText(true)}\n`);
  });
});
