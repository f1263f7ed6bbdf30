import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionInfo } from '../protocols/protocol.ts';
import { Transaction } from '../protocols/transaction.ts';
import { globToRegExp, Selection, type SelectionConditions } from '../src/selection.ts';

const connection = { client: '[fe80::1]:40000' } as ConnectionInfo;

function transaction(): Transaction {
  const made = new Transaction('text', 'get', 'get a user:5');
  made.keys = ['a', 'user:5'];
  made.status = 'miss';
  made.requestUs = 1000;
  made.answerUs = 6000;
  return made;
}

function matches(conditions: SelectionConditions): boolean {
  return new Selection(conditions).matches(connection, transaction());
}

describe('Selection', () => {
  it('meets every condition', () => {
    assert.ok(matches({ commands: new Set(['get']), key: 'user:*', statuses: new Set(['miss']), slowerThanUs: 4999 }));
    assert.ok(!matches({ commands: new Set(['set']) }));
    assert.ok(!matches({ key: 'user' }));
    assert.ok(!matches({ statuses: new Set(['hit']) }));
    assert.ok(!matches({ slowerThanUs: 5000 }));
  });

  it('knows a client with and without its port', () => {
    for (const client of ['fe80::1', '[fe80::1]', '[fe80::1]:40000']) assert.ok(matches({ client }), client);
    for (const client of ['fe80::2', '[fe80::1]:40001', 'fe80']) assert.ok(!matches({ client }), client);
  });

  it('shows a request only where its answer has no say', () => {
    assert.ok(new Selection({ key: 'a' }).matchesRequest(connection, transaction()));
    assert.ok(!new Selection({ key: 'a', statuses: new Set(['miss']) }).matchesRequest(connection, transaction()));
  });
});

describe('globToRegExp', () => {
  it('takes time that grows with the length of a hostile key, not with a power of it', () => {
    const pattern = globToRegExp('*:*:*:*:*:*:x');
    assert.equal(pattern.test(':'.repeat(65_535)), false);
    assert.equal(pattern.test(`${':'.repeat(65_535)}x`), true);
  });

  const cases: readonly [string, string, boolean][] = [
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*c', 'a/b\nc', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a[bx]c', 'axc', true],
    ['a[!bx]c', 'axc', false],
    ['a[0-9]', 'a7', true],
    ['a.c', 'abc', false],
    ['a.c', 'xa.cx', false],
    ['(a|b)$', '(a|b)$', true],
    ['a[b', 'a[b', true],
    ['é', '\xc3\xa9', true],
  ];
  for (const [glob, key, expected] of cases) {
    it(`${glob} ${expected ? 'matches' : 'does not match'} ${JSON.stringify(key)}`, () => {
      assert.equal(globToRegExp(glob).test(key), expected);
    });
  }
});
