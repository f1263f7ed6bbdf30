import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { engines } from '../src/capture/engine-names.ts';
import { flood } from './support/flood.ts';
import { mainPath, runMcsniff } from './support/run-program.ts';
import { captureChild, childrenOf, type RunningOptions, RunningProgram, until } from './support/running-program.ts';
import { isRoot } from './support/users.ts';

const limits = { timeout: 60_000 };

let directory = '';

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-faults-'));
});
after(() => rmSync(directory, { recursive: true }));

/** Processes whose command line or environment contains the text. */
function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => ['cmdline', 'environ'].some((file) => textOf(`/proc/${name}/${file}`).includes(text)))
    .map(Number);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

interface Sniffing {
  readonly program: RunningProgram;
  /**
   * Stands in the command lines of all processes that capture, and in the environment of all that mcsniff has started.
   */
  readonly filter: string;
  readonly port: number;
  send(text: string): Promise<void>;
}

/** mcsniff on loopback, on a UDP port of its own; without the rights to capture it says so, and that is checked. */
async function sniffing(
  t: TestContext,
  args: readonly string[],
  options: RunningOptions = {},
): Promise<Sniffing | undefined> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  const { port } = socket.address();
  const filter = `udp and dst port ${port}`;
  const environment = { ...options.environment, TEST_FILTER: filter };
  const program = new RunningProgram(t, ['-i', 'lo', ...args, filter], { ...options, environment });
  if (!isRoot) {
    assert.equal(await program.ended(), 1);
    assert.match(program.stderr, /no permission to capture/);
    return undefined;
  }
  await program.listening();
  const send = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.send(text, port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error)));
    });
  return { program, filter, port, send };
}

async function nothingIsLeft(filter: string): Promise<void> {
  await until(
    () => `nothing is left of ${filter}`,
    () => processesWith(filter).length === 0,
  );
}

/** Settles when the flood is over. */
async function flooded(t: TestContext, port: number, milliseconds: number): Promise<void> {
  await once(flood(t, port, milliseconds), 'close');
}

function lineCount(text: string): number {
  assert.ok(text === '' || text.endsWith('\n'), 'whole lines');
  return text.split('\n').length - 1;
}

for (const engine of engines) {
  describe(`a live run with the ${engine} engine`, () => {
    it('ends at once, and leaves nothing, where its log or file can not be opened', limits, async (t) => {
      const missing = join(directory, 'missing', 'file');
      const filter = `udp and dst port 9 and udp port ${process.pid % 60_000}`;
      for (const option of ['--log', '-w']) {
        const program = new RunningProgram(t, ['-i', 'lo', '--engine', engine, option, missing, filter]);
        assert.equal(await program.ended(), 1);
        assert.equal(program.stderr, `mcsniff: ${missing}: no such file or directory\n`);
        await nothingIsLeft(filter);
      }
    });

    it('tells everything before the kill -9 of its capture child, and fails', limits, async (t) => {
      const saved = join(directory, `killed-child-${engine}.pcap`);
      const live = await sniffing(t, ['--engine', engine, '--print', '-w', saved]);
      if (live === undefined) return;
      const { program, filter, send } = live;
      for (let index = 0; index < 50; index++) await send('datagram');
      await program.until('they are printed', () => lineCount(program.stdout) === 50);
      // The child alone: what it has started must not outlive it.
      process.kill(captureChild(program.pid), 'SIGKILL');
      assert.equal(await program.ended(), 1);
      assert.match(
        program.stderr,
        /^mcsniff: lo: the capture process (tcpdump )?was ended by SIGKILL\n50 packets captured$/m,
      );
      await nothingIsLeft(filter);
      const again = await runMcsniff(['-r', saved]);
      assert.equal(again.exitCode, 0, again.stderr);
      assert.match(again.stderr, /^50 packets captured$/m);
    });

    it('leaves whole records and no process after the kill -9 of the parent', limits, async (t) => {
      for (const stalled of [false, true]) {
        const saved = join(directory, `killed-parent-${engine}-${stalled}.pcap`);
        const live = await sniffing(t, ['--engine', engine, '--print', '-w', saved], { stalled });
        if (live === undefined) return;
        const { program, filter, port } = live;
        const load = flooded(t, port, 1500);
        // A reader that takes nothing stops it behind what a pipe holds of lines: some 700 packets.
        await program.until('it is busy', () => readFileSync(saved).length > 60_000);
        program.signal('SIGKILL');
        await nothingIsLeft(filter);
        await load;
        const again = await runMcsniff(['-r', saved]);
        assert.equal(again.exitCode, 0, again.stderr);
        assert.ok(lineCount(again.stdout.toString()) > 300);
      }
    });

    it('ends with a message when its interface is removed', limits, async (t) => {
      const setUp = 'ip link add v0 type veth peer name v1 && ip link set v1 up && ip link set v0 up && exec "$@"';
      const command = [
        'unshare',
        ...(isRoot ? [] : ['-r']),
        '--net',
        'sh',
        '-c',
        setUp,
        'sh',
        process.execPath,
        mainPath,
      ];
      const log = join(directory, `removed-${engine}.json`);
      // A user namespace knows no other user to become.
      const keep = isRoot ? [] : ['-Z', 'root'];
      const program = new RunningProgram(t, ['-i', 'v0', '--engine', engine, '--log', log, ...keep], { command });
      await program.listening();
      const removed = spawnSync('nsenter', [
        ...(isRoot ? [] : [`--user=/proc/${program.pid}/ns/user`, '--preserve-credentials']),
        `--net=/proc/${program.pid}/ns/net`,
        'ip',
        'link',
        'delete',
        'v0',
      ]);
      assert.equal(removed.status, 0, String(removed.stderr));
      assert.equal(await program.ended(), 1);
      // tcpdump gives up root by itself, which a user namespace does not let it do.
      const why =
        isRoot || engine !== 'tcpdump' ? 'the interface went down or was removed' : 'no permission to capture .*';
      assert.match(program.stderr, new RegExp(`^mcsniff: v0: ${why}\n0 packets captured$`, 'm'));
      assert.match(readFileSync(log, 'utf8'), /^\{[^\n]*"event":"summary"[^\n]*\}\n$/);
    });

    it('keeps within its memory while nobody reads, then tells all that it captured', limits, async (t) => {
      const live = await sniffing(t, ['--engine', engine, '-XX'], { stalled: true });
      if (live === undefined) return;
      const { program, port, filter } = live;
      const resident = (): number => Number.parseInt(program.status().VmRSS ?? '', 10) / 1024;
      const before = resident();
      await flooded(t, port, 2500);
      const growth = resident() - before;
      assert.ok(growth < 100, `${growth} MiB`);
      program.signal('SIGINT');
      program.read();
      assert.equal(await program.ended(), 0, program.stderr);
      const [told, dropped] = ['captured', 'dropped by kernel'].map((what) =>
        Number(new RegExp(`^(\\d+) packets? ${what}$`, 'm').exec(program.stderr)?.[1]),
      );
      assert.ok(Number(told) > 10_000, program.stderr);
      assert.equal(program.stdout.match(/^\d\d:\d\d:\d\d\.\d{6} IP /gm)?.length, told);
      if (engine !== 'cap') assert.ok(Number(dropped) >= 0, program.stderr);
      await nothingIsLeft(filter);
    });

    it('ends at once on the second interrupt, and counts what it does not tell', limits, async (t) => {
      const live = await sniffing(t, ['--engine', engine, '-XX'], { stalled: true });
      if (live === undefined) return;
      const { program, port, filter } = live;
      await flooded(t, port, 1000);
      program.signal('SIGINT');
      program.signal('SIGUSR1');
      await program.until('the signals have come', () => /^mcsniff: \d+ packets captured/m.test(program.stderr));
      program.signal('SIGINT');
      await program.until('it has reported', () => program.stderr.includes('not taken by the reader'));
      assert.match(program.stderr, /^\d+ packets captured but not told\n\d+ bytes of output not taken by the reader$/m);
      await nothingIsLeft(filter);
      program.read();
      assert.equal(await program.ended(), 1);
    });
  });
}

it('tells everything before the kill -9 of tcpdump itself, and fails', limits, async (t) => {
  const live = await sniffing(t, ['--engine', 'tcpdump']);
  if (live === undefined) return;
  const { program, filter, send } = live;
  for (let index = 0; index < 50; index++) await send('datagram');
  await program.until('they are printed', () => lineCount(program.stdout) === 50);
  const child = captureChild(program.pid);
  process.kill(childrenOf(child)[0] as number, 'SIGKILL');
  assert.equal(await program.ended(), 1);
  assert.match(program.stderr, /^mcsniff: lo: the capture process tcpdump was ended by SIGKILL\n50 packets captured$/m);
  await nothingIsLeft(filter);
});

it('takes a tcpdump that refuses to capture for one that refuses the filter only where it is the filter', async (t) => {
  const place = join(directory, 'bin');
  mkdirSync(place);
  const script = '#!/bin/sh\necho "tcpdump: not in the mood" >&2\nexit 1\n';
  writeFileSync(join(place, 'tcpdump'), script, { mode: 0o755 });
  const environment = { PATH: `${place}:${process.env.PATH}` };
  for (const filter of [[], ['udp']]) {
    const program = new RunningProgram(t, ['-i', 'lo', '--engine', 'tcpdump', ...filter], { environment });
    assert.equal(await program.ended(), 1);
    assert.equal(program.stderr, 'mcsniff: lo: not in the mood\n');
  }
});
