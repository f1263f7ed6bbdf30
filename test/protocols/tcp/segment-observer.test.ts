import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arrival, ConnectionInfo } from '../../../protocols/protocol.ts';
import type { SegmentFact } from '../../../protocols/tcp/segment-facts.ts';
import type { TcpFacts } from '../../../protocols/tcp/tcp-facts.ts';
import { at, type BuiltPacket } from '../../support/capture-file.ts';
import { capturedPackets } from '../../support/captured-packet.ts';
import { ipv6 } from '../../support/headers.ts';
import { TcpConversation } from '../../support/tcp-conversation.ts';
import { throughPipeline } from '../../support/through-pipeline.ts';

/** What is told of a capture of one connection, and what is known of it at the end. */
function observed(packets: readonly BuiltPacket[]): { kinds: string[]; facts: SegmentFact[]; tcp: TcpFacts } {
  const facts: SegmentFact[] = [];
  let tcp: TcpFacts | undefined;
  throughPipeline(capturedPackets(packets), {
    segment: (_connection: ConnectionInfo, fact: SegmentFact, _arrival: Arrival) => void facts.push(fact),
    connectionOpen: (connection: ConnectionInfo) => {
      tcp = connection.tcp;
    },
  });
  assert.ok(tcp !== undefined);
  return { kinds: facts.map(({ kind }) => kind), facts, tcp };
}

/** A packet of the conversation once more, `later` µs after the last one, as another IP packet. */
function again(tcp: TcpConversation, side: 'client' | 'server', data: string, seq: number, later: number): void {
  tcp.wait(later);
  tcp.segment(side, data, { seq });
}

test('a quiet connection tells its handshake and who closed it', () => {
  const tcp = new TcpConversation({ stepMicroseconds: 100 });
  tcp.syn('client');
  tcp.wait(300);
  tcp.syn('server');
  tcp.wait(50);
  tcp.ack('client');
  tcp.client('get a\r\n');
  tcp.server('END\r\n');
  tcp.close('server');
  const { kinds, tcp: facts } = observed(tcp.packets);
  assert.deepEqual(kinds, ['handshake', 'fin', 'fin', 'last_ack']);
  assert.deepEqual(facts.handshakeUs, { server: 400, client: 150 });
  assert.deepEqual([facts.closedBy?.kind, facts.closedBy?.fromClient], ['fin', false]);
});

test('behind both FINs, one that is sent again is a retransmission, and an acknowledgment of an earlier one is not the last', () => {
  const tcp = new TcpConversation({ stepMicroseconds: 100 });
  tcp.handshake();
  tcp.client('get a\r\n');
  tcp.server('END\r\n');
  tcp.fin('client');
  tcp.fin('server');
  tcp.segment('client', '', { flags: '.', ack: 6 });
  tcp.wait(200_000);
  tcp.segment('server', '', { flags: 'F.', seq: 6 });
  tcp.ack('client');
  const { kinds, facts, tcp: of } = observed(tcp.packets);
  assert.deepEqual(kinds, ['handshake', 'fin', 'fin', 'retransmission', 'last_ack']);
  const late = facts.find(({ kind }) => kind === 'retransmission');
  assert.ok(late?.kind === 'retransmission' && late.isLate === true && !late.fromClient);
  assert.ok(late.pauseUs >= 200_000, `${late.pauseUs} µs`);
  assert.deepEqual([of.client.retransmissions, of.server.retransmissions], [0, 1]);
});

test('payload, SYN and FIN that were seen before are retransmissions', () => {
  const tcp = new TcpConversation();
  tcp.syn('client');
  const syn = { seq: 0, flags: 'S' };
  tcp.wait(1_000_000);
  tcp.segment('client', '', syn);
  tcp.syn('server');
  tcp.ack('client');
  tcp.client('get a\r\n');
  again(tcp, 'client', 'get a\r\n', 1, 200_000);
  tcp.server('END\r\n');
  tcp.fin('client');
  tcp.segment('client', '', { seq: 8, flags: 'F.' });
  tcp.fin('server');
  const { kinds, facts, tcp: known } = observed(tcp.packets);
  assert.deepEqual(kinds, ['retransmission', 'handshake', 'retransmission', 'fin', 'retransmission', 'fin']);
  const { pauseUs, ...repeated } = facts[2] as Extract<SegmentFact, { kind: 'retransmission' }>;
  assert.deepEqual(repeated, {
    kind: 'retransmission',
    fromClient: true,
    start: 0,
    end: 7,
    isSyn: false,
    afterPacket: 5,
  });
  assert.ok(pauseUs >= 200_000 && pauseUs < 210_000);
  assert.equal(known.client.retransmissions, 3);
  assert.equal(known.server.retransmissions, 0);
  assert.equal(known.syns, 2);
  assert.ok((known.handshakeUs?.server ?? 0) < 1000);
});

test('a packet captured twice is no retransmission', () => {
  const tcp = new TcpConversation();
  tcp.handshake();
  const [request] = tcp.client('get a\r\n');
  tcp.repeat(request as BuiltPacket);
  tcp.server('END\r\n');
  assert.deepEqual(observed(tcp.packets).kinds, ['handshake', 'copy']);
});

test('segments that follow at once are no copies, where senders number no packets and checksums are unfinished', () => {
  const network = (segment: Buffer, source: string, destination: string): Buffer[] => {
    segment.writeUInt16BE(0x1234, 16);
    return [ipv6(segment, { source, destination })];
  };
  const endpoints = { client: { address: 'fd00::1', port: 40_000 }, server: { address: 'fd00::2', port: 11_211 } };
  const tcp = new TcpConversation({ ...endpoints, network, stepMicroseconds: 10 });
  tcp.handshake();
  for (const key of ['a', 'b', 'c']) tcp.client(`get ${key}\r\n`);
  tcp.server('END\r\n');
  assert.deepEqual(observed(tcp.packets).kinds, ['handshake']);
});

test('keep-alives and probes of a closed window are no retransmissions', () => {
  const tcp = new TcpConversation();
  tcp.handshake();
  tcp.client('get a\r\n');
  tcp.server('END\r\n');
  tcp.ack('client');
  again(tcp, 'client', '\n', 7, 5_000_000);
  again(tcp, 'server', '', 5, 5_000_000);
  tcp.ack('client', { window: 0 });
  tcp.wait(5_000_000);
  tcp.server('x');
  again(tcp, 'server', 'x', 6, 5_000_000);
  const { kinds, tcp: known } = observed(tcp.packets);
  assert.deepEqual(kinds, ['handshake', 'zero_window', 'probe']);
  assert.deepEqual([known.client.retransmissions, known.server.retransmissions], [0, 0]);
});

test('a segment that fills a hole is out of order, one that repeats what waits behind it was sent again', () => {
  const tcp = new TcpConversation();
  tcp.handshake();
  const [first] = tcp.client('set a 0 0 4\r\n');
  const [second] = tcp.client('abcd\r\n');
  tcp.swap(first as BuiltPacket, second as BuiltPacket);
  tcp.packets.push({ ...tcp.packets.pop(), ...at(tcp.now) } as BuiltPacket);
  tcp.server('STORED\r\n');
  const { kinds, tcp: known } = observed(tcp.packets);
  assert.deepEqual(kinds, ['handshake', 'out_of_order']);
  assert.equal(known.client.outOfOrder, 1);
});

test('bytes that were never captured are not seen before when they come late', () => {
  const tcp = new TcpConversation();
  tcp.handshake();
  tcp.client('get a\r\n', { lost: true });
  tcp.client('get b\r\n');
  tcp.server('END\r\nEND\r\n');
  for (let index = 0; index < 100; index++) tcp.ack('client');
  again(tcp, 'client', 'get a\r\n', 1, 1000);
  const { kinds } = observed(tcp.packets);
  assert.deepEqual(kinds, ['handshake', 'out_of_order']);
});

test('bytes from before the capture that come in it are not sent again as far as was seen', () => {
  for (const hasSent of [false, true]) {
    const tcp = new TcpConversation();
    tcp.client('get a\r\n', { lost: true });
    tcp.server('END\r\n');
    tcp.ack('client');
    if (hasSent) tcp.client('get b\r\n');
    for (let index = 0; index < 100; index++) tcp.ack('client');
    again(tcp, 'client', 'get a\r\n', 1, 1000);
    const { kinds, tcp: known } = observed(tcp.packets);
    assert.deepEqual(kinds, [], `${hasSent}`);
    assert.equal(known.client.retransmissions, 0);
  }
});

test('a window that stays 0 became 0 once', () => {
  const tcp = new TcpConversation();
  tcp.handshake();
  tcp.client('get a\r\n');
  for (const window of [0, 0, 9, 0, 9]) tcp.ack('server', { window });
  const { kinds, tcp: known } = observed(tcp.packets);
  assert.deepEqual(kinds.slice(1), ['zero_window', 'window_open', 'zero_window', 'window_open']);
  assert.equal(known.server.zeroWindows, 2);
  assert.equal(known.zeroWindows?.length, 2);
});

test('a small segment that waited for a delayed ACK stood still', () => {
  const tcp = new TcpConversation();
  tcp.handshake();
  tcp.client('set a 0 0 4\r\n');
  tcp.wait(40_000);
  tcp.ack('server');
  tcp.wait(100);
  tcp.client('abcd\r\n');
  tcp.server('STORED\r\n');
  const { kinds, tcp: known } = observed(tcp.packets);
  assert.deepEqual(kinds, ['handshake', 'delayed_ack']);
  const [stall] = known.stalls ?? [];
  assert.equal((stall?.toUs ?? 0) - (stall?.fromUs ?? 0), 40_300);
});

test('who thinks for long, or sends full segments, does not stand still', () => {
  for (const [pause, size] of [
    [5000, 12],
    [100, 1448],
  ] as const) {
    const tcp = new TcpConversation();
    tcp.handshake();
    tcp.client(`set a 0 0 ${size - 13}`.padEnd(size));
    tcp.wait(40_000);
    tcp.ack('server');
    tcp.wait(pause);
    tcp.client('abcd\r\n');
    const { kinds, facts, tcp: known } = observed(tcp.packets);
    assert.deepEqual(kinds, size > 1000 ? ['handshake'] : ['handshake', 'delayed_ack']);
    assert.ok(facts.every((fact) => fact.kind !== 'delayed_ack' || !fact.hasWaited));
    assert.equal(known.stalls, undefined);
  }
});

test('a SYN without an answer was never answered after three seconds, or once it is sent again', () => {
  const tcp = new TcpConversation();
  const start = tcp.now;
  tcp.syn('client');
  const { tcp: known } = observed(tcp.packets);
  assert.equal(known.isNeverAnswered(start + 2_999_999), false);
  assert.equal(known.isNeverAnswered(start + 3_000_000), true);
  tcp.wait(1_000_000);
  tcp.segment('client', '', { seq: 0, flags: 'S' });
  assert.equal(observed(tcp.packets).tcp.isNeverAnswered(start), true);
  tcp.reset('server');
  assert.equal(observed(tcp.packets).tcp.isNeverAnswered(start + 5_000_000), false);
});
