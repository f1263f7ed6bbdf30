import assert from 'node:assert/strict';
import { isIPv6 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressOf, addressText, endpointText } from '../../protocols/address.ts';

test('IPv4', () => {
  assert.equal(addressText(4, 0, 0, 0, 0x0a08220d), '10.8.34.13');
  assert.equal(endpointText(4, 0, 0, 0, 0xffffffff, 46103), '255.255.255.255:46103');
});

test('IPv6 in its canonical form', () => {
  assert.equal(endpointText(6, 0, 0, 0, 1, 11211), '[::1]:11211');
  assert.equal(addressText(6, 0, 0, 0, 0), '::');
  assert.equal(addressText(6, 0xfe800000, 0, 0, 0), 'fe80::');
  assert.equal(addressText(6, 0x20010db8, 0, 0x00010000, 0x00000001), '2001:db8::1:0:0:1');
  assert.equal(addressText(6, 0x20010db8, 0x00000001, 0x00010001, 0x00010001), '2001:db8:0:1:1:1:1:1');
  assert.equal(addressText(6, 0, 0, 0xffff, 0x7f000001), '::ffff:127.0.0.1');
});

test('IPv6 agrees with the URL parser', () => {
  const word = fc.oneof(fc.constantFrom(0, 1, 0x10000, 0xffff), fc.integer({ min: 0, max: 0xffffffff }));
  fc.assert(
    fc.property(word, word, word, word, (a, b, c, d) => {
      const text = addressText(6, a, b, c, d);
      assert.ok(isIPv6(text));
      if (!text.includes('.')) assert.equal(new URL(`http://[${text}]/`).hostname, `[${text}]`);
    }),
  );
});

test('the address of an endpoint has no port and no brackets', () => {
  for (const [family, address] of [
    [4, '10.8.34.13'],
    [6, '::1'],
  ] as const) {
    const last = family === 4 ? 0x0a08220d : 1;
    assert.equal(addressOf(endpointText(family, 0, 0, 0, last, 11211)), address);
  }
});
