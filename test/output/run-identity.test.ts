import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { describe, it } from 'node:test';
import { identityOfCapture, liveIdentity } from '../../src/output/run-identity.ts';
import { capturedPacket } from '../support/captured-packet.ts';

const bytes = Buffer.from('the first packet');

describe('identityOfCapture', () => {
  it('is the same for the same packet, wherever it lies in a buffer', () => {
    const { run, host } = identityOfCapture(capturedPacket(bytes));
    assert.match(run, /^[0-9a-f]{12}$/);
    assert.equal(host, undefined);
    const moved = { ...capturedPacket(Buffer.concat([bytes, bytes])), start: bytes.length };
    assert.equal(identityOfCapture({ ...moved, originalLength: bytes.length }).run, run);
  });

  it('is another one for other bytes, another time, another length, and no packet', () => {
    const packet = capturedPacket(bytes);
    const others = [
      packet,
      capturedPacket(Buffer.from('the first packeT')),
      { ...packet, seconds: packet.seconds + 1 },
      { ...packet, nanoseconds: packet.nanoseconds + 1 },
      { ...packet, originalLength: packet.originalLength + 1 },
      undefined,
    ];
    assert.equal(new Set(others.map((other) => identityOfCapture(other).run)).size, others.length);
  });
});

describe('liveIdentity', () => {
  it('is another one for each run, and names the host', () => {
    const [one, other] = [liveIdentity(), liveIdentity()];
    assert.match(one.run, /^[0-9a-f]{12}$/);
    assert.notEqual(one.run, other.run);
    assert.equal(one.host, hostname());
  });
});
