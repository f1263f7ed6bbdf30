import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCommandLine } from '../../../protocols/memcached/text/command-line.ts';
import type { Request } from '../../../protocols/memcached/text/request.ts';

function argsOf(line: string): string | undefined {
  const bytes = Buffer.from(line, 'latin1');
  return parseCommandLine(bytes, 0, bytes.length, 1000).args;
}

describe('args: what no other field of a request holds', () => {
  const cases: readonly [string, string | undefined][] = [
    ['stats', undefined],
    ['stats cachedump 57 0', 'cachedump 57 0'],
    ['stats  items', ' items'],
    ['lru_crawler metadump all', 'metadump all'],
    ['slabs automove 0', 'automove 0'],
    ['slabs automove 0 noreply', 'automove 0'],
    ['slabs reassign 1 noreply', 'reassign 1 noreply'],
    ['watch fetchers mutations', 'fetchers mutations'],
    ['verbosity 2', '2'],
    ['verbosity foo bar my', 'foo bar my'],
    ['flush_all 10 noreply', undefined],
    ['flush_all x', 'x'],
    ['quit now', 'now'],

    ['get a b', undefined],
    ['get a b ', ' '],
    ['get a  \r', '  '],
    ['gat 10 a b', undefined],
    ['gat x a b', 'x'],

    ['set k 0 0 3', undefined],
    ['set k 0 0 3 noreply', undefined],
    ['set k 0 0 3 noreply ', ' '],
    ['set k 0 0 3 1 2', '1 2'],
    ['set k 0 0 3 1 2 ', '1 2 '],
    ['set k 0 0', '0 0'],
    ['set k x 0 3', 'x 0 3'],
    ['set k 0 0 -1', '-1'],
    ['cas k 0 0 3 99', undefined],
    ['cas k 0 0 3', '0 0 3'],
    ['cas k 0 0 3 99 noreply foo', 'noreply foo'],
    ['delete k', undefined],
    ['delete k 0', '0'],
    ['delete k 5 noreply', '5'],
    ['delete noreply', undefined],
    ['incr n 1 foo', 'foo'],
    ['incr n x', 'x'],
    ['touch n 10 noreply foo', 'noreply foo'],

    ['mg k v t', undefined],
    ['mg k v t ', ' '],
    ['ms k 3 T0', undefined],
    ['ms k x T0', 'x'],
    ['mn', undefined],
    ['mn foo', 'foo'],

    ['', undefined],
    ['  ', undefined],
    ['bogus', undefined],
    ['config get cluster', 'get cluster'],
    ['bogus a\x01b ', 'a\x01b '],
    ['AUTH secret', undefined],
    ['PASS secret', undefined],
    ['user someone', undefined],
    ['HELLO 3 AUTH user secret', undefined],
    ['Authorization: Basic c2VjcmV0', undefined],
    ['Cookie: session=secret', undefined],
  ];
  for (const [line, args] of cases) it(JSON.stringify(line), () => assert.equal(argsOf(line), args));
});

describe('a request that is used again', () => {
  const read = (line: string, spare?: Request): Request =>
    parseCommandLine(Buffer.from(line, 'latin1'), 0, line.length, 1000, spare);

  it('is as one that was made anew, whatever it was before', () => {
    const before = read('set k 1 2 3 noreply');
    const other = new Set<unknown>(['protocol', 'command', 'line', 'answerForm']);
    // Nothing that a parser, pairing or a listener could leave behind.
    for (const field of Object.keys(before)) if (!other.has(field)) Object.assign(before, { [field]: 'left behind' });
    for (const line of ['get k', 'get k l', 'set k 1 2 3', 'delete k', 'mg k v q', 'cas k 0 0 3 99 noreply']) {
      assert.equal(read(line, before), before);
      assert.deepEqual(before, read(line));
    }
  });

  it('is read of a plain get as of any other retrieval', () => {
    for (const key of ['k', 'user:1:name', '\x01\xff', 'k'.repeat(250)]) {
      const { answerForm, ...one } = read(`get ${key}`);
      const { answerForm: form, ...other } = read(`gets ${key}`);
      assert.equal(answerForm, form);
      assert.deepEqual({ ...one, command: 'gets', line: `gets ${key}` }, other);
    }
  });
});
