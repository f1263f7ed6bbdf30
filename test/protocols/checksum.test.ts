import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addChecksum, expectedChecksum, foldChecksum } from '../../protocols/checksum.ts';

test('computes the example of RFC 1071 §3', () => {
  const bytes = Buffer.from([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]);
  assert.equal(foldChecksum(addChecksum(0, bytes, 0, bytes.length)), 0xffff - 0xddf2);
});

test('counts an odd last byte as the upper half of a word', () => {
  assert.equal(addChecksum(0, Buffer.from([0x12, 0x34, 0x56]), 0, 3), 0x1234 + 0x5600);
});

test('says what a wrong field should hold', () => {
  const bytes = Buffer.from([0x45, 0x00, 0x12, 0x34, 0xab, 0xcd]);
  const computed = foldChecksum(addChecksum(0, bytes, 0, bytes.length));
  bytes.writeUInt16BE(expectedChecksum(0x1234, computed), 2);
  assert.equal(foldChecksum(addChecksum(0, bytes, 0, bytes.length)), 0);
});
