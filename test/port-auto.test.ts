import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pcapFile, TcpConversation } from './support/packet-builder.ts';
import { runMcsniff } from './support/run-program.ts';

/** A session on a port of its own: who says what, in turns. */
function session(port: number, said: readonly (readonly ['client' | 'server', string])[]): TcpConversation {
  const conversation = new TcpConversation({
    client: { address: '192.0.2.1', port: 40_000 + port },
    server: { address: '192.0.2.2', port },
  });
  conversation.handshake();
  for (const [side, text] of said) conversation[side](text);
  conversation.close();
  return conversation;
}

describe('--port auto', () => {
  it('tells memcached on any port, and nothing of what is not memcached', async () => {
    const conversations = [
      session(5000, [
        ['client', 'get a\r\n'],
        ['server', 'END\r\n'],
        ['client', 'incr n 1\r\n'],
        ['server', '5\r\n'],
      ]),
      session(80, [
        ['client', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
        ['server', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
      ]),
      session(6379, [
        ['client', 'get k\r\n'],
        ['server', '$-1\r\n'],
        ['client', '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n'],
        ['server', '$-1\r\n'],
      ]),
      session(25, [
        ['server', '220 mail ESMTP\r\n'],
        ['client', 'EHLO a\r\n'],
        ['server', '250 mail\r\n'],
        ['client', 'quit\r\n'],
        ['server', '221 Bye\r\n'],
      ]),
      session(22, [
        ['server', 'SSH-2.0-OpenSSH_9.2\r\n'],
        ['client', 'SSH-2.0-OpenSSH_9.2\r\n'],
      ]),
      session(443, [
        ['client', '\x16\x03\x01\0\x05\x01\0\0\x01\x03'],
        ['server', '\x16\x03\x03\0\x05\x02\0\0\x01\x03'],
      ]),
    ];
    const capture = pcapFile(conversations.flatMap(({ packets }) => packets));
    const { stdout } = await runMcsniff(['--json', '--port', 'auto', '-r', '-'], capture);
    const records = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      records.map(({ event, server, command, connections }) => [event, server, command ?? connections]),
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
});
