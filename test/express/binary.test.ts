import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { encodePacket } from '../support/binary-messages.ts';
import { toldOf } from '../support/both-ways.ts';
import { pcapFile } from '../support/capture-file.ts';
import { TcpConversation } from '../support/tcp-conversation.ts';

/** What a client sends, packet by packet, and what its server does. */
type Exchange = readonly [clients: readonly string[], servers: readonly string[]];

/** They go the express way, with each packet of theirs. */
const taken: Readonly<Record<string, Exchange>> = {
  'get, a hit': [['get key=a opaque=2'], ['get flags=5 value=abc cas=7 opaque=2']],
  'get, a hit, and nothing in it': [['get key=a'], ['get flags=0']],
  'get, a miss': [['get key=a opaque=2'], ['get status=1 value=Not\\sfound opaque=2']],
  'getk, a hit and a miss': [['getk key=a | getk key=b'], ['getk flags=0 key=a value=x | getk status=1 key=b']],
  'gat and gatk': [['gat key=a exptime=9 | gatk key=b exptime=9'], ['gat flags=1 value=x | gatk flags=1 key=b']],
  'set, stored, and not': [
    ['set key=a flags=1 exptime=2 value=abc cas=9007199254740992', 'set key=a flags=1 exptime=2 opaque=1'],
    ['set cas=18446744073709551615', 'set status=2 value=Exists opaque=1'],
  ],
  'add and replace': [
    ['add key=a flags=0 exptime=0 value=x | replace key=b flags=0 exptime=0 value=y'],
    ['add status=2 value=no | replace status=1 value=no'],
  ],
  'append and prepend': [
    ['append key=a value=x | prepend key=a value=y'],
    ['append status=5 value=no', 'prepend cas=4'],
  ],
  delete: [['delete key=a | delete key=b'], ['delete | delete status=1']],
  'increment and decrement': [
    [
      'increment key=a delta=1 initial=0 exptime=4294967295 | decrement key=a delta=9007199254740992 initial=0 exptime=0',
    ],
    ['increment number=18446744073709551615 cas=3 | decrement status=1 value=no'],
  ],
  touch: [['touch key=a exptime=1 | touch key=b exptime=1'], ['touch flags=0 | touch status=1 value=no']],
  'noop and version': [['noop opaque=3', 'version'], ['noop opaque=3 | version value=1.6.45']],
  'a value in several segments': [['get key=a'], ['get flags=0 bodyLength=604 value={300*x}', 'raw={300*y}']],
  'a stored value in several segments': [
    ['set key=a flags=0 exptime=0 bodyLength=609 value={300*x}', 'raw={300*y}'],
    ['set'],
  ],
  'quiet gets, some missed': [
    ['getkq key=a opaque=1 | getkq key=b opaque=2', 'getkq key=c opaque=3', 'noop opaque=4'],
    ['getkq key=b flags=0 value=x opaque=2', 'noop opaque=4'],
  ],
  'quiet gets with the same opaque': [['getkq key=a | getkq key=b | noop'], ['getkq key=b flags=0 | noop']],
  'quiet gets, a long value': [
    ['getq key=a opaque=1 | getq key=b opaque=2 | noop opaque=3'],
    ['getq flags=0 bodyLength=604 value={300*x} opaque=2', 'raw={300*y}', 'noop opaque=3'],
  ],
  'quiet sets': [
    ['setq key=a flags=0 exptime=0 value=x opaque=1 | deleteq key=b opaque=2 | noop opaque=3'],
    ['deleteq status=1 value=no opaque=2 | noop opaque=3'],
  ],
};

/** They go the general way, with some packet at least. */
const declined: Readonly<Record<string, Exchange>> = {
  stat: [['stat'], ['stat key=pid value=1 | stat']],
  sasl: [['sasl_auth key=PLAIN value=\\x00u\\x00p'], ['sasl_auth status=32 value=no']],
  'an unknown opcode': [['0x5f key=a'], ['0x5f status=129 value=no']],
  'other extras': [['get key=a extras=00000000'], ['get status=4 value=no']],
  'a data type': [['get key=a type=1'], ['get flags=0 value=x']],
  'a value where none belongs': [['touch key=a exptime=1 value=x'], ['touch']],
  'a key that is not plain': [['get key=a\\sb'], ['get status=1']],
  'another opaque': [['get key=a opaque=1'], ['get flags=0 value=x opaque=2']],
  'another opcode': [['get key=a'], ['getk flags=0 key=a value=x']],
  'another key': [['getk key=a'], ['getk flags=0 key=b value=x']],
  'another status': [['get key=a'], ['get status=130 value=no']],
  'a miss of a quiet get that is told': [['getq key=a | noop'], ['getq status=1 | noop']],
  'success of a quiet set that is told': [['setq key=a flags=0 exptime=0 | noop'], ['setq | noop']],
  'quiet gets that nothing tells apart': [['getq key=a | getq key=b | noop'], ['getq flags=0 value=x | noop']],
};

/** Both ways over it, behind another exchange: returns how many packets, of so many, went the express way. */
function share([clients, servers]: Exchange): readonly [taken: number, all: number] {
  const conversation = new TcpConversation();
  // An option that only the general way knows: there it begins, and comes over when nothing is under way.
  conversation.syn('client', '', [{ kind: 'raw', bytes: Buffer.from([34, 2]) }]);
  conversation.syn('server');
  conversation.ack('client');
  conversation.client(encodePacket(true, 'noop opaque=4294967295'));
  conversation.server(encodePacket(false, 'noop opaque=4294967295'));
  const before = conversation.packets.length;
  for (const text of clients) conversation.client(encodePacket(true, text));
  for (const text of servers) conversation.server(encodePacket(false, text));
  const file = pcapFile(conversation.packets);
  const general = toldOf(file, { express: false, hears: true });
  const express = toldOf(file, { express: true, hears: true });
  assert.equal(express.lines, general.lines);
  assert.equal(express.records, general.records);
  assert.deepEqual(express.report, general.report);
  assert.deepEqual(express.heard, general.heard);
  return [express.express, conversation.packets.length - before];
}

suite('the binary protocol goes the express way', () => {
  for (const [name, exchange] of Object.entries(taken)) {
    test(name, () => {
      const [count, all] = share(exchange);
      assert.equal(count, all);
    });
  }
  for (const [name, exchange] of Object.entries(declined)) {
    test(`but for ${name}`, () => {
      const [count, all] = share(exchange);
      assert.ok(count < all, `${count} of ${all}`);
    });
  }
});
