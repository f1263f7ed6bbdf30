import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CaptureError } from '../../src/capture/capture-error.ts';
import { readChunk } from '../../src/capture/capture-reader.ts';
import { PcapReader } from '../../src/capture/pcap-reader.ts';
import { Random } from '../support/random.ts';
import { collector, read, readInto } from './collect.ts';
import { pcapFile, type TestPacket } from './pcap-files.ts';

const packets: TestPacket[] = [
  { data: Buffer.from('0102030405', 'hex'), seconds: 1_343_114_620, nanoseconds: 25_373_000 },
  { data: Buffer.alloc(0), originalLength: 60, seconds: 1_343_114_621, nanoseconds: 0 },
  { data: Buffer.alloc(97, 7), originalLength: 1514, seconds: 0xffff_ffff, nanoseconds: 999_999_000 },
];

const kept = packets.map(({ data, originalLength, seconds, nanoseconds }, index) => ({
  data: data.toString('hex'),
  originalLength: originalLength ?? data.length,
  seconds,
  nanoseconds,
  linkType: 1,
  number: index + 1,
}));

test('both byte orders and both resolutions give the same packets', () => {
  for (const bigEndian of [false, true]) {
    for (const nanoseconds of [false, true]) {
      const found = read(pcapFile(packets, { bigEndian, nanoseconds, snapLength: 1000 }));
      assert.deepEqual(found.packets, kept);
      assert.deepEqual(found.infos, [{ format: 'pcap', linkType: 1, snapLength: 1000, nanoseconds }]);
    }
  }
});

test('every split of a file gives the same packets', () => {
  const file = pcapFile(packets);
  for (let first = 4; first < file.length; first++) {
    assert.deepEqual(read(file, [first]).packets, kept, `split at ${first}`);
  }
  const everyByte = Array.from({ length: file.length - 4 }, (_, index) => index + 4);
  assert.deepEqual(read(file, everyByte).packets, kept);
  const random = new Random(1);
  for (let round = 0; round < 200; round++) {
    const cuts = [random.below(file.length), random.below(file.length), random.below(file.length)].filter(
      (cut) => cut >= 4,
    );
    assert.deepEqual(
      read(
        file,
        cuts.sort((a, b) => a - b),
      ).packets,
      kept,
      `split at ${cuts}`,
    );
  }
});

test('a file cut anywhere gives the packets before the cut and says where it ends', () => {
  const file = pcapFile(packets);
  const starts = [24, 45, 61, file.length];
  for (let length = 4; length < file.length; length++) {
    const found = collector();
    const whole = starts.filter((start) => start <= length).length - 1;
    const atStart = starts.includes(length);
    if (atStart) readInto(file.subarray(0, length), found);
    else {
      assert.throws(
        () => readInto(file.subarray(0, length), found),
        (error) => {
          assert.ok(error instanceof CaptureError);
          if (length < 24) return /ends in its pcap header/.test(error.message);
          assert.equal(error.offset, starts[whole]);
          assert.equal(error.packet, whole + 1);
          return error.message.includes(
            `in the middle of packet ${whole + 1}, which begins at byte offset ${starts[whole]}`,
          );
        },
      );
    }
    assert.deepEqual(found.packets, kept.slice(0, Math.max(whole, 0)), `cut at ${length}`);
  }
});

test('a claimed length that no packet can have is damage, and nothing is allocated for it', () => {
  for (const claimed of [262_145, 0x7fff_ffff, 0xffff_ffff]) {
    const file = pcapFile(packets);
    file.writeUInt32LE(claimed, 45 + 8);
    const found = collector();
    assert.throws(
      () => readInto(file, found),
      (error) =>
        error instanceof CaptureError && error.offset === 45 && error.packet === 2 && /damaged/.test(error.message),
    );
    assert.equal(found.packets.length, 1);
  }
});

test('damage in any byte is an error or other packets, never anything else', () => {
  const file = pcapFile(packets);
  for (let at = 0; at < file.length; at++) {
    for (const value of [0, 0x7f, 0xff]) {
      const damaged = Buffer.from(file);
      damaged[at] = value;
      try {
        read(damaged);
      } catch (error) {
        assert.ok(error instanceof CaptureError, `byte ${at}: ${error}`);
      }
    }
  }
});

test('a packet longer than the snapshot length is cut there, as libpcap does', () => {
  const [, , last] = read(pcapFile(packets, { snapLength: 10 })).packets;
  assert.equal(last?.data, '07'.repeat(10));
  assert.equal(last?.originalLength, 1514);
});

test('a snapshot length of 0 means no limit', () => {
  assert.equal(read(pcapFile(packets, { snapLength: 0 })).infos[0]?.snapLength, 262_144);
});

test("Kuznetzov's modified format has longer record headers", () => {
  const { packets: found } = read(pcapFile(packets, { magic: 0xa1b2cd34 }));
  assert.deepEqual(found, kept);
});

test('the upper bits of the link type tell the frame check sequence, raw IP has two numbers', () => {
  assert.equal(read(pcapFile([], { linkType: 0x5400_0001 })).infos[0]?.linkType, 1);
  assert.equal(read(pcapFile([], { linkType: 12 })).infos[0]?.linkType, 101);
});

test('versions before 2.3 have the lengths the other way round; newer ones are refused', () => {
  assert.deepEqual(read(pcapFile(packets, { version: [2, 2] })).packets, kept);
  assert.deepEqual(read(pcapFile(packets, { version: [2, 3] })).packets, kept);
  assert.throws(() => read(pcapFile(packets, { version: [3, 0] })), /version 3.0 is not supported/);
});

test('a time with more than a second of fraction is carried', () => {
  const file = pcapFile(packets);
  file.writeUInt32LE(2_500_000, 24 + 4);
  const [first] = read(file).packets;
  assert.equal(first?.seconds, 1_343_114_622);
  assert.equal(first?.nanoseconds, 500_000_000);
});

test('stop() ends it after the packet being handled', () => {
  const file = pcapFile(packets);
  for (const cut of [file.length, 50, 70]) {
    let count = 0;
    const reader = new PcapReader({
      begin: () => undefined,
      packet: () => {
        if (++count === 2) reader.stop();
      },
    });
    readChunk(reader, file.subarray(0, cut));
    readChunk(reader, file.subarray(cut));
    reader.end();
    assert.equal(count, 2);
  }
});
