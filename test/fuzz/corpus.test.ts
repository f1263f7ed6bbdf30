import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CaptureError } from '../../src/capture/capture-error.ts';
import { CaptureFile } from '../../src/capture/capture-file.ts';
import { Random } from '../support/random.ts';
import { runMcsniff } from '../support/run-program.ts';
import { sampleDirectory } from '../support/sample-list.ts';
import { fuzz } from './fuzzer.ts';
import { runMutatedSamples } from './samples-run.ts';
import { corpusDirectory, corpusOf } from './seeds.ts';
import { type Target, targets } from './targets.ts';

/** Inputs that a target is given here, where each takes long. */
const slow: ReadonlyMap<string, number> = new Map([['ways', 150]]);

describe('corpus', () => {
  it('has a directory for each target', () => {
    assert.deepEqual(readdirSync(corpusDirectory).sort(), Object.keys(targets).sort());
  });

  for (const [name, target] of Object.entries(targets) as [string, Target][]) {
    for (const [file, input] of corpusOf(name)) it(`${name}: ${file}`, async () => await target(input));

    it(`${name}: changed inputs`, async () => {
      const finding = await fuzz(name, slow.get(name) ?? 1500, 1);
      assert.equal(finding?.error, undefined, finding?.input.toString('base64'));
    });
  }
});

describe('damaged files', () => {
  const whole = readFileSync(join(sampleDirectory, 'complete-session.pcap'));

  /** How many packets were handed over before the error, and the error. */
  async function read(file: Buffer): Promise<{ packets: number; error: CaptureError | undefined }> {
    let packets = 0;
    const handler = { begin: () => {}, packet: () => void packets++, afterChunk: () => undefined };
    try {
      await new CaptureFile('file', () => Readable.from([file])).run(handler);
    } catch (error) {
      assert.ok(error instanceof CaptureError, String(error));
      return { packets, error };
    }
    return { packets, error: undefined };
  }

  it('cut anywhere: the packets before the cut, then an error that says which packet, and where it begins', async () => {
    const starts = [24];
    for (let at = 24; at < whole.length; ) {
      at += 16 + whole.readUInt32LE(at + 8);
      starts.push(at);
    }
    for (let cut = 24; cut < whole.length; cut++) {
      const before = starts.filter((start) => start <= cut).length - 1;
      const { packets, error } = await read(whole.subarray(0, cut));
      assert.equal(packets, before, `cut at ${cut}`);
      if (starts.includes(cut)) assert.equal(error, undefined);
      else {
        assert.deepEqual([error?.packet, error?.offset], [before + 1, starts[before]]);
        assert.ok(error?.message.includes(`packet ${before + 1}, which begins at byte offset ${starts[before]}`));
      }
    }
  });

  it('gzipped, with any byte changed or cut anywhere: it ends, and with a sentence', async () => {
    const random = new Random(3);
    const zipped = gzipSync(whole);
    for (let at = 2; at < zipped.length; at++) {
      const changed = Buffer.from(zipped);
      changed[at] = (changed[at] as number) ^ random.between(1, 255);
      for (const file of [changed, zipped.subarray(0, at)]) {
        const { error } = await read(file);
        if (error !== undefined) assert.match(error.message, /^file: [ -~]+$/);
      }
    }
  });

  it('through the program: what came before is printed, and the exit status is 1', async () => {
    const { stdout, stderr, exitCode } = await runMcsniff(['-r', '-'], whole.subarray(0, whole.length - 5));
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /standard input: the file ends in the middle of packet (\d+), which begins at byte offset \d+/,
    );
    const number = Number(/packet (\d+),/.exec(stderr)?.[1]);
    assert.equal(stdout.toString().split('\n').length - 1, number - 1);
    assert.match(stderr, new RegExp(`^${number - 1} packets captured$`, 'm'));
  });
});

describe('filter expressions', () => {
  const words =
    'tcp udp ip ip6 host net port portrange src dst and or not ( ) ! && || / mask 10.0.0.1 ::1 80 1-9 x \\x - é \u0000'.split(
      ' ',
    );

  it('random words are obeyed, or refused with exit status 2 and a sentence that names one', async () => {
    const random = new Random(5);
    for (let round = 0; round < 12; round++) {
      const soup = Array.from({ length: random.between(1, 12) }, () => random.pick(words.slice(0, -1))).join(' ');
      const { stderr, exitCode } = await runMcsniff(['-r', join(sampleDirectory, 'vlan.pcap'), '--', soup]);
      assert.ok(exitCode === 0 || exitCode === 2, `${soup}: ${stderr}`);
      if (exitCode === 2) assert.match(stderr, /^mcsniff: .*(?:".+" at position \d+|after position \d+)/, soup);
    }
  });

  for (const [name, text] of [
    ['parentheses', '('.repeat(100_000)],
    ['negations', '! '.repeat(50_000)],
    ['parts', Array.from({ length: 15_000 }, () => 'udp').join(' or ')],
  ] as const) {
    it(`a hundred thousand characters of ${name}: exit status 2, with the word and its position`, async () => {
      const { stderr, exitCode } = await runMcsniff(['-r', join(sampleDirectory, 'vlan.pcap'), '--', text]);
      assert.equal(exitCode, 2);
      assert.match(stderr, /^mcsniff: "[^"]{1,10}" at position \d+: more than \d+ (?:nested )?parts$/m);
    });
  }
});

it('samples with changed bytes through the whole program: no failure, and memory does not grow', async () => {
  const { mutated, failures, peaks } = await runMutatedSamples(1, 60_000);
  assert.deepEqual(failures, []);
  assert.ok(mutated >= 60_000, `${mutated}`);
  for (const peak of peaks) assert.ok(peak < 250e6, `${peak} bytes`);
});
