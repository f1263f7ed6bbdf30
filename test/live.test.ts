import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { mainPath, runProgram } from './support/run-program.ts';

/** Loopback traffic of a real memcached and a real client, captured by each engine. */
describe('mcsniff live', () => {
  for (const engine of ['cap', 'tcpdump']) {
    it(`logs as many commands as the server counts, with the ${engine} engine`, async () => {
      const port = await freePort();
      const server = spawn('memcached', ['-u', 'root', '-l', '127.0.0.1', '-p', String(port), '-U', '0']);
      try {
        await listening(port);
        const sniffer = new LiveSniffer(['-i', 'lo', '--json', '--engine', engine, '--port', String(port)]);
        await sniffer.listening();
        const load = ['--servers', `127.0.0.1:${port}`, '--concurrency=10', '--execute-number=1000'];
        for (const test of ['set', 'get']) {
          const { exitCode, stderr } = await runProgram('memcslap', [...load, `--test=${test}`, '--flush']);
          assert.equal(exitCode, 0, stderr);
        }
        const stats = await askStats(port);
        const records = await sniffer.end();
        const commands = records.filter((record) => record.event === 'command');
        const count = (test: (record: Record<string, unknown>) => boolean): number => commands.filter(test).length;
        assert.deepEqual(
          {
            cmd_set: count(({ command }) => command === 'set'),
            cmd_get: count(({ command }) => command === 'get'),
            get_hits: count(({ command, status }) => command === 'get' && status === 'hit'),
            get_misses: count(({ command, status }) => command === 'get' && status === 'miss'),
            cmd_flush: count(({ command }) => command === 'flush_all'),
          },
          stats,
          sniffer.stderr,
        );
        assert.ok(stats.cmd_get === 10_000 && (stats.cmd_set ?? 0) >= 10_000, 'the load was what it should be');
        assert.equal(
          count(({ status }) => status === 'unanswered'),
          0,
        );
        assert.match(sniffer.stderr, /^\d+ packets captured$/m);
        assert.equal(sniffer.exitCode, 0);
      } finally {
        server.kill();
      }
    });
  }

  it('says in one sentence that there is no such device', async () => {
    const { stderr, exitCode } = await runProgram(process.execPath, [mainPath, '-i', 'nosuch0']);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mcsniff: nosuch0: .*mcsniff -D/);
    assert.equal(stderr.trimEnd().split('\n').length, 1);
  });

  it('lists devices', async () => {
    const { stdout, exitCode } = await runProgram(process.execPath, [mainPath, '-D']);
    assert.equal(exitCode, 0);
    assert.match(stdout.toString(), /^\d+\.lo\b.*127\.0\.0\.1/m);
  });

  it('says what libpcap says of a filter expression, which is a wrong command line', async () => {
    const { stderr, exitCode } = await runProgram(process.execPath, [mainPath, '-i', 'lo', 'tcp', 'prot', '5']);
    assert.equal(exitCode, 2);
    assert.match(stderr, /syntax error/);
  });
});

class LiveSniffer {
  stderr = '';
  exitCode: number | null = null;
  #stdout = '';
  readonly #child: ChildProcess;

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, [mainPath, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#stdout += chunk.toString('latin1');
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
  }

  async listening(): Promise<void> {
    await until(() => this.stderr.includes('listening on'));
  }

  /** Waits for the last command, then ends it as Ctrl-C does; returns the records. */
  async end(): Promise<Record<string, unknown>[]> {
    await until(() => this.#stdout.includes('"command":"stats"'));
    this.#child.kill('SIGINT');
    const [code] = (await once(this.#child, 'close')) as [number | null];
    this.exitCode = code;
    return this.#stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(port: number): Promise<void> {
  await until(async () => {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  });
}

/** The server's own counters. */
async function askStats(port: number): Promise<Record<string, number>> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
    if (answer.endsWith('END\r\n')) socket.end('quit\r\n');
  });
  socket.write('stats\r\n');
  await once(socket, 'close');
  const names = ['cmd_set', 'cmd_get', 'get_hits', 'get_misses', 'cmd_flush'];
  return Object.fromEntries(names.map((name) => [name, Number(new RegExp(`STAT ${name} (\\d+)`).exec(answer)?.[1])]));
}

/** Waits, for at most 10 seconds, until the condition holds. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail('nothing happened within 10 seconds');
}
