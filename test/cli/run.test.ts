import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { capture, exchange, open } from '../support/plain-session.ts';
import { recordsOf } from '../support/records.ts';
import { mainPath, runMcsniff, runProgram } from '../support/run-program.ts';

const sample = 'samples/telnet-session.pcap';

let directory = '';

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-run-'));
});

after(() => {
  rmSync(directory, { recursive: true });
});

function file(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

describe('mcsniff on what it can not read', () => {
  const cases: readonly [string, () => string, RegExp][] = [
    ['a file that is not there', () => join(directory, 'nosuch'), /nosuch: no such file or directory$/],
    ['a directory', () => directory, /: is a directory$/],
    ['an empty file', () => file('empty', ''), /empty/],
    ['a text file', () => file('text', 'no capture at all\n'), /text: .*pcap/],
  ];
  for (const [what, path, message] of cases) {
    it(`says so in one sentence of ${what}, and exits with 1`, async () => {
      const { stdout, stderr, exitCode } = await runMcsniff(['-r', path()]);
      assert.equal(exitCode, 1);
      assert.equal(stdout.length, 0);
      assert.match(stderr.trimEnd(), message);
      assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
    });
  }

  it('tells all before the damage of a truncated file, then where it is', async () => {
    const whole = readFileSync(sample);
    const path = file('truncated', whole.subarray(0, whole.length - 10));
    const { stdout, stderr, exitCode } = await runMcsniff(['-r', path]);
    assert.equal(exitCode, 1);
    assert.equal(stdout.toString().trimEnd().split('\n').length, 19);
    assert.match(stderr, /truncated: .*packet 20.*offset \d+/);
    assert.match(stderr, /^19 packets captured$/m);
  });

  it('says how to read a file that stands where a filter expression would', async () => {
    for (const [args, file] of [
      [[sample], sample],
      [['-n', 'no-such.pcap.gz'], 'no-such.pcap.gz'],
    ] as const) {
      const { stderr, exitCode } = await runMcsniff(args);
      assert.equal(exitCode, 2);
      assert.ok(stderr.startsWith(`mcsniff: ${file} is a file, and no filter expression: read it with -r ${file}\n`));
    }
  });

  it('takes the filter expression from a file, without its comments', async () => {
    // As root it is read with the rights of the user whom root becomes.
    chmodSync(directory, 0o755);
    const path = file('filter', '# what the server says\nsrc port 11211 # here\n and tcp\n');
    const expected = await runMcsniff(['-r', sample, 'src port 11211 and tcp']);
    assert.deepEqual((await runMcsniff(['-r', sample, '-F', path])).stdout, expected.stdout);
    const { stderr, exitCode } = await runMcsniff(['-r', sample, '-F', path, 'tcp']);
    assert.equal(exitCode, 2);
    assert.match(stderr, /--filter-file \(-F\) and a filter expression exclude each other/);
  });

  it('exits with 2 and a hint on a wrong command line', async () => {
    for (const args of [['--nosuch'], ['-r', sample, 'tcp', 'and'], ['-r', sample, 'frobnicate', '5']]) {
      const { stderr, exitCode } = await runMcsniff(args);
      assert.equal(exitCode, 2, args.join(' '));
      assert.match(stderr, /--help/);
    }
  });
});

describe('mcsniff on a capture', () => {
  it('tells the size of what a connection leaves unfinished', async () => {
    const conversation = open();
    exchange(conversation, 'get k\r\n', 'END\r\n');
    conversation.client('set k 0 0 100\r\nonly the beginning');
    conversation.close();
    const path = file('unfinished', capture(conversation));
    const { stdout, stderr } = await runMcsniff(['-r', path]);
    assert.match(stdout.toString(), /memcached: set k 0 0 100$/m);
    assert.match(stderr, /^33 bytes of unfinished requests and answers$/m);
    const records = recordsOf((await runMcsniff(['--json', '-r', path])).stdout);
    assert.equal(records.at(-1)?.unfinishedBytes, 33);
    assert.equal(records.filter(({ event }) => event === 'command').length, 1);
  });

  it('tells which requests still waited for their answers', async () => {
    const conversation = open();
    exchange(conversation, 'get a\r\n', 'END\r\n');
    conversation.client('get hang:1\r\n');
    conversation.client('get a\r\n');
    const path = file('waiting', capture(conversation));
    const { stdout, stderr } = await runMcsniff(['--json', '-r', path]);
    const line = /^2 requests still waited for their answers, the oldest for \d+ (?:us|ms): get hang:1 \(packet 7\)$/m;
    assert.match(stderr, line);
    const { waiting } = recordsOf(stdout).at(-1) as { waiting?: { count: number; oldest: { packet: number } } };
    assert.deepEqual([waiting?.count, waiting?.oldest.packet], [2, 7]);
  });

  it('ends when the reader of its output has gone, and still tells its counters', async () => {
    const command = `${process.execPath} ${mainPath} -XXr samples/all-commands.pcap | head -1`;
    const { stdout, stderr, exitCode } = await runProgram('bash', ['-c', `set -o pipefail; ${command}`]);
    assert.equal(stdout.toString().split('\n').length, 2);
    assert.doesNotMatch(stderr, /EPIPE|Error|at /);
    assert.match(stderr, /^\d+ packets captured$/m);
    assert.equal(exitCode, 0);
  });

  it('stops after -c packets', async () => {
    const { stdout, stderr } = await runMcsniff(['-c', '3', '-r', sample]);
    assert.equal(stdout.toString().trimEnd().split('\n').length, 3);
    assert.match(stderr, /^3 packets captured$/m);
  });

  it('reads standard input', async () => {
    const expected = await runMcsniff(['-r', sample]);
    const { stdout, exitCode } = await runMcsniff(['-r', '-'], readFileSync(sample));
    assert.equal(exitCode, 0);
    assert.deepEqual(stdout, expected.stdout);
  });

  it('numbers packets behind the filter, in lines and records alike', async () => {
    const filter = ['src', 'port', '11211'];
    const lines = await runMcsniff(['-#', '-r', sample, ...filter]);
    assert.match(lines.stdout.toString(), /^ {4}1 /);
    const records = await runMcsniff(['-j', '-r', sample, ...filter]);
    const [first] = recordsOf(records.stdout);
    assert.equal(first?.packet, 1);
  });

  it('saves what it reads, and tcpdump reads it back', async () => {
    const path = join(directory, 'saved.pcap');
    await runMcsniff(['-r', sample, '-w', path]);
    const [original, saved] = await Promise.all([
      runProgram('tcpdump', ['-nXXr', sample]),
      runProgram('tcpdump', ['-nXXr', path]),
    ]);
    assert.deepEqual(saved.stdout, original.stdout);
  });

  it('tells what came before a packet that can not be saved', async () => {
    const path = join(directory, 'mixed.pcap');
    const { stdout, stderr, exitCode } = await runMcsniff([
      '-r',
      'samples/two-interfaces.pcapng',
      '--print',
      '-w',
      path,
    ]);
    assert.equal(exitCode, 1);
    assert.equal(stdout.toString().split('\n').length, 2, 'one line');
    assert.match(stderr, /packet 2 is .*holds only one link type\n1 packet captured\n$/);
  });

  it('writes packets alone to standard output with -w -', async () => {
    const { stdout } = await runMcsniff(['-r', sample, '-w', '-']);
    const { stdout: lines } = await runMcsniff(['-nr', '-'], stdout);
    const { stdout: expected } = await runMcsniff(['-nr', sample]);
    assert.deepEqual(lines, expected);
  });

  it('shows only packets and records of commands that match', async () => {
    const hits = await runMcsniff(['-t', '-r', sample, '--status', 'hit', '--key', 'user[NI]*']);
    assert.match(hits.stdout.toString(), /^[^\n]*memcached: get userId => hit 4 bytes, 198 us\n$/);
    const records = await runMcsniff(['-j', '-r', sample, '--command', 'set']);
    assert.deepEqual(
      recordsOf(records.stdout).map(({ event, command }) => command ?? event),
      ['set', 'summary'],
    );
  });

  it('appends records to a log beside the lines', async () => {
    const log = join(directory, 'records.json');
    const { stdout } = await runMcsniff(['-r', sample, '--log', log]);
    const { stdout: lines } = await runMcsniff(['-r', sample]);
    const { stdout: records } = await runMcsniff(['-j', '-r', sample]);
    assert.deepEqual(stdout, lines);
    assert.equal(readFileSync(log, 'utf8'), records.toString());
    await runMcsniff(['-r', sample, '--log', log]);
    assert.equal(readFileSync(log, 'utf8'), records.toString().repeat(2));
  });

  it('does not wait for the reader of a pipe at the path of the log', async () => {
    const path = join(directory, 'pipe');
    execFileSync('mkfifo', [path]);
    const { stderr, exitCode } = await runMcsniff(['-r', sample, '--log', path]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /pipe: is a pipe that nobody reads, or no file at all$/m);
  });

  it('says why a log can not be opened', async () => {
    const { stderr, exitCode } = await runMcsniff(['-r', sample, '--log', join(directory, 'no', 'log')]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /no such file or directory$/m);
  });
});
