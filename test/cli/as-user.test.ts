import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { RunningProgram } from '../support/running-program.ts';
import { account, isRoot } from '../support/users.ts';

const sample = 'samples/telnet-session.pcap';

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-as-user-'));
});
after(() => rmSync(directory, { recursive: true }));

/** A directory of the user who calls sudo; the way to it is open. */
function home(name: string): string {
  const path = join(directory, name);
  mkdirSync(path);
  chmodSync(directory, 0o755);
  chownSync(path, account('daemon').uid, account('daemon').gid);
  return path;
}

async function sniff(t: TestContext, ...args: string[]): Promise<RunningProgram> {
  const environment = { SUDO_UID: String(account('daemon').uid) };
  const program = new RunningProgram(t, ['-r', sample, ...args], { environment });
  await program.ended();
  return program;
}

describe('the files that root writes', { skip: !isRoot }, () => {
  it("are the user's, and nobody else's", async (t) => {
    const place = home('own');
    const [log, saved] = [join(place, 'log.json'), join(place, 'saved.pcap')];
    const { exitCode, stderr } = await sniff(t, '--log', log, '-w', saved);
    assert.equal(exitCode, 0, stderr);
    for (const path of [log, saved]) {
      const { uid, gid, mode } = statSync(path);
      assert.deepEqual([uid, gid, mode & 0o777], [account('daemon').uid, account('daemon').gid, 0o640], path);
    }
  });

  it('are given to the user where only root may make them, as in /var/log', async (t) => {
    const log = join(directory, 'log.json');
    assert.equal((await sniff(t, '--log', log)).exitCode, 0);
    assert.equal(statSync(log).uid, account('daemon').uid);
    assert.match(readFileSync(log, 'utf8'), /"event":"summary"/);
  });

  it('are none to which a link of the user leads', async (t) => {
    const place = home('links');
    const target = join(directory, 'root-only');
    writeFileSync(target, 'precious', { mode: 0o600 });
    symlinkSync(target, join(place, 'link'));
    symlinkSync(directory, join(place, 'up'));
    for (const path of [join(place, 'link'), join(place, 'up', 'root-only')]) {
      for (const option of ['--log', '-w']) {
        const { exitCode, stderr } = await sniff(t, option, path);
        assert.equal(exitCode, 1);
        assert.match(stderr, /permission denied to daemon, whom root becomes \(-Z names another one\)$/m);
      }
    }
    assert.equal(readFileSync(target, 'utf8'), 'precious');
  });

  it('are told to be out of reach of the user once it is that one', async (t) => {
    const { exitCode, stderr } = await sniff(t, '-w', join(directory, 'each-%H.pcap'), '-G', '3600');
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /each-\d\d\.pcap: permission denied to daemon, whom root has become \(-Z names another one\)$/m,
    );
  });

  it('are not read for a filter that the user may not read', async (t) => {
    const secret = join(directory, 'secret');
    writeFileSync(secret, 'host secret', { mode: 0o600 });
    const { exitCode, stderr } = await sniff(t, '-F', secret);
    assert.equal(exitCode, 2);
    assert.match(stderr, /permission denied$/m);
    assert.doesNotMatch(stderr, /host secret/);
  });
});
