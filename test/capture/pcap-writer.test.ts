import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CaptureError } from '../../src/capture/capture-error.ts';
import { CaptureFile } from '../../src/capture/capture-file.ts';
import { openCaptureFile, PcapWriter } from '../../src/capture/pcap-writer.ts';
import { read } from './collect.ts';
import { PcapngBlocks, pcapFile, type TestPacket } from './pcap-files.ts';

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-writer-'));
});
after(() => rmSync(directory, { recursive: true }));

const packets: TestPacket[] = Array.from({ length: 500 }, (_, index) => ({
  data: Buffer.alloc(index * 3, index),
  originalLength: index * 4 + 60,
  seconds: 1_700_000_000 + index,
  nanoseconds: index * 1_999_999,
}));

async function copy(bytes: Buffer, to: string): Promise<void> {
  const from = join(directory, 'source');
  writeFileSync(from, bytes);
  const writer = new PcapWriter(openCaptureFile(to));
  try {
    await new CaptureFile(from).run({
      begin: (info) => writer.begin(info),
      packet: (packet) => writer.packet(packet),
      afterChunk: () => undefined,
    });
  } finally {
    writer.close();
  }
}

test('a copy is what tcpdump -w makes of the same file, byte for byte', async () => {
  const copied = join(directory, 'copied.pcap');
  for (const options of [{}, { bigEndian: true, linkType: 113, snapLength: 2000 }]) {
    await copy(pcapFile(packets, options), copied);
    const { stdout } = spawnSync('tcpdump', ['-r', join(directory, 'source'), '-w', '-']);
    assert.ok(readFileSync(copied).equals(stdout));
  }
});

test('nanoseconds are kept', async () => {
  const source = pcapFile(packets, { nanoseconds: true });
  const copied = join(directory, 'nano.pcap');
  await copy(source, copied);
  assert.ok(readFileSync(copied).equals(source));
});

test('tshark reads the same times and lengths', async () => {
  const copied = join(directory, 'tshark.pcap');
  await copy(pcapFile(packets, { nanoseconds: true }), copied);
  const fields = ['frame.time_epoch', 'frame.cap_len', 'frame.len'].flatMap((field) => ['-e', field]);
  const { stdout } = spawnSync('tshark', ['-r', copied, '-T', 'fields', ...fields], { encoding: 'utf8' });
  const lines = packets.map(
    ({ data, originalLength, seconds, nanoseconds }) =>
      `${seconds}.${String(nanoseconds).padStart(9, '0')}\t${data.length}\t${originalLength}`,
  );
  assert.deepEqual(stdout.trim().split('\n'), lines);
});

test('a packet of another link type is an error; what came before is kept', async () => {
  const make = new PcapngBlocks();
  const data = Buffer.alloc(60);
  const mixed = Buffer.concat([
    make.section(),
    make.interface(1, 0),
    make.interface(113, 0),
    make.enhanced(0, 1n, data),
    make.enhanced(1, 2n, data),
  ]);
  const copied = join(directory, 'mixed.pcap');
  await assert.rejects(
    copy(mixed, copied),
    (error) =>
      error instanceof CaptureError &&
      error.packet === 2 &&
      /packet 2 is LINUX_SLL \(Linux cooked v1\) and the packets before it are EN10MB \(Ethernet\)/.test(error.message),
  );
  assert.equal(read(readFileSync(copied)).packets.length, 1);
});

test('errors name the file', () => {
  assert.throws(() => openCaptureFile(join(directory, 'no', 'such')), /no\/such: no such file or directory/);
  assert.throws(() => openCaptureFile(directory), /is a directory/);
});

test('a full disk is an error', () => {
  const writer = new PcapWriter(openCaptureFile('/dev/full'));
  const begin = (): void => writer.begin({ format: 'pcap', linkType: 1, snapLength: 65_535, nanoseconds: false });
  assert.throws(begin, /\/dev\/full: no space left on device/);
  writer.close();
});
