import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pcapFile, TcpConversation } from '../support/packet-builder.ts';
import { recordsOf } from '../support/records.ts';
import { runMcsniff } from '../support/run-program.ts';

/** Two connections, whose commands take turns: `a:1` and `b:1`, `a:2` and `b:2`, … to 6; the values have 10, 20, … bytes. */
function capture(): Buffer {
  const talks = ['a', 'b'].map((name, index) => {
    const talk = new TcpConversation({ client: { address: '10.0.0.1', port: 40_000 + index } });
    talk.handshake();
    return { name, talk };
  });
  for (let number = 1; number <= 6; number++) {
    for (const { name, talk } of talks) {
      const value = 'v'.repeat(number * 10);
      talk.client(`get ${name}:${number}\r\n`);
      talk.server(`VALUE ${name}:${number} 0 ${value.length}\r\n${value}\r\nEND\r\n`);
    }
  }
  const packets = talks.flatMap(({ talk }) => talk.packets);
  return pcapFile(packets.sort((x, y) => x.seconds - y.seconds || x.nanoseconds - y.nanoseconds));
}

const bytes = capture();

async function keys(...options: string[]): Promise<string> {
  const { stdout } = await runMcsniff(['-r', '-', '--json', ...options], bytes);
  const records = recordsOf<{ event: string; key: string }>(stdout).filter(({ event }) => event === 'command');
  return records.map(({ key }) => key).join(' ');
}

describe('--grep', { concurrency: 2 }, () => {
  const cases: readonly (readonly [string, ...string[]])[] = [
    ['a:3', '--grep', 'a:3'],
    ['a:3 b:3', '--grep', '^get .:3$'],
    ['a:3 b:5', '--grep', 'a:3', '--grep', 'b:5'],
    ['b:3', '--grep', ':3', '--not-key', 'a:*'],
    ['a:2 a:3', '--grep', 'a:3', '--before', '1'],
    ['a:3 a:4 a:5', '--grep', 'a:3', '--after', '2'],
    ['a:1 a:2 a:3 a:4', '--key', 'a:3', '--before', '9', '--after', '1'],
    ['a:2 a:3 a:4 a:5', '--grep', 'a:[34]', '--before', '1', '--after', '1'],
    ['a:5 b:5 a:6 b:6', '--value-size', '41-'],
    ['a:1 b:1 a:2 b:2', '--value-size=-20'],
    ['a:2 b:2', '--value-size', '20'],
    ['a:2 b:2 a:3 b:3', '--value-size', '15-30'],
  ];
  for (const [expected, ...options] of cases) {
    it(options.join(' '), async () => assert.equal(await keys(...options), expected));
  }

  it('says how many matched, without those around them', async () => {
    const { stderr } = await runMcsniff(['-r', '-', '--grep', 'a:3', '--before', '1', '--compact'], bytes);
    assert.match(stderr, /^1 of 12 commands matched$/m);
  });

  it('shows the lines of the commands around one that matches', async () => {
    const { stdout } = await runMcsniff(['-r', '-', '--status', 'hit', '--grep', 'b:3', '--before', '1'], bytes);
    const items = [...stdout.toString().matchAll(/memcached: (.*)/g)].map(([, item]) => item);
    assert.deepEqual(items, [
      'get b:2',
      'get b:2 => hit 20 bytes, 100 us',
      'get b:3',
      'get b:3 => hit 30 bytes, 100 us',
    ]);
  });

  it('colours what matches', async () => {
    for (const view of [[], ['--compact']]) {
      const { stdout } = await runMcsniff(['-r', '-', '--grep', 'b:3', '--color', 'always', ...view], bytes);
      assert.ok(stdout.toString().replace('m b:3', 'mb:3').includes('\x1b[1;34mb:3\x1b[0m'), view.join());
      const never = await runMcsniff(['-r', '-', '--grep', 'b:3', '--color', 'never', ...view], bytes);
      assert.ok(!never.stdout.toString().includes('\x1b'));
    }
  });

  it('refuses what is no pattern, no range, and context of nothing, in one sentence', async () => {
    for (const [options, expected] of [
      [['--grep', '('], /^mcsniff: --grep \(: not a regular expression: Unterminated group\n/],
      [['--value-size', '9-2'], /^mcsniff: --value-size 9-2: not a range of bytes/],
      [['--before', '2'], /^mcsniff: --before is about commands around those that match/],
    ] as const) {
      const { exitCode, stderr } = await runMcsniff(['-r', '-', ...options], bytes);
      assert.equal(exitCode, 2);
      assert.match(stderr, expected);
    }
  });
});
