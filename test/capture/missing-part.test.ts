import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { installTcpdump } from '../../src/capture/missing-part.ts';
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
