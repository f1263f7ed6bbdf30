import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { runMcsniff } from '../support/run-program.ts';

const sample = 'samples/telnet-session.pcap';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-rotating-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Saves the sample with these options; returns the files, and how many packets each holds. */
async function save(name: string, ...options: string[]): Promise<[name: string, packets: number][]> {
  const { stderr, exitCode } = await runMcsniff(['-Z', 'root', '-r', sample, '-w', join(directory, name), ...options]);
  assert.equal(exitCode, 0, stderr);
  const counts = readdirSync(directory)
    .sort()
    .map(async (file): Promise<[string, number]> => {
      const { stdout } = await runMcsniff(['-r', join(directory, file)]);
      return [file, stdout.toString().trimEnd().split('\n').length];
    });
  return Promise.all(counts);
}

describe('the files of -w', () => {
  it('end at a size with -C, and are numbered', async () => {
    const files = await save('a', '-C', '1k');
    assert.deepEqual(
      files.map(([name]) => name),
      ['a', 'a1'],
    );
    assert.equal(
      files.reduce((sum, [, packets]) => sum + packets, 0),
      20,
    );
    assert.ok(statSync(join(directory, 'a')).size > 1024);
    assert.equal(readFileSync(join(directory, 'a1')).readUInt32LE(0), readFileSync(sample).readUInt32LE(0));
  });

  it('end after a time with -G, which is in their names', async () => {
    assert.deepEqual(await save('b-%H%M', '-G', '600'), [
      ['b-1514', 6],
      ['b-1527', 13],
      ['b-1601', 1],
    ]);
  });

  it('end the run after -W of them with -G', async () => {
    assert.equal((await save('c-%s', '-G', '600', '-W', '1')).length, 1);
  });

  it('are used again with -C and -W', async () => {
    const files = await save('d', '-C', '1k', '-W', '1');
    assert.deepEqual(
      files.map(([name]) => name),
      ['d0'],
    );
  });

  it('are named by -w', () => {
    assert.throws(() => parseCommandLine(['-C', '1']), /-C and -G divide what -w FILE saves/);
    assert.throws(
      () => parseCommandLine(['-W', '1', '-w', 'a']),
      /--file-count \(-W\) goes with -C SIZE or -G SECONDS/,
    );
    assert.throws(() => parseCommandLine(['-C', 'x', '-w', 'a']), /--file-size \(-C\) x: not a size/);
  });
});
