import assert from 'node:assert/strict';
import { copyFileSync, existsSync, linkSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { runMcsniff } from '../support/run-program.ts';

const sample = 'samples/telnet-session.pcap';
const whole = readFileSync(sample);

let directory = '';
let precious = '';

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-files-'));
  precious = join(directory, 'precious.pcap');
  copyFileSync(sample, precious);
  symlinkSync('precious.pcap', join(directory, 'symbolic'));
  linkSync(precious, join(directory, 'hard'));
});
beforeEach(() => copyFileSync(sample, precious));
after(() => rmSync(directory, { recursive: true }));

describe('one file for two purposes', () => {
  it('is refused, whatever its names, and keeps what it holds', async () => {
    for (const [args, options] of [
      [['-r', precious, '-w', precious], '--read \\(-r\\) and --write \\(-w\\)'],
      [['-r', precious, '-w', join(directory, 'symbolic')], '--read \\(-r\\) and --write \\(-w\\)'],
      [['-r', join(directory, 'hard'), '--log', precious], '--read \\(-r\\) and --log'],
      [['-r', sample, '-w', precious, '--log', join(directory, 'symbolic')], '--write \\(-w\\) and --log'],
    ] as const) {
      const { stdout, stderr, exitCode } = await runMcsniff(args);
      assert.equal(exitCode, 2, stderr);
      assert.match(stderr, new RegExp(`^mcsniff: ${options} name the same file, [^\n]+: choose another one\n`));
      assert.equal(stdout.length, 0);
      assert.deepEqual(readFileSync(precious), whole);
    }
  });

  it('is refused where it is not there yet, and is not made', async () => {
    const made = join(directory, 'made');
    const { stderr, exitCode } = await runMcsniff(['-r', sample, '-w', made, '--log', join(directory, '.', 'made')]);
    assert.equal(exitCode, 2, stderr);
    assert.equal(existsSync(made), false);
  });

  it('may be one that keeps nothing', async () => {
    const { stderr, exitCode } = await runMcsniff(['-r', sample, '-w', '/dev/null', '--log', '/dev/null']);
    assert.equal(exitCode, 0, stderr);
  });
});

describe('the file of -w', () => {
  it('keeps what it holds where the capture to read is none, or is not there', async () => {
    for (const input of [join(directory, 'missing'), 'package.json', '/dev/null']) {
      const { stderr, exitCode } = await runMcsniff(['-r', input, '-w', precious]);
      assert.equal(exitCode, 1, stderr);
      assert.deepEqual(readFileSync(precious), whole);
    }
  });

  it('is not made for a capture that is not there, nor is the log', async () => {
    const made = [join(directory, 'new.pcap'), join(directory, 'new.json')] as const;
    await runMcsniff(['-r', join(directory, 'missing'), '-w', made[0], '--log', made[1]]);
    assert.deepEqual(made.map(existsSync), [false, false]);
  });

  it('holds nothing of a longer file that it takes the place of', async () => {
    const { stderr, exitCode } = await runMcsniff(['-r', sample, '-c', '3', '-w', precious]);
    assert.equal(exitCode, 0, stderr);
    const again = await runMcsniff(['-r', precious]);
    assert.equal(again.stderr, '3 packets captured\n');
  });
});
