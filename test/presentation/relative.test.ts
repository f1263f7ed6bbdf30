import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pcapFile, TcpConversation } from '../support/packet-builder.ts';
import { runMcsniff } from '../support/run-program.ts';

/** The same commands on one connection; what is not the commands' differs. */
function recording(differing: ConstructorParameters<typeof TcpConversation>[0], isSlow: boolean): Buffer {
  const talk = new TcpConversation(differing);
  talk.handshake();
  talk.client('get user:1\r\n');
  talk.server('END\r\n');
  talk.client('set user:1 0 60 11 noreply\r\nhello world\r\n');
  talk.client('get user:1 user:2\r\n');
  talk.server('VALUE user:1 0 11\r\nhello world\r\nEND\r\n');
  // A server that is slow answers the first only when the second was sent, which awaits no answer.
  talk.client('incr n 1\r\n');
  if (!isSlow) talk.server('NOT_FOUND\r\n');
  talk.client('delete user:2 noreply\r\n');
  if (isSlow) talk.server('NOT_FOUND\r\n');
  talk.client('bogus\r\n');
  talk.server('ERROR\r\n');
  talk.client('quit\r\n');
  talk.close('client');
  return pcapFile(talk.packets);
}

const one = recording({}, false);
const other = recording(
  {
    client: { address: '10.9.8.7', port: 51_234 },
    server: { address: '10.1.1.1', port: 11_211 },
    clientIsn: 4_294_967_290,
    serverIsn: 77,
    startMicroseconds: 1_700_000_000_123_456,
    stepMicroseconds: 13_000,
    segmentSize: 9,
  },
  true,
);

async function shown(capture: Buffer, ...options: string[]): Promise<string> {
  const { stdout } = await runMcsniff(['-r', '-', ...options], capture);
  return stdout.toString();
}

describe('--relative', { concurrency: 2 }, () => {
  it('with --no-latency shows two recordings of the same commands alike', async () => {
    const options = ['--compact', '--relative', '--no-latency'];
    const [first, second] = await Promise.all([shown(one, ...options), shown(other, ...options)]);
    assert.equal(first.trimEnd().split('\n').length, 7);
    assert.equal(second, first);
  });

  it('shows no address, port or time of day in any view', async () => {
    for (const view of [[], ['-v'], ['--json'], ['--json=pino'], ['--compact'], ['--summary'], ['--connections']]) {
      const text = await shown(other, '--relative', ...view);
      assert.ok(text.length > 0);
      assert.doesNotMatch(text, /10\.9\.8\.7|10\.1\.1\.1|51234|2023|22:13:2|17000000/, view.join(' '));
    }
  });

  it('counts times from the first packet, whatever is shown', async () => {
    const lines = await shown(other, '--relative', '--status', 'error');
    assert.match(lines, /^ 00:00:00\.\d{6} IP #1 server > client: Flags/);
    assert.doesNotMatch(lines, /^ 00:00:00\.000000/);
    assert.match(await shown(other, '--relative', '--json'), /"time":"1970-01-01T00:00:00\.\d{6}Z"/);
  });

  it('leaves measured times out with --no-latency', async () => {
    for (const view of [[], ['--json'], ['--compact'], ['--summary', '--json'], ['--connections', '--json']]) {
      const text = await shown(other, '--no-latency', ...view);
      assert.ok(text.length > 0);
      assert.doesNotMatch(text, /\d us\b|\d ?ms\b|Us"|cause|in all/, view.join(' '));
    }
  });
});
