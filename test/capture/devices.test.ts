import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { linkTypeOfCap } from '../../src/capture/cap-package.ts';
import { deviceText } from '../../src/capture/device.ts';
import { defaultInterface, listDevices } from '../../src/capture/devices.ts';
import { describeLinkType } from '../../src/capture/link-types.ts';
import { packetClock } from '../../src/capture/packet-clock.ts';
import { tcpdumpArguments } from '../../src/capture/tcpdump-arguments.ts';
import { tcpdumpStatistics } from '../../src/capture/tcpdump-report.ts';
import { wireLength } from '../../src/capture/wire-length.ts';

test('devices are listed with their flags and the addresses that the system has', () => {
  const lines = listDevices();
  const loopback = lines.find((line) => /^\d+\.lo \[/.test(line)) ?? '';
  assert.match(loopback, /^\d+\.lo \[Up, Running, Loopback\] 127\.0\.0\.1/);
  assert.ok(lines.some((line) => /^\d+\.any \(.+\) \[Up, Running\]$/.test(line)));
  for (const { address } of Object.values(networkInterfaces()).flatMap((list) => list ?? []))
    assert.ok(lines.join('\n').includes(address), address);
});

test('a device without flags, description and addresses', () => {
  assert.equal(deviceText({ name: 'ifb0', flags: [], addresses: [] }), 'ifb0 [none]');
});

test('the default interface is any on Linux', () => {
  assert.equal(defaultInterface('linux'), 'any');
  assert.notEqual(defaultInterface('darwin'), 'lo');
});

test('link types by the names of cap, by number, and as tcpdump prints them', () => {
  assert.equal(linkTypeOfCap('ETHERNET'), 1);
  assert.equal(linkTypeOfCap('Unknown linktype 276'), 276);
  assert.equal(linkTypeOfCap('Unknown linktype 12'), 101);
  assert.throws(() => linkTypeOfCap('TOKEN RING'), /not known: TOKEN RING/);
  assert.equal(describeLinkType(1), 'EN10MB (Ethernet)');
  assert.equal(describeLinkType(276), 'LINUX_SLL2 (Linux cooked v2)');
  assert.equal(describeLinkType(999), '999');
});

test('the wire length of a packet that fills the buffer comes from its IP header', () => {
  const ethernet = Buffer.alloc(100);
  ethernet.writeUInt16BE(0x0800, 12);
  ethernet.writeUInt16BE(65_535, 16);
  assert.equal(wireLength(ethernet, 65_535, 1), 65_549);
  ethernet.writeUInt16BE(0x86dd, 12);
  ethernet.writeUInt16BE(65_500, 18);
  assert.equal(wireLength(ethernet, 65_535, 1), 65_554);
  assert.equal(wireLength(ethernet, 65_535, 127), 65_535);
  assert.equal(wireLength(ethernet, 10, 1), 10);
});

test("tcpdump's exit report is read as far as it goes", () => {
  const report = '12 packets captured\n30 packets received by filter\n1 packet dropped by kernel\n';
  assert.deepEqual(tcpdumpStatistics(report), { captured: 12, received: 30, dropped: 1 });
  const asked = 'tcpdump: 5 packets captured, 9 packets received by filter, 0 packets dropped by kernel\n';
  assert.deepEqual(tcpdumpStatistics(asked + report), { captured: 12, received: 30, dropped: 1 });
  assert.deepEqual(tcpdumpStatistics('5 packets dropped by interface'), { droppedByInterface: 5 });
  assert.deepEqual(tcpdumpStatistics('tcpdump: listening on lo'), {});
});

test('options reach tcpdump', () => {
  const args = tcpdumpArguments({
    device: 'lo',
    filter: 'tcp port 1',
    snapLength: 96,
    bufferKibibytes: 512,
    promiscuous: false,
  }).join(' ');
  assert.match(args, /^-i lo -n -w - -U .* -s 96 -B 512 -p -- tcp port 1$/);
});

test('unless told otherwise tcpdump keeps the largest IP packet whole, with any link header', () => {
  const options = { device: 'lo', filter: '', snapLength: 0, promiscuous: true };
  const args = tcpdumpArguments(options);
  const linuxCooked2HeaderLength = 20;
  assert.ok(Number(args[args.indexOf('-s') + 1]) >= 65_535 + linuxCooked2HeaderLength);
});

test('the clock of packets is the wall clock', () => {
  const clock = packetClock();
  const before = Date.now();
  const now = clock.now() / 1000;
  assert.ok(now > before - 2 && now < Date.now() + 2);
  clock.follow();
  assert.ok(Number.isInteger(clock.now()));
});
