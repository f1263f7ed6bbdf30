import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Datagram } from '../../../protocols/datagram.ts';
import { decodeIpv6 } from '../../../protocols/ip/ipv6.ts';
import { type ExtensionHeader, IpProtocol, ipv6 } from '../../support/headers.ts';

const addresses = { source: '2001:db8::1', destination: 'fe80::2' };
const out = new Datagram();

function decode(extensions: readonly ExtensionHeader[], cut = 0, payloadLength?: number): boolean {
  const length = payloadLength === undefined ? {} : { payloadLength };
  const bytes = ipv6(Buffer.alloc(12), { ...addresses, extensions, ...length });
  out.networkStart = 0;
  out.networkEnd = bytes.length - cut;
  out.networkLength = bytes.length;
  return decodeIpv6(bytes, out);
}

const eightBytes = Buffer.from([0, 1, 4, 0, 0, 0, 0]);
const hopByHop = { protocol: IpProtocol.hopByHop, body: eightBytes };
const destination = { protocol: IpProtocol.destinationOptions, body: eightBytes };

function fragment(offset: number, more: boolean): ExtensionHeader {
  const body = Buffer.from([0, 0, 0, 0, 0, 0, 9]);
  body.writeUInt16BE(offset | (more ? 1 : 0), 1);
  return { protocol: IpProtocol.fragment, body };
}

test('reads addresses and payload', () => {
  assert.equal(decode([]), true);
  assert.deepEqual([out.source0, out.source1, out.source2, out.source3], [0x20010db8, 0, 0, 1]);
  assert.deepEqual([out.destination0, out.destination3], [0xfe800000 | 0, 2]);
  assert.deepEqual([out.protocol, out.payloadStart, out.payloadLength], [6, 40, 12]);
});

test('walks extension headers', () => {
  assert.equal(decode([hopByHop, destination]), true);
  assert.deepEqual([out.protocol, out.payloadStart, out.payloadEnd, out.payloadLength], [6, 56, 68, 12]);
  assert.equal(out.fragmented, false);
});

test('reads fragments, and knows that a lone one is none', () => {
  assert.equal(decode([fragment(0, true)]), true);
  assert.deepEqual([out.fragmented, out.moreFragments, out.fragmentOffset, out.identification], [true, true, 0, 9]);
  assert.equal(decode([fragment(1232, false)]), true);
  assert.deepEqual([out.fragmented, out.moreFragments, out.fragmentOffset], [true, false, 1232]);
  assert.equal(decode([fragment(0, false)]), true);
  assert.equal(out.fragmented, false);
});

test('says false where an extension header is cut or too long', () => {
  assert.equal(decode([hopByHop], 12 + 1), false);
  assert.equal(decode([{ protocol: IpProtocol.hopByHop, body: Buffer.from([9, 1, 4, 0, 0, 0, 0]) }]), false);
  assert.equal(decode([hopByHop], 0, 4), false);
});

test('bounds a jumbogram by its frame', () => {
  assert.equal(decode([hopByHop], 0, 0), true);
  assert.equal(out.payloadLength, 12);
});
