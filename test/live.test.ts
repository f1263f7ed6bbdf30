import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { engines } from '../src/capture/engine-names.ts';
import { askStats, freePort } from './support/recorder/server.ts';
import { type JsonRecord, recordsOf } from './support/records.ts';
import { runMcsniff, runProgram } from './support/run-program.ts';
import { RunningProgram, until } from './support/running-program.ts';

/** Loopback traffic of a real memcached and a real client, captured by each engine. */
describe('mcsniff live', () => {
  for (const engine of engines) {
    it(`logs as many commands as the server counts, with the ${engine} engine`, async (t) => {
      const port = await freePort();
      const server = spawn('memcached', ['-u', 'root', '-l', '127.0.0.1', '-p', String(port), '-U', '0']);
      try {
        await accepting(port);
        // Room for nearly all packets at once, of which each takes 64 KiB: a machine that runs other tests loses none.
        const buffer = ['-B', String(512 * 1024)];
        const options = ['-i', 'lo', '--json', '--engine', engine, '--port', String(port), ...buffer];
        const sniffer = new RunningProgram(t, options);
        await sniffer.listening();
        const load = ['--servers', `127.0.0.1:${port}`, '--concurrency=10', '--execute-number=100'];
        for (const test of ['set', 'get']) {
          const { exitCode, stderr } = await runProgram('memcslap', [...load, `--test=${test}`, '--flush']);
          assert.equal(exitCode, 0, stderr);
        }
        const stats = await askStats('127.0.0.1', port);
        await sniffer.until('the last command is logged', () => sniffer.stdout.includes('"command":"stats"'));
        sniffer.signal('SIGINT');
        assert.equal(await sniffer.ended(), 0, sniffer.stderr);
        const commands = recordsOf(sniffer.stdout).filter((record) => record.event === 'command');
        const count = (test: (record: JsonRecord) => boolean): number => commands.filter(test).length;
        const counted = {
          cmd_set: count(({ command }) => command === 'set'),
          cmd_get: count(({ command }) => command === 'get'),
          get_hits: count(({ command, status }) => command === 'get' && status === 'hit'),
          get_misses: count(({ command, status }) => command === 'get' && status === 'miss'),
          cmd_flush: count(({ command }) => command === 'flush_all'),
        };
        const expected = Object.fromEntries(Object.keys(counted).map((name) => [name, stats[name]]));
        assert.deepEqual(counted, expected, sniffer.stderr);
        assert.ok(stats.cmd_get === 1000 && (stats.cmd_set ?? 0) >= 1000, 'the load was what it should be');
        assert.equal(
          count(({ status }) => status === 'unanswered'),
          0,
        );
        assert.match(sniffer.stderr, /^\d+ packets captured$/m);
      } finally {
        server.kill();
      }
    });
  }

  it('says in one sentence that there is no such device', async () => {
    const { stderr, exitCode } = await runMcsniff(['-i', 'nosuch0']);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mcsniff: nosuch0: .*mcsniff -D/);
    assert.equal(stderr.trimEnd().split('\n').length, 1);
  });

  it('lists devices', async () => {
    const { stdout, exitCode } = await runMcsniff(['-D']);
    assert.equal(exitCode, 0);
    assert.match(stdout.toString(), /^\d+\.lo\b.*127\.0\.0\.1/m);
  });

  it('says what libpcap says of a filter expression, which is a wrong command line', async () => {
    const { stderr, exitCode } = await runMcsniff(['-i', 'lo', 'tcp', 'prot', '5']);
    assert.equal(exitCode, 2);
    assert.match(stderr, /syntax error/);
  });
});

/** Settles when the server takes connections. */
async function accepting(port: number): Promise<void> {
  await until(
    () => `port ${port} takes connections`,
    async () => {
      const socket = connect(port, '127.0.0.1');
      try {
        await once(socket, 'connect');
        return true;
      } finally {
        socket.destroy();
      }
    },
  );
}
