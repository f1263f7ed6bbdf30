import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeUdp, UdpDatagram, UdpStatus } from '../../protocols/udp.ts';
import { udp } from '../support/headers.ts';

const source = { address: '10.0.0.1', port: 50000 };
const destination = { address: '10.0.0.2', port: 11211 };
const out = new UdpDatagram();

test('reads ports and payload, whole and truncated', () => {
  const bytes = udp(Buffer.from('stats\r\n'), { source, destination });
  assert.equal(decodeUdp(bytes, 0, bytes.length, bytes.length, out), UdpStatus.ok);
  assert.deepEqual([out.sourcePort, out.destinationPort], [50000, 11211]);
  assert.deepEqual([out.payloadStart, out.payloadEnd, out.payloadLength], [8, 15, 7]);
  assert.equal(decodeUdp(bytes, 0, 10, bytes.length, out), UdpStatus.ok);
  assert.deepEqual([out.payloadStart, out.payloadEnd, out.payloadLength], [8, 10, 7]);
});

test('ends the payload at its own length', () => {
  const bytes = udp(Buffer.alloc(10), { source, destination, length: 12 });
  assert.equal(decodeUdp(bytes, 0, bytes.length, bytes.length, out), UdpStatus.ok);
  assert.deepEqual([out.payloadEnd, out.payloadLength], [12, 4]);
});

test('refuses cut and contradictory headers', () => {
  const bytes = udp(Buffer.alloc(10), { source, destination });
  assert.equal(decodeUdp(bytes, 0, 7, bytes.length, out), UdpStatus.truncated);
  for (const length of [0, 7, 19]) {
    const bad = udp(Buffer.alloc(10), { source, destination, length });
    assert.equal(decodeUdp(bad, 0, bad.length, bad.length, out), UdpStatus.malformed);
  }
});
