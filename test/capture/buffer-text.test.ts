import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bufferText } from '../../src/capture/buffer-text.ts';

const options = { device: 'lo', filter: '', snapLength: 0, promiscuous: true };

test('the buffer is told in packets, which lie tightly packed with libpcap and tcpdump', () => {
  const text = 'kernel buffer of 65536 KiB, room for about 349525 packets of 100 bytes or 41943 of 1514';
  assert.equal(bufferText('libpcap', options, 'linux'), text);
  assert.equal(bufferText('tcpdump', options, 'linux'), text);
});

test('a snapshot length makes room for more of the long ones', () => {
  const text = bufferText('libpcap', { ...options, bufferKibibytes: 1024, snapLength: 100 }, 'linux');
  assert.equal(text, 'kernel buffer of 1024 KiB, room for about 5461 packets of 100 bytes or 5461 of 1514');
});

test('the cap engine has slots, each for one packet of any size', () => {
  assert.equal(bufferText('cap', options, 'linux'), 'kernel buffer of 65536 KiB, room for 1023 packets');
});

test('of other systems only the size is known', () => {
  assert.equal(bufferText('libpcap', { ...options, bufferKibibytes: 512 }, 'darwin'), 'kernel buffer of 512 KiB');
});
