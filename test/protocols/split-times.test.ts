import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Listeners } from '../../protocols/events.ts';
import { SplitTimes } from '../../protocols/split-times.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { BuiltPacket } from '../support/capture-file.ts';
import { capturedPackets } from '../support/captured-packet.ts';
import { TcpConversation } from '../support/tcp-conversation.ts';
import { throughPipeline } from '../support/through-pipeline.ts';

/** The commands of a capture, with their times split. */
function commandsOf(packets: readonly BuiltPacket[]): Transaction[] {
  const commands: Transaction[] = [];
  const listener = { transaction: (_: unknown, transaction: Transaction) => void commands.push(transaction) };
  throughPipeline(capturedPackets(packets), new Listeners([new SplitTimes(), listener]));
  return commands;
}

function opened(): TcpConversation {
  const tcp = new TcpConversation({ stepMicroseconds: 100 });
  tcp.handshake();
  return tcp;
}

test('a command that waits for the answer before it has stood in a queue', () => {
  const tcp = opened();
  tcp.client('get a\r\nget b\r\n');
  tcp.wait(400);
  tcp.server('VALUE a 0 3000\r\n');
  tcp.wait(200);
  tcp.server(`${'x'.repeat(3000)}\r\nEND\r\n`);
  tcp.wait(50);
  tcp.server('END\r\n');
  const [a, b] = commandsOf(tcp.packets);
  assert.deepEqual([a?.latencyUs, a?.queueUs, a?.transferUs, a?.durationUs], [500, 0, 500, 1000]);
  assert.deepEqual([b?.latencyUs, b?.queueUs, b?.serverUs, b?.transferUs], [1150, 1000, 150, 0]);
  assert.deepEqual([a?.cause, b?.cause], [undefined, undefined]);
});

test('the longest part is the cause, of equal ones the first', () => {
  const causes: [wait: [number, number, number], cause: string | undefined][] = [
    [[0, 9000, 0], undefined],
    [[20_000, 0, 0], 'request'],
    [[0, 20_000, 0], 'server'],
    [[0, 0, 20_000], 'transfer'],
    [[10_000, 10_000, 10_000], 'request'],
    [[0, 10_000, 10_000], 'server'],
  ];
  for (const [[request, server, transfer], cause] of causes) {
    const tcp = opened();
    tcp.client('get ');
    tcp.wait(request);
    tcp.client('a\r\n');
    tcp.wait(server);
    tcp.server('VALUE a 0 4\r\n');
    tcp.wait(transfer);
    tcp.server('abcd\r\nEND\r\n');
    assert.equal(commandsOf(tcp.packets)[0]?.cause, cause);
  }
});

test('a queue is the cause where it is longest', () => {
  const tcp = opened();
  tcp.client('get a\r\nget b\r\n');
  tcp.wait(30_000);
  tcp.server('END\r\n');
  tcp.server('END\r\n');
  assert.deepEqual(
    commandsOf(tcp.packets).map(({ cause }) => cause),
    ['server', 'queue'],
  );
});

test('a request that was sent again is counted, and the cause of the wait for its answer', () => {
  const tcp = opened();
  tcp.client('get a\r\n');
  tcp.wait(200_000);
  tcp.segment('client', 'get a\r\n', { seq: 1 });
  tcp.server('END\r\n');
  tcp.client('get b\r\n');
  tcp.wait(20_000);
  tcp.server('END\r\n');
  const [a, b] = commandsOf(tcp.packets);
  assert.deepEqual([a?.retransmits, a?.cause], [1, 'retransmission']);
  assert.deepEqual([b?.retransmits, b?.cause], [0, 'server']);
});

test('a segment of an answer that was sent again is the cause of a long transfer', () => {
  const tcp = opened();
  tcp.client('get a\r\n');
  tcp.server('VALUE a 0 4\r\n');
  tcp.wait(30_000);
  tcp.segment('server', 'VALUE a 0 4\r\n', { seq: 1 });
  tcp.server('abcd\r\nEND\r\n');
  const [a] = commandsOf(tcp.packets);
  assert.deepEqual([a?.retransmits, a?.cause], [1, 'retransmission']);
});

test('a client that takes no more bytes is the cause of a long transfer', () => {
  const tcp = opened();
  tcp.client('get a\r\n');
  tcp.server('VALUE a 0 4\r\n');
  tcp.ack('client', { window: 0 });
  tcp.wait(30_000);
  tcp.ack('client');
  tcp.server('abcd\r\nEND\r\n');
  assert.equal(commandsOf(tcp.packets)[0]?.cause, 'zero_window');
});

test('a request in two segments that waits for a delayed ACK says so', () => {
  const tcp = opened();
  tcp.client('set user:2 0 0 4\r\n');
  tcp.wait(41_000);
  tcp.ack('server');
  tcp.client('abcd\r\n');
  tcp.server('STORED\r\n');
  const [set] = commandsOf(tcp.packets);
  assert.deepEqual([set?.latencyUs, set?.durationUs, set?.cause], [100, 41_300, 'delayed_ack']);
});
