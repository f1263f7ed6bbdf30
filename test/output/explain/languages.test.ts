import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { textCommandNames } from '../../../protocols/memcached/text/command-line.ts';
import { en } from '../../../src/output/explain/en.ts';
import { languages, loadCatalogue } from '../../../src/output/explain/language.ts';

/** Where the texts of a catalogue stand: `tcp.steps.close1.first`, with what kind of entry each is. */
function entriesOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${path}: ${typeof value}`];
  return Object.entries(value).flatMap(([name, entry]) => entriesOf(entry, `${path}.${name}`));
}

/** Every text that is none of a function's. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

describe('the catalogues of texts', () => {
  for (const language of languages) {
    it(`have the same entries in each language: ${language}`, async () => {
      const catalogue = await loadCatalogue(language);
      assert.deepEqual(entriesOf(catalogue).sort(), entriesOf(en).sort());
      for (const text of textsOf(catalogue)) assert.notEqual(text, '');
    });
  }

  it('describe every command', () => {
    for (const name of textCommandNames) assert.ok(Object.hasOwn(en.command.descriptions, name), name);
  });

  it('are not left in the language of another', async () => {
    const zh = await loadCatalogue('zh');
    for (const text of textsOf(zh)) {
      // Names of states, flags and languages stay; a sentence does not.
      if (text.length > 12) assert.match(text, /[\u4e00-\u9fff]/, text);
    }
  });
});
