import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { installBuildTools, installTcpdump, npmCommand } from '../../src/capture/missing-part.ts';
import { isRoot } from '../support/users.ts';

function directoryWith(t: TestContext, ...programs: string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'mcsniff-path-'));
  t.after(() => rmSync(directory, { recursive: true }));
  for (const program of programs) writeFileSync(join(directory, program), '#!/bin/sh\n', { mode: 0o755 });
  return directory;
}

test("tcpdump is had from the system's own package manager", (t) => {
  const sudo = isRoot ? '' : 'sudo ';
  assert.equal(installTcpdump(directoryWith(t, 'apk')), `${sudo}apk add tcpdump`);
  assert.equal(installTcpdump(directoryWith(t, 'dnf', 'yum')), `${sudo}dnf install tcpdump`);
  assert.equal(installTcpdump(directoryWith(t, 'brew')), 'brew install tcpdump');
  assert.equal(installTcpdump(directoryWith(t)), 'install tcpdump');
});

test('a compiler and headers are named as the distribution does', (t) => {
  const sudo = isRoot ? '' : 'sudo ';
  assert.equal(installBuildTools(directoryWith(t, 'apt-get')), `${sudo}apt-get install g++ make python3 libpcap-dev`);
  assert.equal(installBuildTools(directoryWith(t, 'dnf')), `${sudo}dnf install gcc-c++ make python3 libpcap-devel`);
  assert.match(installBuildTools(directoryWith(t)), /^install a C\+\+ compiler, /);
});

test('a package is installed where mcsniff is', (t) => {
  const prefix = mkdtempSync(join(tmpdir(), 'mcsniff-prefix-'));
  t.after(() => rmSync(prefix, { recursive: true }));
  const module = join(prefix, 'node_modules', 'mcsniff', 'dist', 'src', 'main.js');
  mkdirSync(dirname(module), { recursive: true });
  assert.equal(npmCommand('install', 'cap', module), 'npm install -g cap');
  assert.equal(npmCommand('rebuild', 'cap', module), 'npm rebuild -g cap');
  writeFileSync(join(prefix, 'package.json'), '{}');
  assert.equal(npmCommand('install', 'cap', module), 'npm install cap');
  assert.equal(npmCommand('install', 'koffi', '/usr/src/mcsniff/dist/src/main.js'), 'npm install koffi');
  assert.equal(npmCommand('install', 'cap', '/nosuch/node_modules/mcsniff/dist/src/a.js'), 'sudo npm install -g cap');
});
