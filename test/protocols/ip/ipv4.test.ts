import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Datagram } from '../../../protocols/datagram.ts';
import { decodeIpv4 } from '../../../protocols/ip/ipv4.ts';
import { type Ipv4Fields, ipv4 } from '../../support/headers.ts';

const addresses = { source: '10.8.34.13', destination: '192.168.255.1' };
const out = new Datagram();

function decode(fields: Partial<Ipv4Fields>, payload = Buffer.alloc(16)): boolean {
  const bytes = ipv4(payload, { ...addresses, ...fields });
  out.networkStart = 0;
  out.networkEnd = bytes.length;
  out.networkLength = bytes.length;
  return decodeIpv4(bytes, out);
}

test('reads addresses, protocol and payload', () => {
  assert.equal(decode({ protocol: 17 }), true);
  assert.equal(out.source3, 0x0a08220d);
  assert.equal(out.destination3, 0xc0a8ff01 | 0);
  assert.equal(out.protocol, 17);
  assert.equal(out.payloadStart, 20);
  assert.equal(out.payloadEnd, 36);
  assert.equal(out.fragmented, false);
});

test('skips options', () => {
  assert.equal(decode({ options: Buffer.from([148, 4, 0, 0, 1, 0]) }), true);
  assert.equal(out.payloadStart, 28);
  assert.equal(out.payloadLength, 16);
});

test('reads fragments', () => {
  assert.equal(decode({ moreFragments: true, id: 77 }), true);
  assert.deepEqual([out.fragmented, out.moreFragments, out.fragmentOffset, out.identification], [true, true, 0, 77]);
  assert.equal(decode({ fragmentOffset: 1480 }), true);
  assert.deepEqual([out.fragmented, out.moreFragments, out.fragmentOffset], [true, false, 1480]);
});

test('takes the length of the frame where the sender left it to its network card', () => {
  assert.equal(decode({ totalLength: 0 }), true);
  assert.equal(out.payloadLength, 16);
});

test('refuses headers that contradict themselves', () => {
  assert.equal(decode({ headerWords: 4 }), false);
  assert.equal(decode({ headerWords: 15 }), false);
  assert.equal(decode({ totalLength: 19 }), false);
});
