import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { goldenDirectory, goldensOf, sampleNames } from './support/goldens.ts';
import { runMcsniff, runProgram } from './support/run-program.ts';
import { capturesPerInterface, generatedSamples, sampleDirectory } from './support/sample-list.ts';

const transcript = readFileSync(join(sampleDirectory, 'telnet-session.txt'), 'utf8');

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-samples-'));
});
after(() => rmSync(directory, { recursive: true, force: true }));

function readSample(name: string): Buffer {
  return readFileSync(join(sampleDirectory, name));
}

/** tcpdump's lines of a capture that is not compressed and has one link type. */
async function tcpdumpLines(capture: Buffer, name: string): Promise<string[]> {
  const path = join(directory, name);
  writeFileSync(path, capture);
  const { stdout, stderr, exitCode } = await runProgram('tcpdump', ['-n', '-r', path]);
  assert.equal(exitCode, 0, stderr);
  return stdout.toString('latin1').trimEnd().split('\n');
}

/** tcpdump's lines of any sample. */
async function expectedLines(name: string): Promise<string[]> {
  if (name.endsWith('.gz')) return tcpdumpLines(gunzipSync(readSample(name)), 'gunzipped.pcap');
  if (name !== 'two-interfaces.pcapng') return tcpdumpLines(readSample(name), name);
  const captures = capturesPerInterface();
  const lines = await Promise.all(captures.map((capture, index) => tcpdumpLines(capture, `interface-${index}.pcap`)));
  // Every line begins with its time, so sorting puts the packets in order again.
  return lines.flat().sort();
}

describe('samples', () => {
  for (const [name, build] of Object.entries(generatedSamples)) {
    test(`${name} is what build-samples makes`, () => {
      // What zlib makes of the same bytes is its own business and changes with its versions.
      if (name.endsWith('.gz')) assert.deepEqual(gunzipSync(readSample(name)), gunzipSync(build()));
      else assert.ok(readSample(name).equals(build()), 'run `npm run samples` and look at the difference');
    });
  }

  test('README.md describes every file and nothing else', () => {
    const text = readFileSync(join(sampleDirectory, 'README.md'), 'utf8');
    const described = [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]);
    // The directory of findings has a section of its own.
    const files = readdirSync(sampleDirectory).filter((file) => file !== 'README.md' && file !== 'findings');
    assert.deepEqual(described.sort(), files.sort());
  });

  test('tcpdump prints the transcript from telnet-session.pcap, but for the name of the port', async () => {
    const lines = await expectedLines('telnet-session.pcap');
    assert.equal(`${lines.join('\n').replaceAll('.11211', '.memcache')}\n`, transcript);
  });

  test('mcsniff prints the transcript from telnet-session.pcap byte for byte', async () => {
    const path = join(sampleDirectory, 'telnet-session.pcap');
    const { stdout, exitCode } = await runMcsniff(['-r', path, '--no-annotate']);
    assert.equal(stdout.toString('latin1'), transcript);
    assert.equal(exitCode, 0);
  });
});

describe('lines of samples equal those of tcpdump', { concurrency: 2 }, () => {
  for (const name of sampleNames) {
    test(name, async () => {
      const expected = await expectedLines(name);
      const { stdout } = await runMcsniff(['-n', '--no-annotate', '-r', join(sampleDirectory, name)]);
      assert.deepEqual(stdout.toString('latin1').trimEnd().split('\n'), expected);
    });
  }
});

describe('goldens', { concurrency: 2 }, () => {
  for (const name of sampleNames) {
    test(name, async () => {
      for (const { file, text } of await goldensOf(name)) {
        const path = join(goldenDirectory, file);
        assert.ok(existsSync(path), `${file} is missing: run \`npm run golden\` and review what it writes`);
        assert.equal(text, readFileSync(path, 'utf8'), `${file} differs: \`npm run golden -- ${name}\` renews it`);
      }
    });
  }
});
