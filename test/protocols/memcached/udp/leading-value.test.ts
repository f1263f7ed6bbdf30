import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UdpFrame } from '../../../../protocols/memcached/udp/frame.ts';
import { leadingValue } from '../../../../protocols/memcached/udp/leading-value.ts';

function startsWith(text: string): ReturnType<typeof leadingValue> {
  const bytes = Buffer.from(text, 'latin1');
  return leadingValue(Object.assign(new UdpFrame(), { bytes, start: 0, end: bytes.length, length: bytes.length }));
}

test('a value of the text protocol: its key, and its length with its line', () => {
  assert.deepEqual(startsWith('VALUE key 0 10\r\n01'), { key: 'key', length: 'VALUE key 0 10\r\n'.length + 12 });
  assert.deepEqual(startsWith('VALUE key 0 1 99\r\n'), { key: 'key', length: 'VALUE key 0 1 99\r\n'.length + 3 });
  assert.deepEqual(startsWith('VA 3 kfoo\r\nabc\r\n'), { key: '', length: 'VA 3 kfoo\r\nabc\r\n'.length });
});

test('a binary answer: its body follows its header', () => {
  assert.deepEqual(startsWith(`\x81${'\0'.repeat(10)}\x07${'\0'.repeat(12)}`), { key: '', length: 24 + 7 });
});

test('anything else is none', () => {
  for (const text of ['', 'END\r\n', 'VALUE', 'VALUE key 0 10', 'VALUE key 0 x\r\n', 'VA -1\r\n', '\x81\0\0']) {
    assert.equal(startsWith(text), undefined, text);
  }
  assert.equal(startsWith(`VALUE ${'k'.repeat(600)} 0 1\r\n`), undefined);
});
