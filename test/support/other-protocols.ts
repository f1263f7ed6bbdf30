import { pcapFile, TcpConversation } from './packet-builder.ts';

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

/**
 * One short session each of memcached on a port of its own, HTTP, Redis (a line and RESP), SMTP, SSH, PostgreSQL,
 * beanstalkd and TLS. None is on its usual port: there tcpdump decodes the payload, and its lines would differ.
 */
export function otherProtocols(): Buffer {
  const conversations = [
    session(5_000, [
      ['client', 'get a\r\n'],
      ['server', 'END\r\n'],
      ['client', 'incr n 1\r\n'],
      ['server', '5\r\n'],
    ]),
    session(18_080, [
      ['client', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
      ['server', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ]),
    session(16_379, [
      ['client', 'get k\r\n'],
      ['server', '$-1\r\n'],
      ['client', '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n'],
      ['server', '$-1\r\n'],
    ]),
    session(10_025, [
      ['server', '220 mail ESMTP\r\n'],
      ['client', 'EHLO a\r\n'],
      ['server', '250 mail\r\n'],
      ['client', 'quit\r\n'],
      ['server', '221 Bye\r\n'],
    ]),
    session(10_022, [
      ['server', 'SSH-2.0-OpenSSH_9.2\r\n'],
      ['client', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ]),
    session(15_432, [
      ['client', '\0\0\0\x08\x04\xd2\x16/'],
      ['server', 'N'],
      ['client', '\0\0\0\x21\0\x03\0\0user\0me\0database\0stats\0\0'],
      ['server', 'R\0\0\0\x08\0\0\0\0'],
    ]),
    session(11_300, [
      ['client', 'delete 1\r\n'],
      ['server', 'DELETED\r\n'],
      ['client', 'stats\r\n'],
      ['server', 'OK 4\r\n---\n\r\n'],
    ]),
    session(10_443, [
      ['client', '\x16\x03\x01\0\x05\x01\0\0\x01\x03'],
      ['server', '\x16\x03\x03\0\x05\x02\0\0\x01\x03'],
    ]),
  ];
  return pcapFile(conversations.flatMap(({ packets }) => packets));
}
