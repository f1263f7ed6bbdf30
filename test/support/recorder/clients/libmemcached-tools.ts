import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../run-program.ts';
import type { Scale, Target } from '../recording.ts';

/** The command line tools of libmemcached; those that take it speak binary if asked to. */
export async function libmemcachedTools({ host, port }: Target, scale: Scale, isBinary: boolean): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'mcsniff-tools-'));
  const server = [`--servers=${host}:${port}`];
  const options = isBinary ? [...server, '--binary'] : server;
  const run = async (tool: string, ...args: readonly string[]): Promise<void> => {
    // Most of them also fail where a key is not there, which is wanted here.
    const { stderr, exitCode } = await runProgram(tool, args);
    if (exitCode === undefined) throw new Error(`${tool} was ended by a signal: ${stderr}`);
  };
  try {
    const file = (name: string, content: string | Buffer): string => {
      const path = join(directory, name);
      writeFileSync(path, content);
      return path;
    };
    const small = file('small', 'get x\r\nEND\r\n');
    const large = file('large', Buffer.alloc(scale.largeBytes, 'v'));
    const empty = file('empty', '');
    await run('memcping', ...options);
    await run('memccp', ...options, small, large, empty);
    await run('memccp', ...options, '--add', '--expire=100', '--flags=7', small);
    await run('memccp', ...options, '--replace', large);
    await run('memccat', ...options, 'small', 'large', 'empty', 'nowhere');
    await run('memcexist', ...options, 'small');
    await run('memcexist', ...options, 'nowhere');
    await run('memctouch', ...options, '--expire=100', 'small');
    await run('memctouch', ...options, '--expire=100', 'nowhere');
    await run('memcrm', ...options, 'small', 'nowhere');
    await run('memcstat', ...options);
    await run('memcstat', ...options, '--args=settings');
    // Only over text is there a way to list keys.
    await run('memcdump', ...server);
    const load = ['--concurrency=3', `--execute-number=${scale.repeats}`, `--initial-load=${scale.repeats * 2}`];
    for (const test of scale.repeats > 10 ? ['set', 'get', 'mget'] : []) {
      await run('memcslap', ...options, `--test=${test}`, ...load);
    }
    await run('memcflush', ...options);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const quiet = ['set', 'flush', 'add', 'replace', 'cas', 'delete', 'incr', 'decr', 'append', 'prepend'];
const asciiTests = ['version', 'get', 'gets', 'mget', 'stat', ...quiet.flatMap((name) => [name, `${name} noreply`])];

/**
 * The conformance tests of libmemcached, which try every command of a protocol. Of the text protocol without that of
 * `verbosity`, which would silence the server's log, and that of `quit`, which fails when it is run alone.
 */
export async function memccapable({ host, port }: Target, isBinary: boolean): Promise<void> {
  const options = ['-h', host, '-p', `${port}`, '-t', '2'];
  const runs = isBinary ? [['-b']] : asciiTests.map((name) => ['-T', `ascii ${name}`]);
  for (const run of runs) {
    const { stdout } = await runProgram('memccapable', [...options, ...run]);
    if (!stdout.includes('All tests passed')) throw new Error(`memccapable: ${stdout.toString()}`);
  }
}
