import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { CaptureError } from '../../src/capture/capture-error.ts';
import { collector, read, readInto } from './collect.ts';
import { PcapngBlocks } from './pcap-files.ts';

const resolution = 9;
const offset = 14;
const data = Buffer.from('00112233445566', 'hex');

/** A file with one of everything, in one byte order. */
function sample(bigEndian: boolean): Buffer {
  const make = new PcapngBlocks(bigEndian);
  return Buffer.concat([
    make.section(),
    make.block(0x0bad, Buffer.from('an unknown block')),
    make.interface(1, 96),
    make.interface(113, 0, [make.option(2, Buffer.from('any')), make.option(resolution, Buffer.from([9]))]),
    make.interface(101, 65_535, [make.option(resolution, Buffer.from([0x80 | 10]))]),
    make.enhanced(0, 1_343_114_620_025_373n, data),
    make.enhanced(1, 1_343_114_620_025_373_123n, data, 1514),
    make.packet(2, 1_343_114_620n * 1024n + 512n, data),
    make.simple(data.subarray(0, 5)),
    make.simple(Buffer.alloc(96, 1), 200),
    make.block(5, Buffer.alloc(12)),
  ]);
}

const times = [
  [1_343_114_620, 25_373_000],
  [1_343_114_620, 25_373_123],
  [1_343_114_620, 500_000_000],
  [0, 0],
  [0, 0],
];

test('all kinds of blocks in both byte orders', () => {
  for (const bigEndian of [false, true]) {
    const { packets, infos } = read(sample(bigEndian));
    assert.deepEqual(infos, [{ format: 'pcapng', linkType: 1, snapLength: 96, nanoseconds: true }]);
    assert.deepEqual(
      packets.map(({ seconds, nanoseconds }) => [seconds, nanoseconds]),
      times,
    );
    assert.deepEqual(
      packets.map(({ linkType }) => linkType),
      [1, 113, 101, 1, 1],
    );
    assert.deepEqual(
      packets.map(({ originalLength }) => originalLength),
      [7, 1514, 7, 5, 200],
    );
    assert.deepEqual(
      packets.map((packet) => packet.data.length / 2),
      [7, 7, 7, 5, 96],
    );
    assert.deepEqual(
      packets.map(({ number }) => number),
      [1, 2, 3, 4, 5],
    );
  }
});

test('sections follow each other in any byte order, each with its own interfaces', () => {
  const found = read(Buffer.concat([sample(false), sample(true), sample(false)]));
  const once = read(sample(false)).packets;
  assert.equal(found.packets.length, 15);
  assert.deepEqual(
    found.packets.map((packet) => ({ ...packet, number: ((packet.number - 1) % 5) + 1 })),
    [...once, ...once, ...once],
  );
});

test('every split gives the same packets', () => {
  const file = Buffer.concat([sample(false), sample(true)]);
  const whole = read(file).packets;
  for (let cut = 4; cut < file.length; cut++) assert.deepEqual(read(file, [cut]).packets, whole, `split at ${cut}`);
  const everyByte = Array.from({ length: file.length - 4 }, (_, index) => index + 4);
  assert.deepEqual(read(file, everyByte).packets, whole);
});

test('a file cut anywhere gives the packets before the cut, then an error with its place', () => {
  const file = sample(true);
  const whole = read(file).packets;
  let clean = 0;
  for (let length = 4; length < file.length; length++) {
    const found = collector();
    try {
      readInto(file.subarray(0, length), found);
      clean++;
    } catch (error) {
      assert.ok(error instanceof CaptureError);
      assert.ok((error.offset ?? -1) <= length && error.packet === found.packets.length + 1, `cut at ${length}`);
    }
    assert.deepEqual(found.packets, whole.slice(0, found.packets.length));
  }
  // A file may end after any block behind the first interface.
  assert.equal(clean, 8);
});

test('time stamps of every resolution are exact', () => {
  const make = new PcapngBlocks();
  const cases: [number[], bigint, number, number][] = [
    [[6], 1_700_000_000_123_456n, 1_700_000_000, 123_456_000],
    [[0], 1_700_000_000n, 1_700_000_000, 0],
    [[3], 1_700_000_000_999n, 1_700_000_000, 999_000_000],
    [[9], 18_446_744_073_709_551_615n, 18_446_744_073, 709_551_615],
    [[12], 1_700_000_000_123_456_789n, 1_700_000, 123_456],
    [[19], 12_345_678_901_234_567_890n, 1, 234_567_890],
    [[0x80 | 30], (1_700_000_000n << 30n) + 1n, 1_700_000_000, 0],
    [[0x80 | 20], (1_700_000_000n << 20n) + (1n << 19n), 1_700_000_000, 500_000_000],
    [[0x80 | 63], 3n << 62n, 1, 500_000_000],
  ];
  for (const [value, units, seconds, nanoseconds] of cases) {
    const described = make.interface(1, 0, [make.option(resolution, Buffer.from(value))]);
    const [packet] = read(Buffer.concat([make.section(), described, make.enhanced(0, units, data)])).packets;
    assert.deepEqual([packet?.seconds, packet?.nanoseconds], [seconds, nanoseconds], `if_tsresol ${value}`);
  }
});

test('if_tsoffset is added in whole seconds, in both byte orders, negative too', () => {
  for (const bigEndian of [false, true]) {
    for (const shift of [1_000_000_000n, -5n]) {
      const make = new PcapngBlocks(bigEndian);
      const described = make.interface(1, 0, [make.option(offset, make.signed64(shift))]);
      const file = Buffer.concat([make.section(), described, make.enhanced(0, 10_500_000n, data)]);
      const [packet] = read(file).packets;
      assert.deepEqual([packet?.seconds, packet?.nanoseconds], [10 + Number(shift), 500_000_000]);
    }
  }
});

test('damaged blocks are named with their place', () => {
  const make = new PcapngBlocks();
  const start = Buffer.concat([make.section(), make.interface(1, 0)]);
  const good = make.enhanced(0, 0n, data);
  const edited = (at: number, value: number): Buffer => {
    const block = Buffer.from(good);
    block.writeUInt32LE(value, at < 0 ? block.length + at : at);
    return block;
  };
  const cases: [Buffer, RegExp][] = [
    [edited(4, 5), /claims a length of 5 bytes/],
    [edited(4, 41), /claims a length of 41 bytes/],
    [edited(4, 0x7fff_fffc), /claims a length of 2147483644 bytes/],
    [edited(-4, 44), /begins with a length of 40 bytes and ends with 44/],
    [edited(8, 1), /names interface 1/],
    [edited(20, 9), /claims 9 captured bytes and has room for 8/],
    [edited(20, 0xffff_ffff), /claims 4294967295 captured bytes/],
    [make.block(6, Buffer.alloc(8)), /8 bytes are too few for its type/],
    [make.block(1, Buffer.alloc(4)), /4 bytes are too few/],
    [make.interface(1, 0, [Buffer.from('0200ff00', 'hex')]), /an option is longer than its block/],
    [make.interface(1, 0, [make.option(resolution, Buffer.from([20]))]), /units of 10\^-20 seconds/],
  ];
  for (const [block, message] of cases) {
    const found = collector();
    assert.throws(
      () => readInto(Buffer.concat([start, good, block, good]), found),
      (error) => error instanceof CaptureError && message.test(error.message),
      String(message),
    );
    assert.equal(found.packets.length, 1);
  }
  assert.throws(() => read(make.section()), /describes no interface and holds no packet/);
  assert.throws(() => read(Buffer.concat([make.section(), good])), /names interface 0/);
});

test('damage in any byte is an error or other packets, never anything else', () => {
  const file = sample(false);
  for (let at = 0; at < file.length; at++) {
    for (const value of [0, 1, 0x7f, 0xff]) {
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

test('what tcpdump says of the same file', () => {
  const make = new PcapngBlocks(true);
  const ethernet = Buffer.alloc(60, 1);
  const file = Buffer.concat([
    make.section(),
    make.interface(1, 0, [make.option(resolution, Buffer.from([9]))]),
    make.enhanced(0, 1_343_114_620_025_373_123n, ethernet),
    make.packet(0, 1_343_114_621_000_000_999n, ethernet, 1514),
  ]);
  const { status, stdout } = spawnSync('tcpdump', ['--time-stamp-precision=nano', '-r', '-', '-w', '-'], {
    input: file,
  });
  assert.equal(status, 0);
  assert.deepEqual(read(stdout).packets, read(file).packets);
});
