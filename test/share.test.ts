import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseCommandLine } from '../src/cli/command-line.ts';
import { options } from '../src/cli/options.ts';

describe('the files for other programs', () => {
  it('have fields in the format of lnav that records have', () => {
    const { mcsniff_log: format } = JSON.parse(readFileSync('share/mcsniff.lnav.json', 'utf8'));
    const { properties } = JSON.parse(readFileSync('share/record.schema.json', 'utf8')).$defs.command;
    const fields = [
      ...Object.keys(format.value),
      format['timestamp-field'],
      format['level-field'],
      format['body-field'],
    ];
    for (const field of fields) assert.ok(field in properties, field);
  });

  it('have logrotate tell each mcsniff that runs, and not fail where none does', async (t) => {
    const [, script = ''] =
      /postrotate\n(.*?)\n\s*endscript/s.exec(readFileSync('share/mcsniff.logrotate', 'utf8')) ?? [];
    const directory = mkdtempSync(join(tmpdir(), 'mcsniff-logrotate-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const rotated = (pidof: string): number | null => {
      writeFileSync(join(directory, 'pidof'), `#!/bin/sh\n${pidof}\n`, { mode: 0o755 });
      return spawnSync('/bin/sh', ['-c', script], { env: { PATH: directory } }).status;
    };
    assert.equal(rotated('exit 1'), 0);
    const running = [1, 2].map(() => spawn('sleep', ['30']));
    const ended = running.map((child) => once(child, 'exit'));
    assert.equal(rotated(`echo ${running.map(({ pid }) => pid).join(' ')}`), 0);
    for (const [, signal] of await Promise.all(ended)) assert.equal(signal, 'SIGHUP');
  });

  it('start mcsniff as a service with options that it has, and no right but to capture', () => {
    const unit = readFileSync('share/mcsniff.service', 'utf8');
    const values = (name: string): string[] =>
      [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
    const [command = ''] = values('ExecStart');
    const commandLine = parseCommandLine(command.split(' ').slice(1));
    assert.ok('settings' in commandLine);
    const { interface: device, log, view, logRotation } = commandLine.settings;
    assert.deepEqual([device, log, view], ['any', '/var/log/mcsniff/memcached.json', 'none']);
    assert.deepEqual(logRotation, { bytes: 100 * 2 ** 20, seconds: 86_400, keep: 14, compresses: true });
    assert.deepEqual(values('LogsDirectory'), ['mcsniff']);
    for (const name of ['AmbientCapabilities', 'CapabilityBoundingSet'])
      assert.deepEqual(values(name), ['CAP_NET_RAW']);
  });

  it('name every option in the manual page', () => {
    const page = readFileSync('dist/mcsniff.1', 'utf8');
    for (const name of Object.keys(options).filter((one) => one.length > 1))
      assert.ok(page.includes(`\\-\\-${name.replaceAll('-', '\\-')}`), name);
  });
});
