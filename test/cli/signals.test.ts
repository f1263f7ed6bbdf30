import assert from 'node:assert/strict';
import { chownSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { largeCapture } from '../support/large-capture.ts';
import { capture, open } from '../support/plain-session.ts';
import { type JsonRecord, recordsOf } from '../support/records.ts';
import { mainPath, runProgram } from '../support/run-program.ts';
import { RunningProgram } from '../support/running-program.ts';
import { account, isRoot } from '../support/users.ts';

const whole = readFileSync('samples/telnet-session.pcap');

let directory = '';
let large = '';

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-signals-'));
  large = join(directory, 'large.pcap');
  writeFileSync(large, largeCapture(40_000));
});
after(() => rmSync(directory, { recursive: true }));

/** mcsniff, with the first packets of a capture on its standard input; what these complete is in the log. */
async function logging(t: TestContext, log: string): Promise<RunningProgram> {
  const program = new RunningProgram(t, ['-r', '-', '--log', log]);
  program.child.stdin.write(whole.subarray(0, 1000));
  await program.until('the log has begun', () => readFileSync(log, 'utf8').includes('connection_open'));
  return program;
}

function records(path: string): JsonRecord[] {
  return recordsOf(readFileSync(path));
}

describe('SIGHUP', () => {
  it('opens the log anew, where the user that mcsniff has become may', async (t) => {
    const place = mkdtempSync(join(directory, 'rotated-'));
    if (isRoot) {
      // A service's own directory; the way to it has to be open, too.
      chownSync(directory, account('nobody').uid, -1);
      chownSync(place, account('nobody').uid, -1);
    }
    const log = join(place, 'log.json');
    const program = await logging(t, log);
    renameSync(log, `${log}.1`);
    program.signal('SIGHUP');
    await program.until('there is a new log', () => existsSync(log));
    program.child.stdin.end(whole.subarray(1000));
    assert.equal(await program.ended(), 0, program.stderr);
    assert.equal(records(`${log}.1`)[0]?.event, 'connection_open');
    assert.equal(records(log).at(-1)?.event, 'summary');
    assert.ok(records(log).every(({ packet }) => packet !== 1));
  });

  it('says so where that is not possible, and goes on in the old file', async (t) => {
    const place = mkdtempSync(join(tmpdir(), 'mcsniff-fixed-'));
    t.after(() => rmSync(`${place}-moved`, { recursive: true, force: true }));
    const log = join(place, 'log.json');
    const program = await logging(t, log);
    renameSync(place, `${place}-moved`);
    program.signal('SIGHUP');
    await program.until('it has said so', () => program.stderr !== '');
    program.child.stdin.end(whole.subarray(1000));
    assert.equal(await program.ended(), 0);
    assert.match(
      program.stderr,
      /^mcsniff: \S+log\.json: can't be opened anew \([^)]+\), logging goes on in the old file\n/,
    );
    const old = records(join(`${place}-moved`, 'log.json'));
    assert.deepEqual([old[0]?.event, old.at(-1)?.event], ['connection_open', 'summary']);
  });

  it('ends the program where there is no log', async (t) => {
    const program = new RunningProgram(t, ['-l', '-r', '-']);
    program.child.stdin.write(whole.subarray(0, 1000));
    await program.until('it prints', () => program.stdout !== '');
    program.signal('SIGHUP');
    assert.equal(await program.ended(), 0);
    assert.match(program.stderr, /^\d+ packets captured$/m);
  });

  it('is not needed for a log that was removed: it goes on, unseen', async (t) => {
    const log = join(directory, 'removed.json');
    const program = await logging(t, log);
    rmSync(log);
    program.child.stdin.end(whole.subarray(1000));
    assert.equal(await program.ended(), 0, program.stderr);
    assert.match(program.stderr, /^20 packets captured$/m);
    assert.equal(existsSync(log), false);
  });
});

describe('SIGUSR1', () => {
  it('tells the counters so far, in one line, and the run goes on', async (t) => {
    const program = new RunningProgram(t, ['-l', '-r', '-']);
    program.child.stdin.write(whole.subarray(0, 1000));
    await program.until('it prints', () => program.stdout !== '');
    program.signal('SIGUSR1');
    await program.until('it has told', () => program.stderr.endsWith('\n'));
    assert.match(
      program.stderr,
      /^mcsniff: 10 packets captured, \d+ bytes missing in reassembled streams, \d gaps, 1 request still waited for its answer, for \d+ us: set username \(packet 9\)\n$/,
    );
    program.child.stdin.end(whole.subarray(1000));
    assert.equal(await program.ended(), 0);
    assert.match(program.stderr, /^20 packets captured$/m);
  });

  it('tells which requests wait for their answers', async (t) => {
    const program = new RunningProgram(t, ['-l', '-r', '-']);
    const conversation = open();
    conversation.client('get hang:1\r\n');
    program.child.stdin.write(capture(conversation));
    await program.until('it prints', () => program.stdout.includes('get hang:1'));
    program.signal('SIGUSR1');
    await program.until('it has told', () => program.stderr.endsWith('\n'));
    assert.match(program.stderr, /, 1 request still waited for its answer, for \d+ us: get hang:1 \(packet 4\)\n$/);
    program.child.stdin.end();
    assert.equal(await program.ended(), 0);
  });

  it('is answered while the reader of a file makes it wait', async (t) => {
    const program = new RunningProgram(t, ['-r', large], { stalled: true });
    // What fills the pipe has been read from the file by then; a signal that comes before would end the program.
    await program.until('it waits', () => program.child.stdout.readableLength > 0);
    program.signal('SIGUSR1');
    await program.until('it has told', () => /^mcsniff: \d+ packets captured\n$/.test(program.stderr));
    program.read();
    assert.equal(await program.ended(), 0);
    assert.match(program.stderr, /^40000 packets captured$/m);
    assert.equal(program.stdout.split('\n').length, 40_001);
  });
});

it('SIGUSR1 never opens a debugger, whenever it comes', async () => {
  const count = 'process.on("exit", () => console.error(process.listenerCount("SIGUSR1")))';
  for (const args of [['--version'], ['-r', 'samples/telnet-session.pcap']]) {
    const { stderr } = await runProgram(process.execPath, [
      '--import',
      `data:text/javascript,${count}`,
      mainPath,
      ...args,
    ]);
    assert.match(stderr, /^1\n$/m);
  }
});

describe('SIGINT and SIGTERM', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`${signal} ends the reading of a file, and what was read is told`, async (t) => {
      const program = new RunningProgram(t, ['-r', large], { stalled: true });
      await program.until('it waits', () => program.child.stdout.readableLength > 0);
      program.signal(signal);
      program.signal('SIGUSR1');
      await program.until('the signals have come', () => program.stderr.endsWith('captured\n'));
      program.read();
      assert.equal(await program.ended(), 0);
      const told = Number(/^(\d+) packets captured$/m.exec(program.stderr)?.[1]);
      assert.ok(told > 0 && told < 40_000, program.stderr);
      assert.equal(program.stdout.split('\n').length - 1, told);
    });
  }

  it('end the program soon, though nobody reads what it writes, and say what was dropped', async (t) => {
    for (const again of [false, true]) {
      const log = join(directory, `stalled-${again}.json`);
      const program = new RunningProgram(t, ['-r', large, '--log', log], { stalled: true });
      await program.until('it waits', () => program.child.stdout.readableLength > 0);
      program.signal('SIGINT');
      program.signal('SIGUSR1');
      await program.until('the signals have come', () => program.stderr.endsWith('captured\n'));
      if (again) program.signal('SIGINT');
      await program.until('it has reported', () =>
        /^\d+ bytes of output not taken by the reader$/m.test(program.stderr),
      );
      program.read();
      assert.equal(await program.ended(), 1);
      assert.equal(records(log).at(-1)?.event, 'summary');
      assert.ok(Number(records(log).at(-1)?.packets) > 0);
    }
  });
});
