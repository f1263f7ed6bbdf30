import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it, type TestContext } from 'node:test';
import { installProgram } from '../support/installed-program.ts';
import { captureChild, RunningProgram, statusOf, until } from '../support/running-program.ts';
import { account, isRoot } from '../support/users.ts';

const noCapabilities = '0000000000000000';

let directory = '';
/** The program where anybody may read it. */
let program: string[] = [];

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-capabilities-'));
  chmodSync(directory, 0o755);
  const node = join(directory, 'node');
  copyFileSync(process.execPath, node);
  chmodSync(node, 0o755);
  program = [node, installProgram(join(directory, 'program'))];
});
after(() => rmSync(directory, { recursive: true }));

/** A copy of a program; where these tests run as root, one that may capture, whoever runs it. */
function copyThatCaptures(program: string, name: string): string {
  const copy = join(directory, name);
  copyFileSync(program, copy);
  chmodSync(copy, 0o755);
  if (isRoot) execFileSync('setcap', ['cap_net_raw,cap_net_admin=ep', copy]);
  return copy;
}

/** mcsniff, run by someone without any rights, captures with such a copy, and has no capability itself. */
async function captures(t: TestContext, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  const { uid, gid } = account('nobody');
  const asNobody = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  const command = [...(isRoot ? asNobody : []), ...program];
  const sniffer = new RunningProgram(t, [...args, '-i', 'lo', '-c', '1'], { command, environment });
  if (!isRoot) {
    assert.equal(await sniffer.ended(), 1);
    assert.match(sniffer.stderr, /^mcsniff: lo: no permission to capture \([^\n]*\): run mcsniff with sudo, or let /);
    return;
  }
  await sniffer.listening();
  assert.equal(sniffer.status().CapPrm, noCapabilities);
  if (environment.MCSNIFF_CAPTURE_NODE !== undefined)
    await until(
      () => 'the capture child has given up its capabilities',
      () => statusOf(captureChild(sniffer.pid)).CapPrm === noCapabilities,
    );
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  t.after(() => socket.close());
  await once(socket, 'listening');
  socket.send('get x\r\n', 11211, '127.0.0.1');
  assert.equal(await sniffer.ended(), 0, sniffer.stderr);
  assert.match(sniffer.stdout, /127\.0\.0\.1\.memcache: /);
}

it('captures without root with a tcpdump that has capabilities', async (t) => {
  copyThatCaptures(execFileSync('sh', ['-c', 'command -v tcpdump'], { encoding: 'utf8' }).trim(), 'tcpdump');
  await captures(t, ['--engine', 'tcpdump'], { PATH: `${directory}:${process.env.PATH}` });
});

for (const engine of ['libpcap', 'cap']) {
  it(`captures without root with a copy of node that has capabilities and the ${engine} engine`, async (t) => {
    const environment = { MCSNIFF_CAPTURE_NODE: copyThatCaptures(process.execPath, 'mcsniff-node') };
    await captures(t, ['--engine', engine], environment);
  });
}
