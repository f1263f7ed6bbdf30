import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runMcsniff } from './support/run-program.ts';
import { until } from './support/running-program.ts';

const guardModule = new URL('../src/tail-guard.js', import.meta.url).href;

let directory = '';

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-tail-'));
});
after(() => rmSync(directory, { recursive: true }));

/**
 * Runs these lines with a guard of a file, `file` being its descriptor, in a process that is then killed, or ends.
 * Returns what the file holds when nothing of them is left.
 */
async function runGuarded(before: string, kind: string, lines: string, isKilled = true): Promise<string> {
  const path = join(directory, 'file');
  writeFileSync(path, before);
  const script = `import { openSync, writeSync } from 'node:fs';
    import { TailGuard } from ${JSON.stringify(guardModule)};
    const file = openSync(${JSON.stringify(path)}, 'a');
    const guard = TailGuard.${kind}(file);
    ${lines}
    ${isKilled ? "process.kill(process.pid, 'SIGKILL')" : 'guard.end()'};`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, TEST_FILTER: directory },
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  assert.equal(signal, isKilled ? 'SIGKILL' : null);
  if (isKilled)
    await until(
      () => 'its guard has ended',
      () => processesLeft() === 0,
    );
  else assert.equal(processesLeft(), 0);
  return readFileSync(path, 'latin1');
}

/** Processes that a test has started, by what is in their environment. */
function processesLeft(): number {
  return readdirSync('/proc').filter((name) => {
    try {
      return readFileSync(`/proc/${name}/environ`, 'latin1').includes(`TEST_FILTER=${directory}`);
    } catch {
      return false;
    }
  }).length;
}

describe('a file whose writer is killed in the middle of a record', () => {
  it('ends with the last whole line', async () => {
    for (const [before, written, expected] of [
      ['', '{"half":', ''],
      ['{"old":1}\n', '{"a":1}\n{"half":', '{"old":1}\n{"a":1}\n'],
      ['', '{"a":1}\n', '{"a":1}\n'],
      ['', `${'x'.repeat(9000)}\n${'y'.repeat(9000)}`, `${'x'.repeat(9000)}\n`],
    ] as const) {
      assert.equal(await runGuarded(before, 'ofLines', `writeSync(file, ${JSON.stringify(written)});`), expected);
    }
  });

  it('ends where the last whole record did, which was told', async () => {
    for (const [lines, expected] of [
      ["writeSync(file, 'whole'); guard.tell(5); writeSync(file, 'hal');", 'whole'],
      ["writeSync(file, 'whole'); guard.tell(5);", 'whole'],
      ["guard.tell(0); writeSync(file, 'hea');", ''],
      ["writeSync(file, 'nothing was told');", 'nothing was told'],
    ] as const) {
      assert.equal(await runGuarded('', 'ofLength', lines), expected);
    }
  });
});

describe('a file whose writer ends', () => {
  it('is left as it is, and nothing stays behind', async () => {
    for (const kind of ['ofLines', 'ofLength']) {
      assert.equal(await runGuarded('', kind, "writeSync(file, 'no end'); guard.tell(2);", false), 'no end');
    }
  });
});

describe('a log that ends with a half line', () => {
  it('is gone on with in a line of its own', async () => {
    const log = join(directory, 'log.json');
    writeFileSync(log, '{"whole":1}\n{"half":');
    const { stderr, exitCode } = await runMcsniff(['-r', 'samples/telnet-session.pcap', '--log', log]);
    assert.equal(exitCode, 0, stderr);
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    assert.deepEqual(lines.slice(0, 2), ['{"whole":1}', '{"half":']);
    for (const line of lines.slice(2)) JSON.parse(line);
    assert.ok(lines.length > 10);
  });
});
