import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { ByteWriter } from '../../src/byte-writer.ts';
import { LogFile } from '../../src/output/log-file.ts';
import { LogRotation, type LogRotationSettings } from '../../src/output/log-rotation.ts';
import { largeCapture, packetsBesideCommands } from '../support/large-capture.ts';
import { type JsonRecord, recordsOf } from '../support/records.ts';
import { runMcsniff } from '../support/run-program.ts';
import { RunningProgram } from '../support/running-program.ts';

const commands = 6000;

let directory = '';
let capture = '';

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-rotation-'));
  // Whoever root becomes writes there.
  chmodSync(directory, 0o777);
  capture = join(directory, 'commands.pcap');
  writeFileSync(capture, largeCapture(2 * commands + packetsBesideCommands));
});
after(() => rmSync(directory, { recursive: true }));

let logs = 0;

/** A path for a log, in a directory of its own. */
function newLog(): string {
  const place = join(directory, `log-${logs++}`);
  return join(mkdtempIn(place), 'log.json');
}

function mkdtempIn(place: string): string {
  const made = mkdtempSync(`${place}-`);
  chmodSync(made, 0o777);
  return made;
}

/** A rotating log of lines, and what it has complained of. */
class Lines {
  readonly complaints: unknown[] = [];
  seconds = 0;
  readonly #file: LogFile;

  constructor(path: string, settings: Partial<LogRotationSettings>) {
    const complain = (error: unknown): void => void this.complaints.push(error);
    const none = Number.POSITIVE_INFINITY;
    const all = { bytes: none, seconds: none, keep: 10, compresses: false, ...settings };
    const watcher = { failed: complain, recovered: () => undefined, notRotated: complain };
    this.#file = new LogFile(path, watcher, undefined, new LogRotation(path, all, complain));
    this.#file.follow(() => this.seconds);
  }

  write(...lines: string[]): void {
    for (const line of lines) {
      const out = new ByteWriter();
      out.text(`${line}\n`);
      this.#file.write(out, 0);
    }
  }

  reopen(): void {
    this.#file.reopen();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** The files of a log by what follows its name, each with its text. */
function filesOf(path: string): Record<string, string> {
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)));
  return Object.fromEntries(
    names.sort().map((name) => {
      const bytes = readFileSync(join(dirname(path), name));
      return [name.slice(basename(path).length), (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()];
    }),
  );
}

/** All records of a log, the oldest first. */
function allRecords(path: string): JsonRecord[] {
  const files = Object.entries(filesOf(path));
  const number = (ending: string): number => Number(/\d+/.exec(ending)?.[0] ?? 0);
  return files.sort(([a], [b]) => number(b) - number(a)).flatMap(([, text]) => recordsOf<JsonRecord>(text));
}

describe('a log that rotates by size', () => {
  it('has no file larger than that, but for a longer record, and keeps as many as it is told', async () => {
    const path = newLog();
    const lines = new Lines(path, { bytes: 10, keep: 3 });
    lines.write('aaaa', 'bbbb', 'cccc', 'd'.repeat(20), 'eeee', 'fff', 'ggg');
    await lines.close();
    assert.deepEqual(filesOf(path), { '': 'ggg\n', '.1': 'eeee\nfff\n', '.2': `${'d'.repeat(20)}\n`, '.3': 'cccc\n' });
    assert.deepEqual(lines.complaints, []);
  });

  it('counts what the file had before, and goes on with the numbers that are there', async () => {
    const path = newLog();
    writeFileSync(path, 'old old\n');
    writeFileSync(`${path}.1`, 'one\n');
    writeFileSync(`${path}.3`, 'three\n');
    const lines = new Lines(path, { bytes: 10 });
    lines.write('new');
    await lines.close();
    // Where a number is free, none behind it moves.
    assert.deepEqual(filesOf(path), { '': 'new\n', '.1': 'old old\n', '.2': 'one\n', '.3': 'three\n' });
  });

  it('puts nothing aside that somebody else has moved away already', async () => {
    const path = newLog();
    const lines = new Lines(path, { bytes: 10 });
    lines.write('aaaa', 'bbbb');
    lines.reopen();
    renameSync(path, `${path}.moved`);
    lines.write('cccc', 'dddd', 'eeee');
    await lines.close();
    assert.deepEqual(filesOf(path), { '': 'eeee\n', '.1': 'cccc\ndddd\n', '.moved': 'aaaa\nbbbb\n' });
  });

  it('goes on in the same file where it may not be moved, says so, and tries again', async () => {
    const path = newLog();
    const lines = new Lines(path, { bytes: 10, keep: 1 });
    // What can't be removed by force: a directory.
    const obstacle = mkdtempSync(`${path}.gz-`);
    renameSync(obstacle, `${path}.1`);
    lines.write('aaaa', 'bbbb', 'cccc', 'dddd');
    assert.equal(lines.complaints.length, 1);
    rmSync(`${path}.1`, { recursive: true });
    lines.write('eeee');
    await lines.close();
    assert.deepEqual(filesOf(path), { '': 'eeee\n', '.1': 'aaaa\nbbbb\ncccc\ndddd\n' });
    assert.equal(lines.complaints.length, 1);
  });
});

describe('a log that rotates by time', () => {
  it('has the records of one span of packet time in each file, also where times go back', async () => {
    const path = newLog();
    const lines = new Lines(path, { seconds: 60 });
    for (const [seconds, line] of [
      [100, 'a'],
      [119, 'b'],
      [120, 'c'],
      [119, 'd'],
      [500, 'e'],
    ] as const) {
      lines.seconds = seconds;
      lines.write(line);
    }
    await lines.close();
    assert.deepEqual(filesOf(path), { '': 'e\n', '.1': 'c\nd\n', '.2': 'a\nb\n' });
  });

  it('asks a file that is there when it was written', async () => {
    for (const [written, expected] of [
      [3599, { '': 'new\n', '.1': 'old\n' }],
      [3600, { '': 'old\nnew\n' }],
    ] as const) {
      const path = newLog();
      writeFileSync(path, 'old\n');
      utimesSync(path, written, written);
      const lines = new Lines(path, { seconds: 3600 });
      lines.seconds = 7199;
      lines.write('new');
      await lines.close();
      assert.deepEqual(filesOf(path), expected);
    }
  });
});

describe('rotated files', () => {
  it('are compressed while others follow, each line once', async () => {
    const path = newLog();
    const lines = new Lines(path, { bytes: 1000, keep: 200, compresses: true });
    const written = Array.from({ length: 3000 }, (_, index) => `line ${index}`);
    for (const [index, line] of written.entries()) {
      lines.write(line);
      if (index % 50 === 0) await sleep(1);
    }
    await lines.close();
    const files = filesOf(path);
    assert.ok(Object.keys(files).length > 20);
    for (const ending of Object.keys(files)) assert.ok(ending === '' || /^\.\d+\.gz$/.test(ending), ending);
    const number = (ending: string): number => Number(/\d+/.exec(ending)?.[0] ?? 0);
    const told = Object.keys(files)
      .sort((a, b) => number(b) - number(a))
      .map((ending) => files[ending]);
    assert.equal(told.join(''), `${written.join('\n')}\n`);
    assert.equal(statSync(`${path}.1.gz`).mode & 0o777, 0o640);
    assert.deepEqual(lines.complaints, []);
  });

  it('go, compressed or not, where they are too many', async () => {
    const path = newLog();
    const lines = new Lines(path, { bytes: 5, keep: 2, compresses: true });
    for (let turn = 0; turn < 40; turn++) {
      lines.write(String(turn));
      if (turn % 7 === 0) await sleep(5);
    }
    await lines.close();
    assert.deepEqual(filesOf(path), { '': '38\n39\n'.slice(3), '.1.gz': '38\n', '.2.gz': '37\n' });
  });

  it('are tidied up behind a run that was killed while it compressed', async () => {
    const path = newLog();
    writeFileSync(`${path}.gz.part`, 'half');
    writeFileSync(`${path}.1`, 'in both\n');
    writeFileSync(`${path}.1.gz`, 'in both\n');
    const lines = new Lines(path, { bytes: 5 });
    lines.write('a', 'bbbb');
    await lines.close();
    assert.deepEqual(readdirSync(dirname(path)).sort(), ['log.json', 'log.json.1', 'log.json.2.gz']);
  });
});

describe('mcsniff --log --rotate', () => {
  it('tells each command once, over more than 50 files', async () => {
    const path = newLog();
    const args = ['-r', capture, '--no-lines', '--log', path, '--rotate', '40k', '--keep', '1000', '--compress'];
    const { stderr, exitCode } = await runMcsniff(args);
    assert.equal(exitCode, 0, stderr);
    assert.ok(readdirSync(dirname(path)).length > 50);
    const keys = allRecords(path).flatMap(({ key }) => (key === undefined ? [] : [key]));
    assert.deepEqual(
      keys,
      Array.from({ length: commands }, (_, index) => `key:${index}`),
    );
    for (const [ending, text] of Object.entries(filesOf(path))) assert.ok(text.length <= 40 * 1024, ending);
  });

  it('does so with SIGHUP among them, moved files or not, and leaves whole lines when it is killed', async (t) => {
    const path = newLog();
    const bytes = readFileSync(capture);
    const program = new RunningProgram(t, ['-r', '-', '--no-lines', '--log', path, '--rotate', '20k', '--keep', '999']);
    const step = Math.ceil(bytes.length / 12);
    const moved: string[] = [];
    for (let at = 0; at < bytes.length; at += step) {
      // It takes signals once it reads, not when it has opened the log.
      const before = Math.max(1, readdirSync(dirname(path)).length);
      program.child.stdin.write(bytes.subarray(at, at + step));
      await program.until('files are put aside', () => readdirSync(dirname(path)).length > before);
      const name = `${path}-moved-${moved.length}`;
      // It may be about to be opened.
      if ((at / step) % 2 === 0 && existsSync(path)) {
        try {
          renameSync(path, name);
          moved.push(name);
        } catch (error) {
          assert.equal((error as NodeJS.ErrnoException).code, 'ENOENT');
        }
      }
      program.signal('SIGHUP');
    }
    await program.until('the last command is told', () => text(path).includes(`"key":"key:${commands - 1}"`));
    program.signal('SIGKILL');
    await program.ended();
    const files = readdirSync(dirname(path)).map((name) => readFileSync(join(dirname(path), name)));
    const keys = files.flatMap((file) => recordsOf(file)).flatMap(({ key }) => (key === undefined ? [] : [key]));
    assert.equal(keys.length, commands);
    assert.equal(new Set(keys).size, commands);
    assert.ok(moved.length > 2 && files.length > 50, `${files.length} files`);
  });

  it('says so where the directory is not its own', async () => {
    const path = newLog();
    writeFileSync(path, '');
    chmodSync(path, 0o666);
    // Root becomes another user.
    chmodSync(dirname(path), 0o555);
    const args = ['-r', capture, '-Z', 'nobody', '--no-lines', '--log', path, '--rotate', '500k'];
    const { stderr, exitCode } = await runMcsniff(args);
    assert.equal(exitCode, 0);
    assert.match(
      stderr,
      /^mcsniff: \S+log\.json: can't be rotated \(permission denied\), logging goes on in the same file\n/,
    );
    assert.equal(allRecords(path).filter(({ event }) => event === 'command').length, commands);
  });
});

function text(path: string): string {
  return readdirSync(dirname(path))
    .map((name) => readFileSync(join(dirname(path), name), 'utf8'))
    .join('');
}
