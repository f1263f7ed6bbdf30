import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isInstalled } from '../../src/capture/program-path.ts';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { completionScript } from '../../src/cli/completion.ts';
import { options } from '../../src/cli/options.ts';
import { type Settings, UsageError } from '../../src/cli/settings.ts';
import { runMcsniff, runProgram } from '../support/run-program.ts';

function settings(...argv: string[]): Settings {
  const commandLine = parseCommandLine(argv);
  assert.ok('settings' in commandLine);
  return commandLine.settings;
}

const hasZsh = isInstalled('zsh');
let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-views-'));
});
after(() => rmSync(directory, { recursive: true }));

describe('standard output', () => {
  it('shows one view', () => {
    assert.equal(settings().view, 'lines');
    assert.equal(settings('-w', 'file').view, 'none');
    assert.equal(settings('-w', 'file', '--print').view, 'lines');
    assert.equal(settings('-w', 'file', '--json').view, 'records');
    assert.equal(settings('-w', '-').view, 'none');
    assert.equal(settings('--compact').view, 'compact');
    assert.equal(settings('--no-lines').view, 'none');
    const { view, json, format } = settings('--no-lines', '--json=ecs', '--log', 'file');
    assert.deepEqual([view, json, format], ['none', false, 'ecs']);
    assert.throws(
      () => settings('--no-lines', '--json'),
      /^UsageError: --json and --no-lines each say what standard output shows: leave one out, or .* --log$/,
    );
    assert.throws(() => settings('--compact', '--json'), /--json and --compact each say what standard output shows/);
    assert.equal(settings('--explain').language, 'en');
    const { view: explained, language } = settings('--explain=zh', 'tcp');
    assert.deepEqual([explained, language], ['explain', 'zh']);
    assert.throws(
      () => settings('--explain', '--summary'),
      /--summary and --explain each say what standard output shows/,
    );
    assert.throws(() => settings('--explain=fr'), /there is no such language; choose en, zh/);
    assert.throws(() => settings('-w', '-', '--compact'), /--write - \(-w -\) takes standard output, and --compact/);
    assert.throws(() => settings('--color', 'red'), UsageError);
  });

  it('may be of processes only live, and sampled only where there are records', () => {
    assert.equal(settings('--process', '--summary', '--by', 'process').namesProcesses, true);
    assert.throws(() => settings('--process', '-r', 'file'), /--process and --read \(-r\) exclude each other/);
    assert.throws(() => settings('--summary', '--by', 'key,process+client'), /--by process .* give --process, too/);
    assert.deepEqual(settings('--json', '--sample', '1/100').sample, { of: 100, by: 'key' });
    const byConnection = settings('--log', 'file', '--sample', '1/1', '--sample-by', 'connection');
    assert.deepEqual(byConnection.sample, { of: 1, by: 'connection' });
    assert.throws(() => settings('--sample', '1/100'), /--sample says .* give --json, --log FILE or --transport, too/);
    assert.throws(() => settings('--json', '--summary', '--sample', '1/100'), /--sample says/);
    assert.throws(() => settings('--json', '--sample-by', 'key'), /--sample-by .* give --sample, too/);
    for (const part of ['2/3', '1/0', '100', '0.01', '1/1e3', '1/10000000'])
      assert.throws(() => settings('--json', '--sample', part), /^UsageError: --sample .*: not a part; write 1\/N/);
  });

  it('has no lines where packets are saved, unless --print says so', async () => {
    const saved = join(directory, 'saved.pcap');
    const run = ['-r', 'samples/multi-get.pcap', '-w', saved];
    assert.equal((await runMcsniff(run)).stdout.length, 0);
    const { stdout } = await runMcsniff([...run, '--print']);
    assert.deepEqual(stdout, (await runMcsniff(run.slice(0, 2))).stdout);
  });

  it('has nothing with --no-lines, and the log has all', async () => {
    const log = join(directory, 'log.json');
    const { stdout, stderr } = await runMcsniff(['-r', 'samples/multi-get.pcap', '--no-lines', '--log', log]);
    assert.equal(stdout.length, 0);
    assert.match(stderr, /packets captured/);
    const records = await runMcsniff(['-r', 'samples/multi-get.pcap', '--json']);
    assert.equal(readFileSync(log, 'utf8'), records.stdout.toString());
  });
});

it('-d has up to three forms, and is of a live filter', () => {
  assert.deepEqual(
    [settings(), settings('-d'), settings('-ddd'), settings('-dddd')].map(({ filterCode }) => filterCode),
    [0, 1, 3, 3],
  );
  assert.throws(() => settings('-d', '-r', 'file.pcap'), UsageError);
});

describe('--completion', () => {
  it('names every option in each shell', () => {
    for (const shell of ['bash', 'zsh', 'fish'] as const) {
      const script = completionScript(shell);
      for (const name of Object.keys(options).filter((one) => one.length > 1))
        assert.ok(script.includes(shell === 'fish' ? `-l ${name}` : `--${name}`), `${shell}: ${name}`);
    }
  });

  it('is registered in zsh by source, too', { skip: hasZsh ? false : 'needs zsh' }, async () => {
    const script = `autoload -Uz compinit && compinit -u -D; ${completionScript('zsh')}\necho "\${_comps[mcsniff]}"`;
    const { stdout, stderr } = await runProgram('zsh', ['-fc', script]);
    assert.equal(stderr, '');
    assert.equal(stdout.toString(), '_mcsniff\n');
  });

  it('completes options, values and files in bash', async () => {
    const complete = async (...words: string[]): Promise<string[]> => {
      const list = words.map((word) => `'${word}'`).join(' ');
      const script = `${completionScript('bash')}
        COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _mcsniff; echo "\${COMPREPLY[@]}"`;
      return (await runProgram('bash', ['-c', script])).stdout.toString().trim().split(' ');
    };
    assert.deepEqual(await complete('mcsniff', '--slo'), ['--slower-than']);
    assert.deepEqual(await complete('mcsniff', '--color', 'a'), ['auto', 'always']);
    assert.deepEqual(await complete('mcsniff', '--json', '=', 'e'), ['ecs']);
    assert.deepEqual(await complete('mcsniff', '-r', 'package.j'), ['package.json']);
  });
});
