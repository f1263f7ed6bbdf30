import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { engines } from '../../src/capture/engine-names.ts';
import { installProgram } from '../support/installed-program.ts';
import { runMcsniff } from '../support/run-program.ts';
import { type RunningOptions, RunningProgram } from '../support/running-program.ts';
import { account, isRoot } from '../support/users.ts';

const sample = 'samples/telnet-session.pcap';
const whole = readFileSync(sample);
const noCapabilities = '0000000000000000';

/** Root's own directory: nobody else may look into it. */
let directory = '';

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-privileges-'));
});
after(() => rmSync(directory, { recursive: true }));

/** mcsniff with a part of a capture on its standard input, when it has told what is in that. */
async function reading(t: TestContext, args: readonly string[], options: RunningOptions = {}): Promise<RunningProgram> {
  const program = new RunningProgram(t, ['-l', '-r', '-', ...args], options);
  program.child.stdin.write(whole.subarray(0, 1000));
  await program.until('it has printed', () => program.stdout.includes('memcached: get userId'));
  return program;
}

/** What the process may do: as the user named where these tests run as root, else as it was started. */
function assertRunsAs(program: RunningProgram, name: string): void {
  const status = program.status();
  const user = isRoot ? account(name) : undefined;
  const uid = user?.uid ?? process.getuid?.();
  const gid = user?.gid ?? process.getgid?.();
  assert.equal(status.Uid, [uid, uid, uid, uid].join('\t'));
  assert.equal(status.Gid, [gid, gid, gid, gid].join('\t'));
  if (user !== undefined) assert.equal(status.Groups, user.groups);
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) assert.equal(status[set], noCapabilities, set);
}

describe('mcsniff as root', () => {
  it('becomes nobody before it reads', async (t) => {
    assertRunsAs(await reading(t, []), 'nobody');
  });

  it('becomes the user who called sudo', async (t) => {
    const { uid } = account('daemon');
    assertRunsAs(await reading(t, [], { environment: { SUDO_UID: String(uid) } }), 'daemon');
  });

  it('becomes nobody where root called sudo, or someone without an account', async (t) => {
    for (const SUDO_UID of ['0', '3999999999', 'x'])
      assertRunsAs(await reading(t, [], { environment: { SUDO_UID } }), 'nobody');
  });

  it('becomes the user named with -Z', async (t) => {
    assertRunsAs(await reading(t, ['-Z', 'mail']), 'mail');
    const environment = { SUDO_UID: String(account('daemon').uid) };
    assertRunsAs(await reading(t, ['--relinquish-privileges=mail'], { environment }), 'mail');
  });

  it('stays root with -Z root, and warns', async (t) => {
    const program = await reading(t, ['-Z', 'root']);
    const uid = process.getuid?.();
    assert.equal(program.status().Uid, [uid, uid, uid, uid].join('\t'));
    assert.equal(
      program.stderr,
      isRoot ? 'mcsniff: -Z root: what strangers send is read with all rights of root\n' : '',
    );
  });

  it('refuses a user that is not there, before it empties a file; who is not root has nothing to give up', async () => {
    const saved = join(directory, 'precious');
    copyFileSync(sample, saved);
    const { stderr, exitCode, stdout } = await runMcsniff(['-Z', 'nosuchuser', '-r', sample, '-w', saved]);
    if (isRoot) {
      assert.equal(exitCode, 1);
      assert.match(stderr, /^mcsniff: there is no user "nosuchuser" to become: [^\n]*\n$/);
      assert.equal(stdout.length, 0);
    } else assert.equal(exitCode, 0);
    assert.equal(readFileSync(saved).length, whole.length);
  });

  for (const engine of engines) {
    it(`captures with the ${engine} engine as nobody`, async (t) => {
      const program = new RunningProgram(t, ['-i', 'lo', '--engine', engine]);
      if (!isRoot) {
        assert.equal(await program.ended(), 1);
        assert.match(program.stderr, /permission/);
        return;
      }
      await program.listening();
      assertRunsAs(program, 'nobody');
      program.signal('SIGINT');
      assert.equal(await program.ended(), 0);
    });
  }

  it('reads and writes files that only root may open', async () => {
    const input = join(directory, 'input.pcap.gz');
    writeFileSync(input, gzipSync(whole), { mode: 0o600 });
    const log = join(directory, 'log.json');
    const saved = join(directory, 'saved.pcap');
    const { stdout, stderr, exitCode } = await runMcsniff(['-r', input, '--log', log, '--print', '-w', saved]);
    assert.equal(exitCode, 0, stderr);
    assert.equal(stdout.toString().trimEnd().split('\n').length, 20);
    assert.match(readFileSync(log, 'utf8'), /"event":"summary"/);
    assert.deepEqual(readFileSync(saved), whole);
  });

  it('needs nothing of its own files once it has given up its rights', async (t) => {
    const place = join(directory, 'program');
    const command = [process.execPath, installProgram(place)];
    mkdirSync(join(place, 'out'));
    chmodSync(place, 0o700);
    const log = join(place, 'out', 'log.json');
    for (const args of [
      ['-XXe'],
      ['--json'],
      ['-w', '-'],
      ['--port', 'auto', '-tttt'],
      ['-w', join(place, 'out', 'a')],
    ]) {
      const program = new RunningProgram(t, [...args, '-r', '-', '--log', log], { command });
      program.child.stdin.end(gzipSync(whole));
      assert.equal(await program.ended(), 0, program.stderr);
      assert.equal(program.stderr, '20 packets captured\n270 bytes missing in reassembled streams, 4 gaps\n');
      program.child.stdin.destroy();
    }
    if (!isRoot) return;
    for (const engine of engines) {
      const program = new RunningProgram(t, ['-i', 'lo', '--engine', engine, '--log', log], { command });
      await program.listening();
      program.signal('SIGINT');
      assert.equal(await program.ended(), 0, program.stderr);
    }
  });
});
