import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pcapFile, TcpConversation } from './support/packet-builder.ts';
import { recordsOf } from './support/records.ts';
import { runMcsniff } from './support/run-program.ts';
import { sampleDirectory } from './support/sample-list.ts';

describe('--port auto', () => {
  it('tells memcached on any port, and nothing of what is not memcached', async () => {
    const capture = readFileSync(join(sampleDirectory, 'other-protocols.pcap'));
    const { stdout } = await runMcsniff(['--json', '--port', 'auto', '-r', '-'], capture);
    assert.deepEqual(
      recordsOf(stdout).map(({ event, server, command, connections }) => [event, server, command ?? connections]),
      [
        ['connection_open', '192.0.2.2:5000', undefined],
        ['command', '192.0.2.2:5000', 'get'],
        ['command', '192.0.2.2:5000', 'incr'],
        ['connection_close', '192.0.2.2:5000', undefined],
        ['summary', undefined, 1],
      ],
    );
    const lines = await runMcsniff(['-q', '-t', '--port', 'auto', '-r', '-'], capture);
    const annotated = lines.stdout.toString().match(/^.*: memcached: .*$/gm);
    assert.deepEqual(annotated, [
      'IP 192.0.2.2.memcache > 192.0.2.1.45000: tcp 5: memcached: get a; get a => miss, 100 us',
      'IP 192.0.2.1.45000 > 192.0.2.2.memcache: tcp 10: memcached: incr n 1',
      'IP 192.0.2.2.memcache > 192.0.2.1.45000: tcp 3: memcached: incr n => 5, 100 us',
    ]);
  });

  it('tells a session that was under way, whoever speaks first', async () => {
    const conversation = new TcpConversation({ server: { address: '192.0.2.2', port: 5000 } });
    conversation.server('END\r\n');
    conversation.client('get b\r\n');
    conversation.server('END\r\n');
    assert.deepEqual(await commandsOf([conversation]), ['40001 get b => miss, 100 us']);
  });

  it('tells every session with a server that was recognized', async () => {
    assert.deepEqual(await commandsOf(sessionsOf('get a\r\n', 'quit\r\n')), [
      '40001 get a => miss, 100 us',
      '40002 quit',
    ]);
  });

  it('tells of a connection to it that leaves nothing but the start of a command', async () => {
    const capture = pcapFile(sessionsOf('get a\r\n', 'ge').flatMap(({ packets }) => packets));
    const { stdout } = await runMcsniff(['--json', '--port', 'auto', '-r', '-'], capture);
    const records = recordsOf<{ event: string; connections?: number; unfinishedBytes?: number }>(stdout);
    assert.equal(records.filter(({ event }) => event === 'connection_open').length, 2);
    assert.equal(records.at(-1)?.connections, 2);
    assert.equal(records.at(-1)?.unfinishedBytes, 2);
  });
});

/** One connection after the other to the same server, each with what its client says; `get a` is answered. */
function sessionsOf(...texts: readonly string[]): TcpConversation[] {
  const server = { address: '192.0.2.2', port: 5000 };
  return texts.map((text, index) => {
    const client = { address: '192.0.2.1', port: 40_001 + index };
    const conversation = new TcpConversation({ client, server, startMicroseconds: (index + 1) * 1e6 });
    conversation.handshake();
    conversation.client(text);
    if (text === 'get a\r\n') conversation.server('END\r\n');
    conversation.close();
    return conversation;
  });
}

async function commandsOf(conversations: readonly TcpConversation[]): Promise<string[]> {
  const capture = pcapFile(conversations.flatMap(({ packets }) => packets));
  const { stdout } = await runMcsniff(['--json', '--port', 'auto', '-r', '-'], capture);
  return recordsOf<{ event: string; client: string; msg: string }>(stdout)
    .filter(({ event }) => event === 'command')
    .map(({ client, msg }) => `${client.split(':')[1]} ${msg}`);
}
