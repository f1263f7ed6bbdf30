import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { KeyNames } from '../../src/redaction/key-names.ts';
import { patternOf } from '../../src/statistics/key-pattern.ts';

const salt = 'pepper';
const hash = (text: string): string =>
  createHash('sha256').update(`${salt}${text}`, 'latin1').digest('hex').slice(0, 8);

describe('KeyNames', () => {
  const uuid = '123e4567-e89b-12d3-a456-426614174000';
  const token = 'aB3dE5gH7jK9mN1pQ3sT5';
  const cases: readonly (readonly [string, string])[] = [
    ['user:8123:profile', `user:${hash('8123')}:profile`],
    ['a1b22', `a${hash('1')}b${hash('22')}`],
    [`s/${uuid}/x`, `s/${hash(uuid)}/x`],
    ['ip-10.0.0.1-x', `ip-${hash('10.0.0.1')}-x`],
    ['user:2001:db8::1', `user:${hash('2001:db8::1')}`],
    ['page#deadbeef1', `page#${hash('deadbeef1')}`],
    [`t:${token}`, `t:${hash(token)}`],
    ['config', hash('config')],
    ['\xff\x01', hash('\xff\x01')],
  ];
  for (const [key, name] of cases) {
    it(`calls ${JSON.stringify(key)} ${name}`, () => {
      const names = new KeyNames(salt);
      assert.equal(names.nameOf(key), name);
      assert.equal(names.nameOf(key), name);
      const pattern = patternOf(key);
      assert.equal(names.patternOf(name), pattern === key ? name : pattern);
    });
  }

  it('has other names in each run without a salt', () => {
    assert.notEqual(new KeyNames(undefined).nameOf('a'), new KeyNames(undefined).nameOf('a'));
  });
});
