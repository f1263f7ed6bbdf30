import { binarySpeaker } from './binary-traffic.ts';
import { at, type BuiltPacket } from './capture-file.ts';
import type { Trouble } from './everyday-traffic.ts';
import type { Random } from './random.ts';
import { shuffled } from './shuffle.ts';
import { type Link, TcpConversation } from './tcp-conversation.ts';

/** What a client says first, and what it is answered. */
const firstWords: readonly (readonly [string, string])[] = [
  ['get a\r\n', 'END\r\n'],
  ['get a b\r\n', 'VALUE a 0 3\r\nabc\r\nEND\r\n'],
  ['set a 0 0 9\r\nuser pass\r\n', 'STORED\r\n'],
  ['set a 0 0 3 noreply\r\nabc\r\n', ''],
  ['delete a\r\n', 'NOT_FOUND\r\n'],
  ['mg a v\r\n', 'VA 3\r\nabc\r\n'],
  ['mn\r\n', 'MN\r\n'],
  ['version\r\n', 'VERSION 1.6.45\r\n'],
  ['get a\r\nget b\r\nget c\r\n', 'END\r\nEND\r\nVALUE c 1 2\r\nxy\r\nEND\r\n'],
  ['get a\r\n', 'SERVER_ERROR busy\r\n'],
  ['get a\r\n', 'CLIENT_ERROR unauthenticated\r\n'],
  ['get a\r\n', '220 mail.example ESMTP\r\n'],
  ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n'],
  ['*1\r\n$4\r\nPING\r\n', '+PONG\r\n'],
  ['\x16\x03\x01\x00\x05hello', '\x15\x03\x03\x00\x02\x02\x28'],
  ['\r\n', 'ERROR\r\n'],
  ['', ''],
];

const plainWords = firstWords.slice(0, 9);

function connection(random: Random, start: number, link: Link, isIpv6: boolean): BuiltPacket[] {
  const address = (last: number): string => (isIpv6 ? `2001:db8::${last}` : `10.1.0.${last}`);
  const conversation = new TcpConversation({
    client: { address: address(1 + random.below(2)), port: 40_000 + random.below(random.chance(0.3) ? 6 : 100) },
    server: { address: address(9), port: random.chance(0.05) ? 80 : 11211 },
    startMicroseconds: start,
    stepMicroseconds: random.pick([1, 30, 400, 40_000]),
    segmentSize: random.pick([4, 60, 1448]),
    timestamps: random.chance(0.8),
    clientIsn: random.word(),
    serverIsn: random.word(),
    link,
  });
  greet(random, conversation);
  if (random.chance(0.1)) conversation.wait(random.pick([1_000_000, 70_000_000, 3_700_000_000]));
  const isBinary = random.chance(0.15);
  const speak = binarySpeaker(random);
  for (let exchanges = random.below(6); exchanges > 0; exchanges--) {
    const { request, answer } = speak(false);
    const [first, second] = isBinary ? [request, answer] : random.pick(random.chance(0.6) ? plainWords : firstWords);
    if (random.chance(0.03)) conversation.server('VERSION 1\r\n');
    if (first.length > 0) conversation.client(Buffer.from(first, 'latin1'));
    if (random.chance(0.3)) conversation.ack('server');
    if (second.length > 0) conversation.server(Buffer.from(second, 'latin1'));
    if (random.chance(0.5)) conversation.ack('client');
    if (random.chance(0.05)) conversation.wait(random.pick([60_000, 2_000_000, 3_700_000_000]));
  }
  if (random.chance(0.5)) conversation.close(random.pick(['client', 'server']));
  else if (random.chance(0.3)) conversation.reset(random.pick(['client', 'server']));
  return conversation.packets;
}

/** A handshake, as it should be or as it comes, too. */
function greet(random: Random, conversation: TcpConversation): void {
  if (random.chance(0.1)) return;
  const options = random.pick([
    [],
    [],
    [],
    [],
    [],
    [{ kind: 'eol' }] as const,
    [{ kind: 'raw', bytes: Buffer.from([34, 2]) }] as const,
    [{ kind: 'mss', value: 9000 }] as const,
  ]);
  const syns = random.chance(0.1) ? 2 : 1;
  for (let left = syns; left > 0; left--) {
    if (left === 2) conversation.segment('client', '', { flags: 'S', seq: 0, options });
    else conversation.syn('client', '', options);
  }
  if (random.chance(0.05)) {
    conversation.reset('server');
    return;
  }
  if (random.chance(0.95)) conversation.syn('server', '', options);
  if (random.chance(0.05)) conversation.segment('server', '', { flags: 'S.', seq: 0, options });
  if (random.chance(0.9)) conversation.ack('client');
}

/** Many connections that hardly begin, between few ends: where the one is over the next one may have the same. */
export function beginnings(random: Random, trouble: Trouble, link: Link, isIpv6: boolean): BuiltPacket[] {
  const packets: BuiltPacket[] = [];
  const begin = 1_767_323_045_000_000 + random.below(1e6);
  const between = random.pick([200, 20_000, 2_000_000]);
  for (let index = 0; index < 60; index++) {
    packets.push(...connection(random, begin + index * between + random.below(between), link, isIpv6));
  }
  const time = ({ seconds, nanoseconds }: BuiltPacket): number => seconds * 1e6 + Math.floor(nanoseconds / 1000);
  const sent = packets
    .sort((a, b) => time(a) - time(b))
    .filter(() => !random.chance(trouble.lost))
    .map((packet) => ({ ...packet, ...at(time(packet)) }));
  return trouble.window === 0 ? sent : shuffled(sent, { window: trouble.window, duplicates: trouble.doubled }, random);
}
