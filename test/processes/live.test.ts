import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordsOf } from '../support/records.ts';
import { RunningProgram } from '../support/running-program.ts';

const name = readFileSync('/proc/self/comm', 'latin1').trimEnd();

describe('--process', () => {
  it('names the process at the client’s end in records, stories and lists, from the first command on', async (t) => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.write('END\r\n'));
      socket.resume();
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const capture = ['-i', 'lo', '--port', String(port), '--process'];
    const sniffers = [
      new RunningProgram(t, [...capture, '--json']),
      new RunningProgram(t, [...capture, '--connections']),
      new RunningProgram(t, [...capture, '--summary', '--json', '--by', 'process,process+command']),
    ] as const;
    for (const sniffer of sniffers) await sniffer.listening();
    const client = connect({ port, host: '127.0.0.1' });
    await once(client, 'connect');
    client.write('get a\r\n');
    await once(client, 'data');
    await sleep(500);
    client.end('quit\r\n');
    await once(client, 'close');
    await sleep(300);
    for (const sniffer of sniffers) sniffer.signal('SIGINT');
    for (const sniffer of sniffers) assert.equal(await sniffer.ended(), 0, sniffer.stderr);
    const [logged, told, summed] = sniffers;

    const records = recordsOf(logged.stdout).filter(({ event }) => event !== 'summary');
    assert.deepEqual(
      records.map(({ event, command }) => command ?? event),
      ['connection_open', 'get', 'quit', 'connection_close'],
    );
    for (const record of records) assert.deepEqual([record.process, record.pid], [name, process.pid]);
    assert.match(told.stdout, new RegExp(`:${port} ${name} ${process.pid},.* 2 commands`));
    const [summary] = recordsOf(summed.stdout);
    const by = summary?.by as Record<string, readonly Record<string, unknown>[]>;
    assert.deepEqual(
      by.process?.map((entry) => [entry.process, entry.count]),
      [[name, 2]],
    );
    assert.deepEqual(
      by['process+command']?.map((entry) => [entry.process, entry.command, entry.count]),
      [
        [name, 'get', 1],
        [name, 'quit', 1],
      ],
    );
  });
});
