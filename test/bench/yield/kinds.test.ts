import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { startServer } from '../../support/recorder/server.ts';
import type { Exchange } from './exchange.ts';
import { generate, kindNames, kinds, randomOf } from './kinds.ts';

const rounds = 500;
const binaryHeader = 24;

describe('the traffic of which the truth is known', () => {
  for (const kind of kindNames) {
    it(`is answered so by memcached: ${kind}`, async () => {
      const server = await startServer();
      try {
        const conversation = kinds[kind].converse(randomOf(kind));
        const entries = [...conversation.cache.entries()].map(([key, value]) =>
          Buffer.concat([Buffer.from(`set ${key} 0 0 ${value.length} noreply\r\n`), value, Buffer.from('\r\n')]),
        );
        const filler = connect({ host: server.host, port: server.port });
        await answers(filler, Buffer.concat([...entries, Buffer.from('mn\r\n')]), 4);
        const exchanges = Array.from({ length: rounds }, (_, index) => conversation.round(index === rounds - 1)).flat();
        const expected = exchanges.map(({ answer }) => answer);
        const requests = Buffer.concat(exchanges.map(({ request }) => request));
        const socket = connect({ host: server.host, port: server.port });
        const answered = await answers(socket, requests, Buffer.concat(expected).length);
        compare(answered, exchanges);
      } finally {
        await server.stop();
      }
    });

    it(`is the same each time: ${kind}`, () => {
      const [one, other] = [1, 2].map(() => generate(kind, 1, 200).packets.map(({ bytes }) => bytes));
      assert.deepEqual(one, other);
    });
  }
});

/** Sends all, and closes the connection behind `length` bytes of answers. */
async function answers(socket: Socket, requests: Buffer, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let received = 0;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    received += chunk.length;
    if (received >= length) socket.end();
  });
  socket.write(requests);
  await once(socket, 'close', { signal: AbortSignal.timeout(10_000) });
  return Buffer.concat(chunks);
}

/** Answers are alike but for the number that a binary server gives each value. */
function compare(answered: Buffer, exchanges: readonly Exchange[]): void {
  let start = 0;
  for (const { command, keys, request, answer } of exchanges) {
    const end = start + answer.length;
    const real = Buffer.from(answered.subarray(start, end));
    if (request[0] === 0x80 && answer.length >= binaryHeader) answer.copy(real, 16, 16, binaryHeader);
    assert.equal(real.toString('latin1'), answer.toString('latin1'), `${command} ${keys.join(' ')}`);
    start = end;
  }
  assert.equal(answered.length, start);
}
