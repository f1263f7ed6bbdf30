import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { busySessions } from './support/busy-sessions.ts';
import { type BuiltPacket, pcapFile } from './support/packet-builder.ts';
import { plainSession } from './support/plain-session.ts';
import { Random } from './support/random.ts';
import { recordsOf } from './support/records.ts';
import { mainPath, runMcsniff } from './support/run-program.ts';
import { shuffled } from './support/shuffle.ts';

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-look-ahead-'));
});
after(() => rmSync(directory, { recursive: true, force: true }));

/**
 * The command records of a capture, sorted, without packet and connection numbers, and without `retransmits`: packets that
 * come twice are in the disorder alone.
 */
async function commandRecords(packets: readonly BuiltPacket[], name: string): Promise<string[]> {
  const path = join(directory, name);
  writeFileSync(path, pcapFile(packets));
  const { stdout, exitCode } = await runMcsniff(['--json', '-r', path]);
  assert.equal(exitCode, 0);
  return recordsOf(stdout)
    .filter(({ event }) => event === 'command')
    .map(({ run, packet, answerPacket, conn, retransmits, ...fields }) => JSON.stringify(fields))
    .sort();
}

describe('packets in disorder', () => {
  test('a file of many chunks: the same records as in order', async () => {
    const random = new Random(7);
    const packets: BuiltPacket[] = [];
    for (let bytes = 0, begin = 1_767_323_045_000_000; bytes < 800_000; begin += 30_000_000) {
      const sessions = busySessions(random, begin);
      for (const packet of sessions) bytes += packet.bytes.length + 16;
      packets.push(...sessions);
    }
    const expected = await commandRecords(packets, 'ordered.pcap');
    assert.ok(expected.length > 500);
    const disorder = shuffled(packets, { window: 20, duplicates: 0.05 }, random);
    assert.deepEqual(await commandRecords(disorder, 'shuffled.pcap'), expected);
  });

  test('lines stay in the order of the capture, each item on the packet that makes it certain', async () => {
    const { packets } = plainSession();
    const path = join(directory, 'swapped.pcap');
    // The first answer before its request, and both before the handshake.
    const order = [4, 3, 0, 1, 2, ...packets.keys()].slice(0, packets.length + 5);
    const chosen = [...new Set(order)].map((index) => packets[index] as BuiltPacket);
    writeFileSync(path, pcapFile(chosen));
    const { stdout } = await runMcsniff(['-tn', '-r', path]);
    const lines = stdout.toString().trimEnd().split('\n');
    const plain = await runMcsniff(['-tn', '--no-annotate', '-r', path]);
    assert.deepEqual(
      lines.map((line) => line.replace(/: memcached: .*/, '')),
      plain.stdout.toString().trimEnd().split('\n'),
    );
    // The SYN is the third: only then is it known what the two before it are.
    assert.deepEqual(
      lines.slice(0, 5).map((line) => / memcached: (.*)/.exec(line)?.[1]),
      [undefined, undefined, 'get user:1; get user:1 => miss, 100 us', undefined, undefined],
    );
  });

  test('-c counts the packets that are printed', async () => {
    const path = join(directory, 'count.pcap');
    writeFileSync(path, pcapFile(plainSession().packets));
    const { stdout, stderr } = await runMcsniff(['-n', '-c', '5', '-r', path]);
    assert.equal(stdout.toString().trimEnd().split('\n').length, 5);
    assert.match(stdout.toString(), /get user:1 => miss, 100 us\n$/);
    assert.match(stderr, /^5 packets captured$/m);
  });

  test('what comes through a pipe is printed at once', async () => {
    const { packets } = plainSession();
    const child = spawn(process.execPath, [mainPath, '-n', '-r', '-'], { stdio: ['pipe', 'pipe', 'ignore'] });
    try {
      let output = '';
      child.stdin.write(pcapFile(packets.slice(0, 5)));
      for await (const chunk of child.stdout) {
        output += chunk;
        if (output.split('\n').length === 6) break;
      }
      assert.match(output, /get user:1 => miss, 100 us\n$/);
    } finally {
      child.kill();
    }
  });
});
