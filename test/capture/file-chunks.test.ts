import assert from 'node:assert/strict';
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chunkLength, FileChunks } from '../../src/capture/file-chunks.ts';

const content = Buffer.from(Array.from({ length: 9 * chunkLength + 1000 }, (_, index) => index % 251));

let directory = '';
let path = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-chunks-'));
  path = join(directory, 'file');
  writeFileSync(path, content);
});
after(() => rmSync(directory, { recursive: true }));

test('delivers the file, each chunk in memory that is not written again', async () => {
  const descriptor = openSync(path, 'r');
  const chunks: Buffer[] = [];
  for await (const chunk of new FileChunks(descriptor)) chunks.push(chunk);
  assert.throws(() => fstatSync(descriptor), /EBADF/);
  assert.equal(chunks.length, 10);
  assert.deepEqual(Buffer.concat(chunks), content);
});

test('lets timers, signals and threads have their turn', async () => {
  let turns = 0;
  const turn = (): void => {
    turns++;
    timer = setImmediate(turn);
  };
  let timer = setImmediate(turn);
  for await (const chunk of new FileChunks(openSync(path, 'r'))) assert.ok(chunk.length > 0);
  clearImmediate(timer);
  assert.ok(turns >= 2);
});

test('destroy() ends it between two chunks and closes the file, once', async () => {
  const descriptor = openSync(path, 'r');
  const chunks = new FileChunks(descriptor);
  let count = 0;
  for await (const _ of chunks) {
    if (++count < 5) continue;
    chunks.destroy();
    assert.throws(() => fstatSync(descriptor), /EBADF/);
    chunks.destroy();
  }
  assert.equal(count, 5);

  const never = openSync(path, 'r');
  new FileChunks(never).destroy();
  assert.throws(() => closeSync(never), /EBADF/);
});
