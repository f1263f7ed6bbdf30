import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, test } from 'node:test';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { CaptureError } from '../../src/capture/capture-error.ts';
import { CaptureFile } from '../../src/capture/capture-file.ts';
import { collector, read } from './collect.ts';
import { PcapngBlocks, pcapFile, type TestPacket } from './pcap-files.ts';

const packets: TestPacket[] = Array.from({ length: 3000 }, (_, index) => ({
  data: Buffer.alloc(60 + (index % 1400), index),
  seconds: 1_700_000_000 + index,
}));
const file = pcapFile(packets);
const expected = read(file).packets;

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-file-'));
  chmodSync(directory, 0o755);
});
after(() => rmSync(directory, { recursive: true }));

function write(name: string, bytes: Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

async function readPath(path: string): Promise<ReturnType<typeof collector>> {
  const found = collector();
  await new CaptureFile(path).run(found);
  return found;
}

async function failure(path: string): Promise<{ error: CaptureError; count: number }> {
  const found = collector();
  try {
    await new CaptureFile(path).run(found);
  } catch (error) {
    assert.ok(error instanceof CaptureError, String(error));
    return { error, count: found.packets.length };
  }
  throw new Error(`${path} was read without an error`);
}

test('pcap and pcapng, gzipped or not, in one member or several, whatever the name', async () => {
  const make = new PcapngBlocks();
  const ng = Buffer.concat([make.section(), make.interface(1, 0), make.enhanced(0, 5n, Buffer.alloc(60))]);
  assert.deepEqual((await readPath(write('a.txt', file))).packets, expected);
  assert.deepEqual((await readPath(write('b.pcapng', gzipSync(file)))).packets, expected);
  const half = file.length >> 1;
  const members = Buffer.concat([gzipSync(file.subarray(0, half)), gzipSync(file.subarray(half))]);
  assert.deepEqual((await readPath(write('c', members))).packets, expected);
  assert.equal((await readPath(write('d.pcap', ng))).packets.length, 1);
  assert.equal((await readPath(write('e.pcap', gzipSync(ng)))).packets.length, 1);
});

test('a stream that comes byte by byte', async () => {
  for (const bytes of [pcapFile(packets.slice(0, 3)), gzipSync(pcapFile(packets.slice(0, 3)))]) {
    const stream = new PassThrough();
    const found = collector();
    const done = new CaptureFile('-', () => stream).run(found);
    for (const byte of bytes) stream.write(Buffer.from([byte]));
    stream.end();
    await done;
    assert.deepEqual(found.packets, expected.slice(0, 3));
  }
});

test('what can not be read is said in one sentence that names the file', async () => {
  mkdirSync(join(directory, 'folder'));
  const cases: [string, RegExp][] = [
    [join(directory, 'nosuch'), /nosuch: no such file or directory$/],
    [join(directory, 'folder'), /folder: is a directory$/],
    [write('empty', Buffer.alloc(0)), /empty: the file is empty/],
    [write('short', Buffer.from('\xd4\xc3', 'latin1')), /short: not a capture: it begins with the bytes d4 c3;/],
    [
      write('notes', Buffer.from('Dear diary,\ntoday')),
      /not a capture: it begins with the text "Dear diary,\\ntoda"; expected pcap or pcapng/,
    ],
    [write('gz-text', gzipSync('Dear diary')), /not a capture: it begins with the text "Dear diary"/],
    [write('x.zst', Buffer.from('28b52ffd00000000', 'hex')), /compressed with zstd/],
    [write('gz-empty', gzipSync('')), /the file is empty/],
  ];
  for (const [path, message] of cases) {
    const { error, count } = await failure(path);
    assert.match(error.message, message);
    assert.equal(error.message.includes('\n'), false);
    assert.equal(count, 0);
  }
});

test('a file without permission', () => {
  const path = write('secret', file);
  chmodSync(path, 0);
  const module = new URL('../../src/capture/capture-file.js', import.meta.url).href;
  const script = `const { CaptureFile } = await import(${JSON.stringify(module)});
    if (process.getuid() === 0) process.setuid(65534);
    await new CaptureFile(${JSON.stringify(path)}).run({}).catch((error) => console.log(error.message));`;
  return new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
    });
    child.on('close', () => {
      try {
        assert.equal(said, `${path}: permission denied\n`);
        resolve();
      } catch (error) {
        reject(error);
      }
    });
  });
});

test('a file that ends too early gives its packets, then the place', async () => {
  const { error, count } = await failure(write('cut.pcap', file.subarray(0, file.length - 7)));
  assert.equal(count, packets.length - 1);
  assert.equal(error.packet, packets.length);
  assert.match(error.message, /cut.pcap: the file ends in the middle of packet 3000, which begins at byte offset \d+/);
});

test('gzip that ends too early or is damaged gives what came before', async () => {
  const zipped = gzipSync(file, { level: 1 });
  const cut = await failure(write('cut.gz', zipped.subarray(0, zipped.length - 200)));
  assert.match(cut.error.message, /cut.gz: the gzip data ends in the middle, after \d+ compressed bytes/);
  assert.ok(cut.count > 0);

  const damaged = Buffer.from(zipped);
  damaged.fill(0xff, damaged.length >> 1, (damaged.length >> 1) + 40);
  const { error, count } = await failure(write('damaged.gz', damaged));
  assert.match(error.message, /damaged.gz: .*packet \d+ at byte offset \d+/);
  assert.equal(error.packet, count + 1);
});

test('gzip whose damage lies behind the last packet gives all of them', async () => {
  const zipped = gzipSync(file);
  const wrongSum = Buffer.from(zipped);
  wrongSum.writeUInt8(wrongSum.readUInt8(zipped.length - 6) ^ 0xff, zipped.length - 6);
  const place = `; packet ${packets.length + 1} at byte offset ${file.length} could not be read`;
  for (const [name, bytes, message] of [
    ['sum.gz', wrongSum, 'incorrect data check'],
    ['behind.gz', Buffer.concat([zipped, Buffer.from('and more')]), 'incorrect header check'],
    ['short.gz', zipped.subarray(0, -1), 'ends in the middle'],
  ] as const) {
    const { error, count } = await failure(write(name, bytes));
    assert.equal(count, packets.length, name);
    assert.ok(error.message.includes(message) && error.message.endsWith(place), error.message);
    assert.equal(error.offset, file.length);
  }
});

test('gzip with a damaged byte gives what any other reader can make of the bytes before', async () => {
  const zipped = gzipSync(file, { level: 9 });
  for (let at = 40; at < zipped.length; at += 4999) {
    const damaged = Buffer.from(zipped);
    damaged.writeUInt8(damaged.readUInt8(at) ^ 0x40, at);
    const { count } = await failure(write('byte.gz', damaged));
    const before = gunzipSync(zipped.subarray(0, at), { finishFlush: constants.Z_SYNC_FLUSH });
    assert.ok(count >= wholePackets(before), `byte ${at}: ${count} packets`);
  }
});

/** How many packets the first bytes of the file hold as a whole. */
function wholePackets(bytes: Buffer): number {
  let at = 24;
  let count = 0;
  while (at + 16 <= bytes.length && at + 16 + bytes.readUInt32LE(at + 8) <= bytes.length) {
    at += 16 + bytes.readUInt32LE(at + 8);
    count++;
  }
  return count;
}

test('reading waits for afterChunk', async () => {
  const stream = new PassThrough();
  const found = collector();
  let release: (() => void) | undefined;
  const handler = {
    ...found,
    afterChunk: () =>
      new Promise<void>((resolve) => {
        release = resolve;
      }),
  };
  const done = new CaptureFile('-', () => stream).run(handler);
  stream.write(file.subarray(0, 24));
  await settle();
  stream.write(file.subarray(24));
  await settle();
  assert.equal(found.infos.length, 1);
  assert.equal(found.packets.length, 0);
  release?.();
  await settle();
  assert.ok(found.packets.length > 0);
  stream.end();
  while (found.packets.length < packets.length) {
    release?.();
    await settle();
  }
  release?.();
  await done;
});

test('stop() ends it at once, in the middle of a chunk and while a pipe is silent', async () => {
  const found = collector();
  const source = new CaptureFile(write('stop.pcap', file));
  const handler = {
    ...found,
    packet: (packet: Parameters<typeof found.packet>[0]) => {
      found.packet(packet);
      if (packet.number === 1234) source.stop();
    },
  };
  await source.run(handler);
  assert.equal(found.packets.length, 1234);

  const silent = new PassThrough();
  const waiting = new CaptureFile('-', () => silent);
  const done = waiting.run(collector());
  silent.write(file.subarray(0, 100));
  await settle();
  waiting.stop();
  await done;
});

test('what a handler throws passes through as it is', async () => {
  const bug = new Error('bug');
  const handler = {
    ...collector(),
    packet: () => {
      throw bug;
    },
  };
  await assert.rejects(new CaptureFile(write('bug.pcap', file)).run(handler), (error) => error === bug);
});

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
