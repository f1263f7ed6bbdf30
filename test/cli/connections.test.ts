import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pcapFile } from '../support/capture-file.ts';
import { recordsOf } from '../support/records.ts';
import { mainPath, runMcsniff, runProgram } from '../support/run-program.ts';
import { UdpConversation } from '../support/udp-conversation.ts';

const samples = fileURLToPath(new URL('../../../samples/', import.meta.url));

interface StoryRecord {
  readonly event: string;
  readonly conn: number;
  readonly client: string;
  readonly server: string;
  readonly transport: string;
  readonly handshakeUs?: { readonly server: number; readonly client: number };
  readonly commands: number;
  readonly end: string;
  readonly findingNames: readonly string[];
}

async function storiesOf(name: string, ...options: string[]): Promise<StoryRecord[]> {
  const { stdout } = await runMcsniff(['-r', join(samples, name), '--connections', '--json', ...options]);
  return recordsOf<StoryRecord>(stdout);
}

/**
 * Round trips of handshakes, µs, by capture and client, as tshark 4.0.17 computes them: `tshark -r FILE -Y
 * 'tcp.analysis.initial_rtt && tcp.dstport == 11211' -T fields -e ip.src -e ipv6.src -e tcp.srcport -e
 * tcp.analysis.initial_rtt`. Left out are captures of which it measures something else: it takes the first segment behind
 * the SYN+ACK for the ACK, also the server's own (fast-open.pcap), and the packets in the order of the capture
 * (reordered-handshake.pcap).
 */
const roundTrips: Readonly<Record<string, Readonly<Record<string, number>>>> = JSON.parse(
  readFileSync('test/cli/initial-round-trips.json', 'utf8'),
);

describe('stories', { concurrency: 2 }, () => {
  it('have the round trips of handshakes that tshark computes', async () => {
    let compared = 0;
    for (const [name, expected] of Object.entries(roundTrips)) {
      const stories = (await storiesOf(name)).filter(({ handshakeUs }) => handshakeUs !== undefined);
      // Where ports are used again the other program's rows can't be told apart.
      const clients = stories.map(({ client }) => client);
      for (const { client, handshakeUs } of stories) {
        const other = expected[client];
        if (other === undefined || clients.indexOf(client) !== clients.lastIndexOf(client)) continue;
        const own = (handshakeUs?.server ?? 0) + (handshakeUs?.client ?? 0);
        assert.ok(Math.abs(own - other) <= 1, `${name}, ${client}: ${own} µs, not ${other}`);
        compared++;
      }
    }
    assert.ok(compared > 30, `${compared} compared`);
  });

  it('are one line a connection, of at most 200 columns, and a second one where something was wrong', async () => {
    const { stdout } = await runMcsniff(['-r', join(samples, 'retransmission.pcap'), '--connections']);
    const [line = '', second, ...others] = stdout.toString().split('\n');
    assert.match(
      line,
      /^03:04:05\.000000 conn 1 192\.0\.2\.1:40001 > 192\.0\.2\.2:11211 text, closed by the client after/,
    );
    assert.ok(line.length <= 200);
    assert.equal(second, '    ! slow, retransmission, 2 retransmissions of the client, 1 retransmission of the server');
    assert.deepEqual(others, ['']);
  });

  it('say as much as fits, of commands how many there were, and the time of day as lines do', async () => {
    const { stdout } = await runMcsniff(['-r', join(samples, 'all-commands.pcap'), '--connections']);
    const lines = stdout
      .toString()
      .split('\n')
      .filter((line) => line.includes(' conn '));
    for (const line of lines) {
      assert.ok(line.length <= 200 && !line.includes('…'), line);
      const [, commands, each = ''] = / (\d+) commands?: ([^,]*)/.exec(line) ?? [];
      const counts = [...each.matchAll(/\d+(?= )/g)].map(([count]) => Number(count));
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        Number(commands),
        line,
      );
    }
    const there = await runProgram('env', [
      'TZ=Asia/Shanghai',
      process.execPath,
      mainPath,
      '-r',
      join(samples, 'all-commands.pcap'),
      '--connections',
    ]);
    assert.equal(lines[0]?.slice(0, 15), '17:23:58.952105');
    assert.equal(there.stdout.toString().slice(0, 15), '01:23:58.952105');
  });

  it('end as the connections did', async () => {
    const ends = async (name: string): Promise<string[]> => (await storiesOf(name)).map(({ end }) => end);
    assert.deepEqual(await ends('complete-session.pcap'), ['quit']);
    assert.deepEqual(await ends('half-close.pcap'), ['fin']);
    assert.deepEqual(await ends('reset-before-answer.pcap'), ['rst']);
    assert.deepEqual(await ends('udp-loss.pcap'), ['end_of_capture']);
  });

  it('count a FIN that is sent again when both sides have closed, and last until it is acknowledged', async () => {
    // Packets 7 and 9 are FINs, 8 and 10 the same once more, 11 the last acknowledgment.
    const file = readFileSync(join(samples, 'retransmitted-fin.pcap'));
    const expected = { retransmissions: { client: 1, server: 1 }, findingNames: ['retransmission'] };
    for (const [count, seconds] of [
      ['11', 0.401],
      ['10', 0.4009],
    ] as const) {
      const { stdout } = await runMcsniff(['-r', '-', '-c', count, '--connections', '--json'], file);
      const [story] = recordsOf(stdout);
      const { retransmissions, findingNames } = story ?? {};
      assert.deepEqual({ retransmissions, findingNames }, expected);
      assert.equal(story?.seconds, seconds);
      const { stdout: summed } = await runMcsniff(['-r', '-', '-c', count, '--summary', '--json'], file);
      const [finding] = (recordsOf(summed)[0]?.findings ?? []) as Record<string, unknown>[];
      assert.deepEqual([finding?.finding, finding?.count, finding?.packets], ['retransmission', 2, [8, 10]]);
    }
  });

  it('are told of one connection, and of those with commands that are selected', async () => {
    const all = await storiesOf('all-commands.pcap');
    const [only, ...others] = await storiesOf('all-commands.pcap', '--connection', '2');
    assert.deepEqual([only, others.length], [all.find(({ conn }) => conn === 2), 0]);
    const selected = await storiesOf('all-commands.pcap', '--command', 'lru_crawler');
    assert.deepEqual(
      selected.map(({ conn, commands }) => [conn, commands]),
      [[2, 6]],
    );
  });
});

describe('a story over UDP of which no protocol is known', () => {
  it('says UDP alone', async () => {
    const udp = new UdpConversation();
    udp.request(1, Buffer.from([0xfe, 0xff]));
    const { stdout } = await runMcsniff(['-r', '-', '--connections'], pcapFile(udp.packets));
    assert.match(stdout.toString(), /^\S+ conn 1 \S+ > \S+ udp, .*, no commands\n$/);
  });
});

describe('one connection', () => {
  it('has its packets and no others in lines, and its records', async () => {
    const capture = ['-r', join(samples, 'port-reuse.pcap'), '--connection', '2'];
    const { stdout: lines } = await runMcsniff(['-t', ...capture]);
    const { stdout: records } = await runMcsniff(['--json', ...capture]);
    const { stdout: all } = await runMcsniff(['-t', '-r', join(samples, 'port-reuse.pcap')]);
    assert.ok(all.toString().includes(lines.toString()));
    assert.match(lines.toString().split('\n')[0] ?? '', /Flags \[S\]/);
    assert.ok(lines.length < all.length / 2);
    const events = recordsOf(records).filter(({ event }) => event !== 'summary');
    assert.ok(events.length > 2 && events.every(({ conn }) => conn === 2));
  });
});

describe('views', () => {
  it('exclude each other, and say so by name', async () => {
    const { exitCode, stderr } = await runMcsniff(['--summary', '--connections', '-r', join(samples, 'udp.pcap')]);
    assert.equal(exitCode, 2);
    assert.match(stderr, /--summary and --connections/);
  });

  it('have the findings that become certain only after their end', async () => {
    for (const name of ['findings/gave-up.pcap', 'findings/one-behind-without.pcap']) {
      const told = (await storiesOf(name)).flatMap(({ conn, findingNames }) =>
        findingNames.map((it) => `${conn} ${it}`),
      );
      const { stdout } = await runMcsniff(['-r', join(samples, name), '--findings', '--json']);
      const findings = recordsOf<{ event: string; finding: string; conn?: number }>(stdout).filter(
        ({ event, conn }) => event === 'finding' && conn !== undefined,
      );
      assert.ok(findings.some(({ finding }) => finding === 'gave-up'));
      assert.deepEqual(told.sort(), findings.map(({ conn, finding }) => `${conn} ${finding}`).sort());
    }
  });

  it('are told where nobody is told of such a finding', async () => {
    const findings = await Promise.all([
      storiesOf('findings/gave-up.pcap', '--finding', 'gave-up=off'),
      storiesOf('findings/gave-up.pcap', '--status', 'hit', '--slower-than', '1us', '--not-key', 'user:1'),
    ]);
    assert.deepEqual(
      findings.map((stories) => stories.map(({ findingNames }) => findingNames)),
      [[['slow']], []],
    );
  });

  it('want --summary for what belongs to it', async () => {
    for (const options of [
      ['--by', 'key'],
      ['--every', '1s'],
      ['--sort', 'misses'],
      ['--rows', '3'],
    ]) {
      const { exitCode, stderr } = await runMcsniff([...options, '-r', join(samples, 'udp.pcap')]);
      assert.equal(exitCode, 2);
      assert.match(stderr, new RegExp(`${options[0]}.*--summary`));
    }
  });
});
