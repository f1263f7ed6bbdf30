import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LinkType } from '../../protocols/packet.ts';
import { encodeMessage } from '../support/binary-messages.ts';
import { toldOf } from '../support/both-ways.ts';
import { at, type BuiltPacket, pcapFile } from '../support/capture-file.ts';
import { TcpConversation } from '../support/tcp-conversation.ts';

interface Exchange {
  readonly request: string | Buffer;
  readonly answer: string | Buffer;
  /** Whether an answer that comes before its request may wait for it there. */
  readonly mayWait: boolean;
}

const exchanges: Readonly<Record<string, Exchange>> = {
  'a hit': { request: 'get k\r\n', answer: 'VALUE k 3 5\r\nhello\r\nEND\r\n', mayWait: true },
  'a miss': { request: 'mg k v\r\n', answer: 'EN\r\n', mayWait: true },
  'a store': { request: 'set k 1 2 5\r\nhello\r\n', answer: 'STORED\r\n', mayWait: true },
  'two requests': { request: 'incr n 1\r\ndelete k\r\n', answer: '10\r\nNOT_FOUND\r\n', mayWait: true },
  'one without an answer': { request: 'touch k 0 noreply\r\nget k\r\n', answer: 'END\r\n', mayWait: false },
  'one that goes on': { request: 'get k\r\nget', answer: 'END\r\n', mayWait: false },
  'answers of more requests': { request: 'get k\r\n', answer: 'END\r\nEND\r\n', mayWait: false },
  'half an answer': { request: 'get k\r\n', answer: 'VALUE k 3 5\r\nhel', mayWait: true },
  'many requests': { request: 'get k\r\n'.repeat(41), answer: 'END\r\n'.repeat(41), mayWait: false },
  'an answer that does not fit': { request: 'get k\r\n', answer: 'STORED\r\n', mayWait: false },
  'binary requests': {
    request: encodeMessage(true, 'get key=k opaque=1'),
    answer: encodeMessage(false, 'get status=1 value=Not\\sfound opaque=1'),
    mayWait: false,
  },
};

/** Orders in which request, answer and acknowledgment are captured; whether the answer has to wait. */
const orders = [
  { order: [0, 1, 2], waits: false },
  { order: [0, 2, 1], waits: false },
  { order: [1, 0, 2], waits: true },
  { order: [1, 2, 0], waits: true },
] as const;
const oddOrders = [
  [2, 0, 1],
  [2, 1, 0],
] as const;

/** A conversation whose client waits, with one exchange at its end; `between` others stand between two of its packets. */
function conversationOf(exchange: Exchange, order: readonly number[], between = 0): BuiltPacket[] {
  const conversation = new TcpConversation();
  conversation.handshake();
  const isBinary = typeof exchange.request !== 'string';
  const [plain, answered] = isBinary ? [exchange.request, exchange.answer] : ['get plain\r\n', 'END\r\n'];
  const plainly = (times: number): void => {
    for (let left = times; left > 0; left--) {
      conversation.client(plain);
      conversation.server(answered);
      conversation.ack('client');
    }
  };
  plainly(5);
  const from = conversation.packets.length;
  conversation.client(exchange.request);
  conversation.server(exchange.answer);
  conversation.ack('client');
  const strange = new TcpConversation({ client: { address: '10.9.9.9', port: 999 } });
  strange.handshake();
  for (let left = between; left > 0; left--) strange.ack('client');
  const given = conversation.packets.splice(from);
  const others = strange.packets.slice(3);
  const mixed = order.flatMap((index) => [given[index] as BuiltPacket, ...others.splice(0, between)]);
  // Each was captured later than the one before.
  const { now } = conversation;
  conversation.packets.push(...mixed.map((packet, index) => ({ ...packet, ...at(now + index) })));
  conversation.now += 1000;
  plainly(3);
  return conversation.packets;
}

/** Of another connection, when all of these are over. */
function longAfter(packets: readonly BuiltPacket[]): readonly BuiltPacket[] {
  const other = new TcpConversation({ client: { address: '10.9.9.9', port: 999 } });
  other.handshake();
  const { seconds = 0 } = packets.at(-1) ?? {};
  return other.packets.map((packet) => ({ ...packet, seconds: seconds + 7200 }));
}

/**
 * What both ways say, which has to be the same, where nobody listens to commands, or somebody does; returns how many packets
 * did not go the express way.
 */
function compare(packets: readonly BuiltPacket[], hears = false): number {
  const file = pcapFile(packets, { linkType: LinkType.ethernet });
  const general = toldOf(file, { express: false, hears });
  const express = toldOf(file, { express: true, hears });
  assert.equal(express.lines, general.lines);
  assert.equal(express.records, general.records);
  assert.deepEqual(express.report, general.report);
  assert.deepEqual(express.heard, general.heard);
  return packets.length - express.express;
}

suite('out of order, both ways say the same', () => {
  for (const [name, exchange] of Object.entries(exchanges)) {
    test(name, () => {
      const straight = compare(conversationOf(exchange, [0, 1, 2]));
      for (const { order, waits } of orders) {
        const packets = conversationOf(exchange, order);
        const left = compare(packets);
        compare(packets, true);
        if (exchange.mayWait || (!waits && straight === 0)) assert.equal(left, straight, `${order}`);
        if (!waits) continue;
        // Whatever of it was captured.
        for (let cut = packets.length - 11; cut < packets.length - 9; cut++) {
          compare(packets.slice(0, cut));
          compare([...packets.slice(0, cut), ...longAfter(packets)]);
        }
      }
      for (const order of oddOrders) compare(conversationOf(exchange, order));
      // Too late to be known of.
      for (const { order, waits } of orders) if (waits) compare(conversationOf(exchange, order, 70));
    });
  }
});
