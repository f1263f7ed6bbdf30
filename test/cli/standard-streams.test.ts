import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { mainPath, type ProgramResult, runProgram } from '../support/run-program.ts';

const sample = 'samples/telnet-session.pcap';

/** mcsniff in a shell, as `mcsniff`. */
function inShell(commands: string): Promise<ProgramResult> {
  return runProgram('bash', ['-c', `mcsniff() { ${process.execPath} ${mainPath} "$@"; }\n${commands}`]);
}

/** Every way to write to standard output. */
const ways = [
  `-r ${sample}`,
  `--json -r ${sample}`,
  `-l -r ${sample}`,
  `-w - -r ${sample}`,
  '--help',
  '--version',
  '-D',
];

describe('a standard output on which nothing can be written', () => {
  for (const way of existsSync('/dev/full') ? ways : []) {
    it(`is an error, said once: ${way}`, async () => {
      const { stderr, exitCode } = await inShell(`mcsniff ${way} > /dev/full`);
      assert.equal(exitCode, 1);
      const messages = stderr.split('\n').filter((line) => line !== '' && !/^\d+ (packets|bytes) /.test(line));
      assert.deepEqual(messages, ['mcsniff: standard output: no space left on device']);
    });
  }
});

describe('a standard output whose reader has gone', () => {
  for (const way of ways) {
    it(`is no error: ${way}`, async () => {
      const { stderr, exitCode } = await inShell(`mcsniff ${way} | true; exit "\${PIPESTATUS[0]}"`);
      assert.equal(exitCode, 0);
      assert.doesNotMatch(stderr, /mcsniff:|Error/);
    });
  }
});

describe('a standard error that nobody reads', () => {
  it('keeps nothing from being told, and the exit status is that of the run', async () => {
    for (const stderr of ['2> /dev/full', '2> >(true)', '2>&-']) {
      const right = await inShell(`sleep 0.1; mcsniff -r ${sample} ${stderr}`);
      assert.equal(right.stdout.toString().split('\n').length - 1, 20, stderr);
      assert.equal(right.exitCode, 0, stderr);
      const wrong = await inShell(`mcsniff -r missing.pcap ${stderr}`);
      assert.equal(wrong.exitCode, 1, stderr);
    }
  });
});
