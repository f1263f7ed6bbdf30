import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Datagram } from '../../protocols/datagram.ts';
import { dissect } from '../../protocols/dissect.ts';
import { LinkType } from '../../protocols/packet.ts';
import { capturedPacket } from '../support/captured-packet.ts';
import { ethernet, ipv4, ipv6, linuxCooked, linuxCooked2, loopback } from '../support/headers.ts';

const payload = Buffer.from('get a\r\n');
const v4 = ipv4(payload, { source: '10.0.0.1', destination: '10.0.0.2' });
const v6 = ipv6(payload, { source: '::1', destination: 'fe80::2' });
const out = new Datagram();

function payloadOf(bytes: Buffer): string {
  return bytes.toString('latin1', out.payloadStart, out.payloadEnd);
}

const wrappings: readonly [name: string, linkType: number, wrap: (datagram: Buffer) => Buffer][] = [
  ['Ethernet', LinkType.ethernet, (datagram) => ethernet(datagram)],
  ['802.1Q', LinkType.ethernet, (datagram) => ethernet(datagram, { vlans: [{ id: 7 }] })],
  ['QinQ', LinkType.ethernet, (datagram) => ethernet(datagram, { vlans: [{ type: 0x88a8, id: 1 }, { id: 7 }] })],
  ['Linux cooked v1', LinkType.linuxCooked, (datagram) => linuxCooked(datagram)],
  ['Linux cooked v2', LinkType.linuxCooked2, (datagram) => linuxCooked2(datagram)],
  ['NULL', LinkType.null, (datagram) => loopback(datagram)],
  ['NULL from a machine of the other byte order', LinkType.null, (datagram) => loopback(datagram, { bigEndian: true })],
  ['LOOP', LinkType.loop, (datagram) => loopback(datagram, { bigEndian: true })],
  ['raw', LinkType.raw, (datagram) => datagram],
];

for (const [name, linkType, wrap] of wrappings) {
  test(`finds IPv4 and IPv6 in ${name}`, () => {
    for (const [datagram, family] of [
      [v4, 4],
      [v6, 6],
    ] as const) {
      const bytes = wrap(datagram);
      assert.equal(dissect(capturedPacket(bytes, { linkType }), out), true);
      assert.equal(out.family, family);
      assert.equal(out.protocol, 6);
      assert.equal(payloadOf(bytes), 'get a\r\n');
      assert.equal(out.payloadLength, payload.length);
    }
  });

  test(`says false for ${name} cut anywhere in its headers`, () => {
    const bytes = wrap(v4);
    for (let end = 0; end < bytes.length - payload.length; end++) {
      assert.equal(dissect(capturedPacket(bytes, { end, linkType }), out), false, `cut at ${end}`);
      assert.equal(out.family, 0);
    }
  });
}

test('finds a packet inside a larger buffer', () => {
  const frame = ethernet(v4);
  const bytes = Buffer.concat([Buffer.alloc(5, 0x45), frame, Buffer.alloc(9, 0x45)]);
  const packet = capturedPacket(bytes, { start: 5, end: 5 + frame.length, originalLength: frame.length });
  assert.equal(dissect(packet, out), true);
  assert.equal(payloadOf(bytes), 'get a\r\n');
});

test('ends the payload at the IP length, not at the padding', () => {
  const bytes = ethernet(v4, { padTo: 60 });
  assert.equal(dissect(capturedPacket(bytes), out), true);
  assert.equal(payloadOf(bytes), 'get a\r\n');
});

test('keeps what is there of a truncated packet, and what was claimed', () => {
  const bytes = ethernet(v4);
  const packet = capturedPacket(bytes, { end: bytes.length - 3 });
  assert.equal(dissect(packet, out), true);
  assert.equal(payloadOf(bytes), 'get ');
  assert.equal(out.payloadLength, 7);
});

test('finds IP behind LLC, directly and under SNAP', () => {
  for (const llc of [
    [6, 6, 3],
    [0xaa, 0xaa, 3, 0, 0, 0, 8, 0],
  ]) {
    const body = Buffer.concat([Buffer.from(llc), v4]);
    const bytes = ethernet(Buffer.concat([body, Buffer.alloc(4)]), { etherType: body.length });
    assert.equal(dissect(capturedPacket(bytes), out), true);
    assert.equal(payloadOf(bytes), 'get a\r\n');
  }
});

test('says false for what is no IP', () => {
  assert.equal(dissect(capturedPacket(ethernet(v4, { etherType: 0x0806 })), out), false);
  assert.equal(dissect(capturedPacket(ethernet(v4, { etherType: 100 })), out), false);
  assert.equal(dissect(capturedPacket(Buffer.from([0x55]), { linkType: LinkType.raw }), out), false);
  assert.equal(dissect(capturedPacket(v4, { linkType: 147 }), out), false);
});
