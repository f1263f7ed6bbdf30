import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { lookUp } from '../../src/processes/look-up.ts';
import { SocketOwners } from '../../src/processes/socket-owners.ts';

/** This process, as the kernel names it. */
const own = { process: readFileSync('/proc/self/comm', 'latin1').trimEnd(), pid: process.pid };

function endsOf(transport: 'tcp' | 'udp', one: string, other: string) {
  const [answer] = lookUp([{ id: 7, transport, ends: [one, other] }], new SocketOwners());
  assert.equal(answer?.id, 7);
  return (answer?.ends ?? []).map(({ owner, listener, ...end }) => ({
    ...end,
    ...(owner === undefined ? {} : { owner: { process: owner.process, pid: owner.pid } }),
    ...(listener === undefined ? {} : { listener: { process: listener.process, pid: listener.pid } }),
  }));
}

describe('lookUp', () => {
  for (const [host, text] of [
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '[::1]'],
  ] as const) {
    it(`finds both ends of a connection on ${host}, and who listens`, async (t) => {
      const server = createServer().listen(0, host);
      t.after(() => server.close());
      await once(server, 'listening');
      const client = connect({ host, port: (server.address() as AddressInfo).port });
      const [[accepted]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
        [ReturnType<typeof connect>],
        unknown,
      ];
      const ends = [`${text}:${client.localPort}`, `${text}:${client.remotePort}`] as const;
      assert.deepEqual(endsOf('tcp', ...ends), [
        { isLocal: true, owner: own },
        { isLocal: true, owner: own, listener: own },
      ]);
      client.destroy();
      accepted.destroy();
      await Promise.all([once(client, 'close'), once(accepted, 'close')]);
      assert.deepEqual(endsOf('tcp', ...ends), [{ isLocal: true }, { isLocal: true, listener: own }]);
    });
  }

  it('finds sockets of UDP that have no other end', async (t) => {
    const socket = createSocket('udp4').bind(0);
    t.after(() => socket.close());
    await once(socket, 'listening');
    const [here, there] = endsOf('udp', `127.0.0.1:${socket.address().port}`, '203.0.113.1:11211');
    assert.deepEqual(here, { isLocal: true, listener: own });
    assert.deepEqual(there, { isLocal: false });
  });

  it('knows nothing of a connection between other hosts, nor of what is no address', () => {
    assert.deepEqual(endsOf('tcp', '203.0.113.1:40000', '203.0.113.2:11211'), [{ isLocal: false }, { isLocal: false }]);
    assert.deepEqual(lookUp([{ id: 1, transport: 'tcp', ends: ['x', 'y'] }], new SocketOwners()), []);
  });
});
