import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it, test } from 'node:test';
import { mainPath, runMcsniff, runProgram } from '../support/run-program.ts';
import { RunningProgram } from '../support/running-program.ts';
import { isRoot } from '../support/users.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

describe('mcsniff --version', () => {
  let directory = '';
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'mcsniff-start-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  it('prints name and version, wherever it stands', async () => {
    for (const args of [['--version'], ['-nr', 'nosuch', '--version'], ['--version', '--nosuch']]) {
      const { stdout, stderr, exitCode } = await runMcsniff(args);
      assert.equal(stdout.toString(), `mcsniff ${version}\n`, args.join(' '));
      assert.equal(stderr, '');
      assert.equal(exitCode, 0);
    }
  });

  it('loads nothing of the program but what prints', async () => {
    const modules = modulesOf('dist/src/main.js');
    assert.equal(modules.has('dist/src/run.js'), false);
    for (const path of ['package.json', ...modules]) cpSync(path, join(directory, path));
    const main = join(directory, 'dist/src/main.js');
    const { stdout, stderr } = await runProgram(process.execPath, [main, '--version']);
    assert.equal(stderr, '');
    assert.equal(stdout.toString(), `mcsniff ${version}\n`);
  });
});

/** A module of the package, and all that are loaded with it. */
function modulesOf(path: string): Set<string> {
  const found = new Set([path]);
  for (const module of found) {
    for (const [, name = ''] of readFileSync(module, 'utf8').matchAll(/^import [^;]*"\.\/([^"]+)";/gm))
      found.add(join(dirname(module), name));
  }
  return found;
}

test('too few files for the program are no bug of it', async () => {
  const command = `ulimit -n 21; exec ${process.execPath} ${mainPath} -r samples/telnet-session.pcap`;
  const { stderr, exitCode } = await runProgram('bash', ['-c', command]);
  assert.equal(stderr, 'mcsniff: too many open files for this process (ulimit -n)\n');
  assert.equal(exitCode, 1);
});

test('too few files for a live capture are none either', { skip: !isRoot }, async (t) => {
  const ends = [24, 26, 28].map(async (limit) => {
    // A descriptor that is inherited from beyond the limit can't be closed in a child.
    const setUp = `exec 99< /dev/null; ulimit -n ${limit}; exec "$@" -i lo -q 'udp port 9'`;
    const program = new RunningProgram(t, [], { command: ['bash', '-c', setUp, 'bash', process.execPath, mainPath] });
    await program.until('it has said something', () => program.stderr !== '').catch(() => undefined);
    program.signal('SIGINT');
    await program.ended();
    return program.stderr;
  });
  for (const said of await Promise.all(ends)) {
    assert.match(said, /^mcsniff: (?:listening on|(?:the capture can't be started: )?too many open files)/);
  }
});

test('the process is called mcsniff, so that pidof finds it', { skip: process.platform !== 'linux' }, async (t) => {
  const program = new RunningProgram(t, ['-r', '-']);
  await program.until('it has its name', () => program.status().Name === 'mcsniff');
});
