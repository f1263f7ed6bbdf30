import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeTcpSegment, TcpSegment, TcpStatus } from '../../../protocols/tcp/segment.ts';
import { tcp } from '../../support/headers.ts';

const source = { address: '10.0.0.1', port: 46103 };
const destination = { address: '10.0.0.2', port: 11211 };
const out = new TcpSegment();

test('reads every field', () => {
  const fields = { source, destination, seq: 0xfffffff0, ack: 0x80000001, flags: 'PU.', window: 65535, urgent: 3 };
  const bytes = tcp(Buffer.from('quit\r\n'), { ...fields, options: [{ kind: 'nop' }] });
  assert.equal(decodeTcpSegment(bytes, 0, bytes.length, bytes.length, out), TcpStatus.ok);
  assert.deepEqual(
    { ...out },
    {
      sourcePort: 46103,
      destinationPort: 11211,
      sequence: 0xfffffff0 | 0,
      acknowledgment: 0x80000001 | 0,
      flags: 0x38,
      window: 65535,
      checksum: bytes.readUInt16BE(16),
      urgentPointer: 3,
      headerStart: 0,
      headerLength: 24,
      payloadStart: 24,
      payloadEnd: 30,
      payloadLength: 6,
    },
  );
});

test('says how much a truncated segment claims', () => {
  const bytes = tcp(Buffer.from('quit\r\n'), { source, destination, seq: 1, flags: '.' });
  assert.equal(decodeTcpSegment(bytes, 0, 22, bytes.length, out), TcpStatus.ok);
  assert.deepEqual([out.payloadStart, out.payloadEnd, out.payloadLength], [20, 22, 6]);
});

test('takes a segment whose options were cut for one without captured payload', () => {
  const bytes = tcp(Buffer.from('quit\r\n'), { source, destination, seq: 1, flags: '.', options: [{ kind: 'nop' }] });
  assert.equal(decodeTcpSegment(bytes, 0, 21, bytes.length, out), TcpStatus.ok);
  assert.deepEqual([out.payloadStart, out.payloadEnd, out.payloadLength], [21, 21, 6]);
});

test('refuses cut and contradictory headers', () => {
  const bytes = tcp(Buffer.alloc(4), { source, destination, seq: 1, flags: '.' });
  for (let end = 0; end < 20; end++) assert.equal(decodeTcpSegment(bytes, 0, end, 24, out), TcpStatus.truncated);
  for (const headerWords of [0, 4, 7, 15]) {
    const bad = tcp(Buffer.alloc(4), { source, destination, seq: 1, flags: '.', headerWords });
    assert.equal(decodeTcpSegment(bad, 0, 24, 24, out), TcpStatus.malformed);
  }
});
