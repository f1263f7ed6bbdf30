import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { largeCapture, packetsBesideCommands } from '../support/large-capture.ts';
import { type JsonRecord, recordsOf } from '../support/records.ts';
import { mainPath, type ProgramResult, runMcsniff, runProgram } from '../support/run-program.ts';
import { RunningProgram } from '../support/running-program.ts';

const packets = 20_000;

let directory = '';
let large = '';

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-disk-'));
  large = join(directory, 'large.pcap');
  writeFileSync(large, largeCapture(packets));
});
after(() => rmSync(directory, { recursive: true }));

/**
 * A shell's commands with a small disk of their own in the directory, which they leave behind as `kept`. Whoever may
 * not mount one gets a limit on the size of files instead, with another message.
 */
function onSmallDisk(name: string, commands: string): Promise<ProgramResult> {
  const place = join(directory, name);
  mkdirSync(join(place, 'disk'), { recursive: true });
  const mount = `mount -t tmpfs -o size=256k none ${place}/disk`;
  const kept = `cp -r ${place}/disk ${place}/kept`;
  const run = `${commands}\nstatus=$?; ${kept}; exit $status`;
  return mayMount()
    ? runProgram('unshare', ['--mount', 'sh', '-c', `${mount} || exit 99\ncd ${place}/disk\n${run}`])
    : runProgram('bash', ['-c', `ulimit -f 200\ncd ${place}/disk\n${run}`]);
}

function mayMount(): boolean {
  return spawnSync('unshare', ['--mount', 'true']).status === 0;
}

function kept(name: string, file: string): Buffer {
  return readFileSync(join(directory, name, 'kept', file));
}

const mcsniff = `${process.execPath} ${mainPath}`;

const trouble = '(no space left on device|file too large)';

/** Whole records, and as many of them as the disk held. */
function manyRecordsOf(output: Buffer): JsonRecord[] {
  assert.ok(output.length > 100_000, `${output.length} bytes`);
  return recordsOf(output);
}

describe('mcsniff on a full disk', () => {
  it('goes on without the log, counts the records that are lost, and fails at the end', async () => {
    const { stdout, stderr, exitCode } = await onSmallDisk('log', `${mcsniff} -r ${large} --log log.json`);
    assert.equal(exitCode, 1, stderr);
    assert.equal(stdout.toString().split('\n').length - 1, packets, 'all lines');
    const records = manyRecordsOf(kept('log', 'log.json'));
    const message = new RegExp(
      `^mcsniff: log\\.json: ${trouble}: records are lost until it can be written again\n` +
        `${packets} packets captured\n(\\d+) records not written to the log\n$`,
    ).exec(stderr);
    assert.ok(message, stderr);
    // One record a command, and the connection's opening, its end and the summary.
    assert.equal(records.length + Number(message[2]), (packets - packetsBesideCommands) / 2 + 3);
  });

  it('logs again when there is space', async (t) => {
    const log = join(directory, 'limited.json');
    const program = limited(t, log);
    const tooMuch = largeCapture(2000);
    program.child.stdin.write(tooMuch);
    await program.until('it has told all that', () => program.stdout.split('\n').length === 2001);
    assert.match(program.stderr, /records are lost/);
    const before = manyRecordsOf(readFileSync(log));
    // As when logrotate makes room.
    writeFileSync(log, '');
    program.child.stdin.end(largeCapture(2200).subarray(tooMuch.length));
    assert.equal(await program.ended(), 1);
    const lost = Number(/json: it can be written again, (\d+) records were lost$/m.exec(program.stderr)?.[1]);
    const after = recordsOf(readFileSync(log));
    const summary = after.at(-1);
    assert.equal(summary?.event, 'summary');
    assert.equal(summary.lostRecords, lost);
    assert.match(program.stderr, new RegExp(`^${lost} records not written to the log$`, 'm'));
    assert.equal(before.length + after.length + lost, Number(summary.commands) + 3);
  });

  it('ends with -w where the disk is full, as tcpdump does; what came before is told', async () => {
    const { stdout, stderr, exitCode } = await onSmallDisk('write', `${mcsniff} -r ${large} --print -w saved.pcap`);
    assert.equal(exitCode, 1, stderr);
    assert.match(stderr, new RegExp(`^mcsniff: saved\\.pcap: ${trouble}\n(\\d+) packets captured\n`));
    const told = stdout.toString().split('\n').length - 1;
    assert.equal(told, Number(/^(\d+) packets captured$/m.exec(stderr)?.[1]));
    const saved = join(directory, 'write', 'kept', 'saved.pcap');
    const again = await runMcsniff(['-r', saved]);
    assert.equal(again.exitCode, 0, again.stderr);
    const count = again.stdout.toString().split('\n').length - 1;
    assert.ok(count > 1000 && count <= told, `${count} of ${told} packets`);
  });

  it('ends where standard output is a file that can not be written on, which ends with a whole line', async () => {
    for (const [name, options] of [
      ['lines', ''],
      ['json', '--json'],
      ['packets', '-w -'],
    ] as const) {
      const { stderr, exitCode } = await onSmallDisk(name, `${mcsniff} -r ${large} ${options} > out`);
      assert.equal(exitCode, 1, stderr);
      assert.match(stderr, new RegExp(`^mcsniff: standard output: ${trouble}\n`));
      const out = kept(name, 'out');
      if (name === 'json') manyRecordsOf(out);
      else if (name === 'lines') assert.equal(out.at(-1), 0x0a);
      else assert.equal((await runMcsniff(['-r', '-'], out)).exitCode, 0);
      assert.ok(out.length > 100_000);
    }
  });
});

/** mcsniff that reads standard input and logs to a file that may not grow beyond 200 KiB. */
function limited(t: TestContext, log: string): RunningProgram {
  const command = ['bash', '-c', 'ulimit -f 200; exec "$@"', 'bash', process.execPath, mainPath];
  return new RunningProgram(t, ['-r', '-', '--log', log], { command });
}
