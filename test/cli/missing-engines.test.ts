import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { installTcpdump } from '../../src/capture/missing-part.ts';
import { installProgram } from '../support/installed-program.ts';
import { type ProgramResult, runProgram } from '../support/run-program.ts';
import { isRoot } from '../support/users.ts';

const noKoffi = 'the package koffi, which calls libpcap, is not installed';
const noCap = 'the package cap is not installed';

let directory = '';
/** The program with neither koffi nor cap, and with cap alone. */
let bare = '';
let withCap = '';

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-engines-'));
  bare = installWithout('bare', 'koffi', 'cap');
  withCap = installWithout('with-cap', 'koffi');
});
after(() => rmSync(directory, { recursive: true }));

function installWithout(name: string, ...packages: string[]): string {
  const main = installProgram(join(directory, name));
  for (const missing of packages) rmSync(join(directory, name, 'node_modules', missing), { recursive: true });
  return main;
}

/** What it says of a device that is not there: which engine it took, then that. */
async function asked(main: string, options: readonly string[]): Promise<ProgramResult> {
  return runProgram(process.execPath, [main, '-i', 'nosuch0', '-v', ...options]);
}

it('takes cap where koffi is missing, and says why', async () => {
  const { stderr, exitCode } = await asked(withCap, []);
  assert.equal(exitCode, 1);
  assert.ok(stderr.startsWith(`mcsniff: engine cap: the package cap is there; ${noKoffi}\n`), stderr);
});

it('takes tcpdump where both packages are missing, and says why', async () => {
  const { stderr, exitCode } = await asked(bare, []);
  assert.equal(exitCode, 1);
  assert.ok(stderr.startsWith(`mcsniff: engine tcpdump: tcpdump is installed; ${noKoffi}; ${noCap}\n`), stderr);
});

it('lists devices without any package', async () => {
  const { stdout, exitCode } = await runProgram(process.execPath, [bare, '-D']);
  assert.equal(exitCode, 0);
  assert.match(stdout.toString(), /^\d+\.lo \[Up, Running, Loopback\] 127\.0\.0\.1/m);
});

it('says of an engine that was asked for what it lacks, and how to get it', async () => {
  const libpcap = await asked(bare, ['--engine', 'libpcap']);
  assert.equal(libpcap.exitCode, 1);
  assert.equal(libpcap.stderr.split('\n').at(-2), `mcsniff: ${noKoffi}: npm install koffi`);
  const cap = await asked(bare, ['--engine', 'cap']);
  assert.equal(cap.exitCode, 1);
  assert.match(
    cap.stderr.split('\n').at(-2) ?? '',
    /^mcsniff: the package cap is not installed: .*install .*, then run: npm install cap$/,
  );
});

/** Runs where other files stand in the way of some, in a mount namespace of its own. */
function hiding(paths: readonly string[], main: string, options: readonly string[]): Promise<ProgramResult> {
  const mounts = paths.map((path) => `mount --bind /dev/null ${path}`).join(' && ');
  const script = `${mounts} && exec "$@"`;
  return runProgram('unshare', ['--mount', 'sh', '-c', script, 'sh', process.execPath, main, '-i', 'lo', ...options]);
}

const tcpdumps = ['/usr/bin/tcpdump', '/usr/sbin/tcpdump'].filter((path) => existsSync(path));
const libraries = ['/usr/lib/x86_64-linux-gnu/libpcap.so.0.8', '/usr/lib/aarch64-linux-gnu/libpcap.so.0.8'].filter(
  (path) => existsSync(path),
);
const canHide = isRoot && libraries.length > 0 && tcpdumps.length > 0;

it('names the quickest way where there is nothing', { skip: canHide ? false : 'needs root' }, async () => {
  for (const options of [['-c', '1'], ['-D']]) {
    const { stderr, exitCode } = await hiding(tcpdumps, bare, options);
    assert.equal(exitCode, 1);
    assert.equal(
      stderr,
      `mcsniff: there is nothing to capture with (${noKoffi}; ${noCap}; tcpdump is not installed); ` +
        `the quickest way to it is: ${installTcpdump()}\n`,
    );
  }
});

it('says that libpcap is missing', { skip: canHide ? false : 'needs root' }, async () => {
  const whole = installProgram(join(directory, 'whole'));
  const { stderr, exitCode } = await hiding(libraries, whole, ['--engine', 'libpcap']);
  assert.equal(exitCode, 1);
  assert.match(stderr, /^mcsniff: libpcap is not installed \([^\n]+\): [^\n]*tcpdump brings it along\n$/);
});
