import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { largeCapture } from './support/large-capture.ts';
import { mainPath, runMcsniff, runProgram } from './support/run-program.ts';

/** Large enough to be printed in a thread: see src/cli/outputs.ts. */
const packets = 120_000;

const folder = mkdtempSync(join(tmpdir(), 'mcsniff-large-'));
after(() => rmSync(folder, { recursive: true }));
const capture = largeCapture(packets);
const file = join(folder, 'large.pcap');
writeFileSync(file, capture);

describe('a large file', () => {
  it('prints as it does from a pipe', async () => {
    assert.ok(statSync(file).size > 8 * 1024 * 1024);
    const read = await runMcsniff(['-v', '-r', file]);
    const piped = await runMcsniff(['-v', '-r', '-'], capture);
    assert.equal(read.exitCode, 0);
    assert.equal(read.stderr, `${packets} packets captured\n`);
    assert.ok(read.stdout.equals(piped.stdout));
  });

  it('prints the lines of tcpdump', async () => {
    const { stdout } = await runMcsniff(['--no-annotate', '-nr', file]);
    const expected = await runProgram('tcpdump', ['-nr', file]);
    assert.ok(stdout.equals(expected.stdout));
  });

  it('ends with the counters alone when the reader has seen enough', async () => {
    const child = spawn(process.execPath, [mainPath, '-nr', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text: Buffer) => {
      said += text.toString();
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = (await once(child, 'close')) as [number | null];
    assert.equal(code, 0);
    assert.match(said, /^\d+ packets captured\n$/);
  });
});
