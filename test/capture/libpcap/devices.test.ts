import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { deviceText } from '../../../src/capture/device.ts';
import { isDeviceUp, libpcapDevices } from '../../../src/capture/libpcap/devices.ts';
import { loadLibpcap } from '../../../src/capture/libpcap/library.ts';

const libpcap = loadLibpcap();

test('devices are those that tcpdump -D lists, in its words', () => {
  const { stdout } = spawnSync('tcpdump', ['-D'], { encoding: 'utf8' });
  const lines = libpcapDevices(libpcap).map(
    (device, index) => `${index + 1}.${deviceText({ ...device, addresses: [] })}\n`,
  );
  assert.equal(lines.join(''), stdout);
});

test('devices have the addresses that the system has', () => {
  const devices = libpcapDevices(libpcap);
  for (const [name, list] of Object.entries(networkInterfaces())) {
    const found = devices.find((device) => device.name === name)?.addresses;
    assert.deepEqual(found?.toSorted(), list?.map(({ address }) => address).toSorted(), name);
  }
});

test('a device is up, or it is not there', () => {
  assert.equal(isDeviceUp(libpcap, 'lo'), true);
  assert.equal(isDeviceUp(libpcap, 'nosuch0'), false);
});
