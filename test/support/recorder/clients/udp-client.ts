import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Target } from '../recording.ts';
import { encodeRequest } from './binary-request.ts';

/** Requests of a client that keeps to one datagram each, and how many datagrams the server answers with. */
const requests: readonly (readonly [string, number])[] = [
  ['version\r\n', 1],
  ['set plain 7 0 3\r\none\r\n', 1],
  // A value near the limit of a request, which is one datagram of at most 1400 bytes or so.
  [`set large 0 0 1300\r\n${'v'.repeat(1300)}\r\n`, 1],
  ['get large\r\n', 1],
  ['get large large\r\n', 2],
  ['get plain\r\n', 1],
  ['get nowhere\r\n', 1],
  ['gets plain nowhere\r\n', 1],
  ['add plain 0 0 1\r\nx\r\n', 1],
  ['append plain 0 0 4\r\n-end\r\n', 1],
  ['set counter 0 0 2\r\n41\r\n', 1],
  ['incr counter 1\r\n', 1],
  ['touch plain 100\r\n', 1],
  ['gat 100 plain\r\n', 1],
  ['delete plain\r\n', 1],
  ['delete plain\r\n', 1],
  ['mg counter v\r\n', 1],
  ['stats\r\n', 2],
];

/** memcached over UDP (doc/protocol.txt, `UDP protocol`): an 8-byte header before each request and each answer. */
export async function udpClient({ host, port }: Target): Promise<void> {
  const socket = createSocket('udp4');
  try {
    let requestId = 100;
    for (const [request, answers] of requests) {
      await ask(socket, { host, port }, requestId++, Buffer.from(request), answers);
    }
    await ask(socket, { host, port }, requestId++, encodeRequest({ opcode: 0, key: 'counter', opaque: 0xcafe }), 1);
  } finally {
    socket.close();
  }
}

async function ask(
  socket: Socket,
  { host, port }: Target,
  requestId: number,
  request: Buffer,
  answers: number,
): Promise<void> {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(requestId, 0);
  header.writeUInt16BE(1, 4);
  socket.send(Buffer.concat([header, request]), port, host);
  for (let count = 0; count < answers; count++) {
    await once(socket, 'message', { signal: AbortSignal.timeout(5000) });
  }
}
