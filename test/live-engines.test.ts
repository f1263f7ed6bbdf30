import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { engines } from '../src/capture/engine-names.ts';
import { flood } from './support/flood.ts';
import { mainPath, runMcsniff } from './support/run-program.ts';
import { captureChild, childrenOf, RunningProgram, statusOf, until } from './support/running-program.ts';
import { account, isRoot } from './support/users.ts';

/** What each engine has beyond packets; all of this needs root. */
const limits = { timeout: 60_000 };
const noCapabilities = '0000000000000000';

async function portOfOurs(t: TestContext): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return socket.address().port;
}

/** Number of a line of the exit report. */
function told(stderr: string, what: string): number {
  return Number(new RegExp(`^(\\d+) packets? ${what}$`, 'm').exec(stderr)?.[1]);
}

/** Files that a process holds. */
function filesOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((name) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${name}`);
    } catch {
      return '';
    }
  });
}

describe('with root, each engine', { skip: isRoot ? false : 'needs root' }, () => {
  for (const engine of engines) {
    it(`${engine}: leaves no rights and nothing inherited to what captures`, limits, async (t) => {
      const inherited = '/etc/hostname';
      const command = ['bash', '-c', `exec 40<${inherited} && exec "$@"`, 'bash', process.execPath, mainPath];
      const program = new RunningProgram(t, ['-i', 'lo', '--engine', engine], { command });
      await program.listening();
      const nobody = account('nobody').uid;
      const child = captureChild(program.pid);
      for (const pid of [program.pid, child, ...childrenOf(child)]) {
        await until(
          () => `${pid} is nobody: ${JSON.stringify(statusOf(pid))}`,
          () => statusOf(pid).Uid === [nobody, nobody, nobody, nobody].join('\t'),
        );
        const status = statusOf(pid);
        for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) assert.equal(status[set], noCapabilities, set);
      }
      // The guard stays root.
      for (const pid of [...childrenOf(program.pid), ...childrenOf(child)])
        assert.ok(!filesOf(pid).includes(inherited), `${pid}`);
      await until(
        () => 'no privileges come back',
        () => statusOf(child).NoNewPrivs === '1',
      );
      program.signal('SIGINT');
      assert.equal(await program.ended(), 0, program.stderr);
    });
  }

  for (const engine of ['libpcap', 'tcpdump']) {
    it(`${engine}: tells what was lost while what captures was stopped`, limits, async (t) => {
      const port = await portOfOurs(t);
      const options = ['-i', 'lo', '--engine', engine, '-B', '256', '-q', `udp dst port ${port}`];
      const program = new RunningProgram(t, options);
      await program.listening();
      const child = captureChild(program.pid);
      const stopped = childrenOf(child)[0] ?? child;
      process.kill(stopped, 'SIGSTOP');
      await once(flood(t, port, 500), 'close');
      process.kill(stopped, 'SIGCONT');
      await sleep(200);
      program.signal('SIGINT');
      assert.equal(await program.ended(), 0, program.stderr);
      const [captured, received, dropped] = ['captured', 'received by filter', 'dropped by kernel'].map((what) =>
        told(program.stderr, what),
      );
      assert.ok(Number(dropped) > 0, program.stderr);
      assert.ok(Number(received) >= Number(captured) + Number(dropped), program.stderr);
    });

    it(`${engine}: counts so far are the kernel's`, limits, async (t) => {
      const port = await portOfOurs(t);
      const program = new RunningProgram(t, ['-i', 'lo', '--engine', engine, `udp dst port ${port}`]);
      await program.listening();
      program.signal('SIGUSR1');
      await program.until('it has told', () => program.stderr.includes('captured'));
      assert.match(
        program.stderr,
        /^mcsniff: 0 packets captured, \d+ packets received by filter, 0 packets dropped by kernel$/m,
      );
    });

    it(`${engine}: makes the device promiscuous, and with -p does not`, limits, async (t) => {
      const setUp = 'ip link add v0 type veth peer name v1 && ip link set v1 up && ip link set v0 up && exec "$@"';
      const command = ['unshare', '--net', 'sh', '-c', setUp, 'sh', process.execPath, mainPath];
      for (const [option, expected] of [
        ['-l', '1'],
        ['-p', '0'],
      ] as const) {
        const program = new RunningProgram(t, ['-i', 'v0', '--engine', engine, option], { command });
        await program.listening();
        const inside = [`--net=/proc/${program.pid}/ns/net`, 'ip', '-d', 'link', 'show', 'v0'];
        const { stdout } = spawnSync('nsenter', inside, { encoding: 'utf8' });
        assert.equal(/promiscuity (\d)/.exec(stdout)?.[1], expected, option);
        program.signal('SIGINT');
        assert.equal(await program.ended(), 0, program.stderr);
      }
    });

    it(`${engine}: prints the code of a filter as tcpdump does`, limits, async () => {
      for (const [form, filter] of [
        ['-d', 'tcp port 11211'],
        ['-dd', 'udp'],
        ['-ddd', 'host 10.0.0.1'],
      ] as const) {
        const expected = spawnSync('tcpdump', [form, '-i', 'lo', filter], { encoding: 'utf8' }).stdout;
        const { stdout, stderr, exitCode } = await runMcsniff([form, '-i', 'lo', '--engine', engine, filter]);
        assert.equal(exitCode, 0, stderr);
        assert.equal(stdout.toString(), expected);
      }
      const { stderr, exitCode } = await runMcsniff(['-d', '-i', 'lo', '--engine', engine, 'tcp prot 1']);
      assert.match(stderr, /^mcsniff: .*tcp prot 1.*\n/);
      assert.equal(exitCode, 2);
    });

    it(`${engine}: lists link types, and captures with the one that is chosen`, limits, async (t) => {
      const { stdout, exitCode } = await runMcsniff(['-L', '-i', 'any', '--engine', engine]);
      assert.equal(exitCode, 0);
      assert.match(stdout.toString(), /^Data link types for any .*\n {2}LINUX_SLL \(Linux cooked v1\)\n/);
      const program = new RunningProgram(t, ['-i', 'any', '--engine', engine, '-y', 'LINUX_SLL', '-Q', 'in']);
      await program.listening();
      assert.match(program.stderr, /link-type LINUX_SLL \(Linux cooked v1\)/);
    });
  }

  it('an interface that goes down ends the run with a message', limits, async (t) => {
    // Without an address, as where it has none yet.
    const noAddress = 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6';
    const setUp = 'ip link add v0 type veth peer name v1 && ip link set v1 up && ip link set v0 up && exec "$@"';
    const mounted = `mount -t sysfs none /sys && ${noAddress} && ${setUp}`;
    for (const engine of ['libpcap', 'cap', 'tcpdump']) {
      const command = ['unshare', '--net', '--mount', 'sh', '-c', mounted, 'sh', process.execPath, mainPath];
      const program = new RunningProgram(t, ['-i', 'v0', '--engine', engine], { command });
      await program.listening();
      spawnSync('nsenter', [`--net=/proc/${program.pid}/ns/net`, 'ip', 'link', 'set', 'v0', 'down']);
      assert.equal(await program.ended(), 1);
      assert.match(program.stderr, /^mcsniff: v0: the interface went down or was removed\n0 packets captured$/m);
    }
  });

  it('auto says with -v which engine it took, and how much the buffer holds', limits, async (t) => {
    const program = new RunningProgram(t, ['-i', 'lo', '-v', '-B', '1024']);
    await program.listening();
    assert.match(
      program.stderr,
      /^mcsniff: engine libpcap: libpcap version \S+ .*, called through koffi \S+\nmcsniff: kernel buffer of 1024 KiB, room /,
    );
  });
});

it('the cap engine says what it has not', async () => {
  for (const [options, what] of [
    [['-y', 'EN10MB'], 'choose the link type (--linktype)'],
    [['-Q', 'in'], 'choose the direction (--direction)'],
    [['-L'], 'list link types (-L)'],
  ] as const) {
    const { stderr, exitCode } = await runMcsniff(['-i', 'lo', '--engine', 'cap', ...options]);
    assert.equal(exitCode, 1);
    assert.equal(stderr, `mcsniff: the cap engine can't ${what}: take --engine libpcap or tcpdump\n`);
  }
});
