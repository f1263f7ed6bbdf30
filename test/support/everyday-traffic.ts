import { binarySpeaker } from './binary-traffic.ts';
import { at, type BuiltPacket } from './capture-file.ts';
import { neighbour } from './neighbours.ts';
import type { Random } from './random.ts';
import { shuffled } from './shuffle.ts';
import { type Link, TcpConversation } from './tcp-conversation.ts';

/** What goes wrong with a capture, as shares of its packets, and between its exchanges. */
export interface Trouble {
  readonly lost: number;
  readonly doubled: number;
  /** How far packets are moved. */
  readonly window: number;
  /** Share of bytes changed. */
  readonly changed: number;
  /** Share of exchanges that are none that every client has with every server. */
  readonly odd: number;
  /** Share of pauses that are long. */
  readonly pauses: number;
}

export const noTrouble: Trouble = { lost: 0, doubled: 0, window: 0, changed: 0, odd: 0, pauses: 0 };

/** Latin-1. */
export interface Exchange {
  readonly request: string;
  readonly answer: string;
}

/** A retrieval of many keys, some of them long or asked for twice, of which the server has some. */
function multigetExchange(random: Random): Exchange {
  const length = random.pick([1, 10, 10, 240]);
  const count = random.between(2, random.chance(0.02) ? 2000 : length > 10 ? 20 : random.pick([20, 20, 120]));
  const keys = Array.from({ length: count }, () => {
    return `${'k'.repeat(random.below(length))}${random.below(random.chance(0.05) ? 9 : 100_000)}`;
  });
  const [name, before, cas] = random.pick([
    ['get', '', ''],
    ['gets', '', ' 17'],
    ['gat', '30 ', ''],
  ] as const);
  const share = random.pick([0, 0.5, 0.9, 1]);
  const size = random.pick([4, 4, 60]);
  const values = keys
    .filter(() => random.chance(share))
    .map((key) => `VALUE ${key} ${random.below(3)} ${valueText(random, size).length}${cas}\r\n`)
    .map((line) => `${line}${'v'.repeat(Number(line.split(' ')[3]?.trim()))}\r\n`);
  return { request: `${name} ${before}${keys.join(' ')}\r\n`, answer: `${values.join('')}END\r\n` };
}

function valueText(random: Random, most: number): string {
  return 'v\r\nEND\r\nget x\r\n'.repeat(1 + most / 15).slice(random.below(5), random.below(most) + 5);
}

/** What clients ask and servers say every day. */
function everydayExchange(random: Random): Exchange {
  if (random.chance(0.05)) return multigetExchange(random);
  const key = `key:${random.below(1000)}`;
  const other = `other:${random.below(10)}`;
  const value = valueText(random, random.chance(0.05) ? 4000 : 120);
  const flags = random.chance(0.01) ? 4_294_967_295 : random.pick([0, 0, 5, 16]);
  const item = (of: string, cas = ''): string => `VALUE ${of} ${flags} ${value.length}${cas}\r\n${value}\r\n`;
  switch (random.below(random.chance(0.1) ? 15 : 12)) {
    case 0:
      return { request: `get ${key}\r\n`, answer: 'END\r\n' };
    case 1:
    case 2:
      return { request: `get ${key}\r\n`, answer: `${item(key)}END\r\n` };
    case 3:
      return { request: `gets ${key}\r\n`, answer: `${item(key, ` ${random.below(1e9)}`)}END\r\n` };
    case 4:
      return {
        request: `get a ${key} ${other}\r\n`,
        answer: `${item(key)}${random.chance(0.5) ? item(other) : ''}END\r\n`,
      };
    case 5:
      return { request: `gat ${random.below(1000)} ${key}\r\n`, answer: `${item(key)}END\r\n` };
    case 6:
    case 7: {
      const name = random.pick(['set', 'add', 'replace', 'append', 'prepend']);
      const isSilent = random.chance(0.15);
      const answer = isSilent ? '' : random.pick(['STORED\r\n', 'STORED\r\n', 'NOT_STORED\r\n']);
      const line = `${name} ${key} ${flags} ${random.below(100)} ${value.length}${isSilent ? ' noreply' : ''}`;
      return { request: `${line}\r\n${value}\r\n`, answer };
    }
    case 8: {
      const answer = random.pick(['STORED\r\n', 'EXISTS\r\n', 'NOT_FOUND\r\n']);
      return { request: `cas ${key} 1 0 ${value.length} ${random.below(99999)}\r\n${value}\r\n`, answer };
    }
    case 9:
      return { request: `delete ${key}\r\n`, answer: random.pick(['DELETED\r\n', 'NOT_FOUND\r\n']) };
    case 10:
      return {
        request: `incr ${key} ${random.below(9)}\r\n`,
        answer: random.pick(['17\r\n', '0\r\n', 'NOT_FOUND\r\n']),
      };
    case 11:
      return {
        request: `touch ${key} ${random.below(900)}\r\n`,
        answer: random.pick(['TOUCHED\r\n', 'NOT_FOUND\r\n']),
      };
    case 12:
      return {
        request: `mg ${key} v f t\r\n`,
        answer: random.pick(['EN\r\n', `VA ${value.length} f5 t-1\r\n${value}\r\n`]),
      };
    case 13:
      return { request: 'mn\r\n', answer: 'MN\r\n' };
    default:
      return { request: `ms ${key} ${value.length} T30\r\n${value}\r\n`, answer: random.pick(['HD\r\n', 'NS\r\n']) };
  }
}

/** What one client in a hundred asks, and what a server says once a year. */
function oddExchange(random: Random): Exchange {
  const key = random.pick(['k', 'k\\"', 'ключ', 'k'.repeat(250), 'k'.repeat(251), 'a b', `k${random.below(9)}`]);
  const many = Array.from({ length: random.between(14, 30) }, (_, index) => `k${index}`).join(' ');
  const answer = random.pick([
    'END\r\n',
    'STORED\r\n',
    'ERROR\r\n',
    'CLIENT_ERROR bad data chunk\r\n',
    'SERVER_ERROR out of memory storing object\r\n',
    `VALUE ${key} 0 3\r\nabc\r\nEND\r\n`,
    'VALUE other 0 1\r\nx\r\nEND\r\n',
    'VALUE k 0 3\r\nabcde\r\nEND\r\n',
    'OK\r\n',
    '12 \r\n',
    'DELETED',
    '',
    '\r\n',
    'HD\r\nHD\r\n',
    'STORED\r\nEND\r\n',
  ]);
  const request = random.pick([
    `get ${key}\r\n`,
    `get ${key}\n`,
    `get  ${key} \r\n`,
    `get ${many}\r\n`,
    `set ${key} 0 0 3\r\nabc\r\n`,
    `set ${key} 0 0 3 noreply\r\nabc\r\n`,
    `set ${key} 0 0 3\r\nabcd\r\n`,
    `set ${key} -1 0 3\r\nabc\r\n`,
    `set ${key} 0 -1 3\r\nabc\r\n`,
    `set ${key} 007 0 03\r\nabc\r\n`,
    `delete ${key} noreply\r\n`,
    `delete ${key} 0\r\n`,
    `incr ${key} 18446744073709551615\r\n`,
    `gat -1 ${key}\r\n`,
    `GET ${key}\r\n`,
    `mg ${key} v q\r\nmn\r\n`,
    'stats\r\n',
    'version\r\n',
    'flush_all\r\n',
    `touch ${key} x\r\n`,
    '\r\n',
    `bogus ${key}\r\n`,
  ]);
  return { request, answer };
}

const pauses = [9_999, 10_000, 36_000, 49_000, 51_000, 90_000, 200_000, 1_000_000, 70_000_000, 3_700_000_000];

function session(
  random: Random,
  port: number,
  start: number,
  link: Link,
  isIpv6: boolean,
  trouble: Trouble,
): BuiltPacket[] {
  const address = (last: number): string => (isIpv6 ? `2001:db8::${last}` : `10.1.0.${last}`);
  const conversation = new TcpConversation({
    client: { address: address(1 + random.below(3)), port },
    server: { address: address(9), port: 11211 },
    startMicroseconds: start,
    stepMicroseconds: random.between(1, 400),
    segmentSize: random.pick([60, 536, 1448, 1448]),
    timestamps: random.chance(0.8),
    clientIsn: random.word(),
    serverIsn: random.word(),
    link,
    vlans: random.chance(0.2) ? [{ id: 1 + random.below(4094) }] : random.chance(0.03) ? [{ id: 7 }, { id: 8 }] : [],
  });
  const isBinary = random.chance(0.4);
  const speak = isBinary
    ? binarySpeaker(random)
    : (isOdd: boolean) => (isOdd ? oddExchange(random) : everydayExchange(random));
  if (random.chance(0.8)) conversation.handshake();
  for (let exchanges = random.between(5, 70); exchanges > 0; exchanges--) {
    const depth = random.chance(0.9) ? 1 : random.pick([2, 3, 5, 12, 45, random.between(45, 200)]);
    const all = Array.from({ length: depth }, () => speak(random.chance(trouble.odd)));
    if (depth > 1 && random.chance(0.4)) {
      overlap(random, conversation, all);
      continue;
    }
    const requests = all.map(({ request }) => Buffer.from(request, 'latin1'));
    if (random.chance(0.8)) conversation.client(Buffer.concat(requests));
    else for (const request of requests) conversation.client(request);
    if (random.chance(0.3)) conversation.ack('server');
    if (random.chance(trouble.pauses)) conversation.wait(random.pick(pauses));
    const answers = all.map(({ answer }) => Buffer.from(answer, 'latin1')).filter(({ length }) => length > 0);
    if (random.chance(0.7)) {
      if (answers.length > 0) conversation.server(Buffer.concat(answers));
    } else for (const answer of answers) conversation.server(answer);
    if (random.chance(0.5)) conversation.ack('client');
    if (random.chance(trouble.pauses)) conversation.wait(random.pick(pauses));
  }
  if (random.chance(0.3)) conversation.close(random.pick(['client', 'server']));
  else if (random.chance(0.1)) conversation.reset('client');
  return conversation.packets;
}

/** Sends requests while answers come, each cut anywhere; what either side says it has received may be old. */
function overlap(random: Random, conversation: TcpConversation, all: readonly Exchange[]): void {
  const requests = Buffer.from(all.map(({ request }) => request).join(''), 'latin1');
  const answers = Buffer.from(all.map(({ answer }) => answer).join(''), 'latin1');
  // How far the answers go to the requests that came whole.
  const ends = all.map(() => [0, 0] as [number, number]);
  let [requestEnd, answerEnd] = [0, 0];
  for (const [index, { request, answer }] of all.entries()) {
    requestEnd += request.length;
    answerEnd += answer.length;
    ends[index] = [requestEnd, answerEnd];
  }
  const size = random.pick([30, 500, 3000]);
  let [sent, answered] = [0, 0];
  while (sent < requests.length || answered < answers.length) {
    const due = ends.findLast(([end]) => end <= sent)?.[1] ?? 0;
    if (sent < requests.length && (answered === due || random.chance(0.5))) {
      const next = Math.min(requests.length, sent + random.between(1, size));
      const heard = conversation.received('client');
      const ack = random.chance(0.4) ? { ack: heard - random.below(Math.min(answered, 200) + 1) } : {};
      conversation.client(requests.subarray(sent, next), ack);
      sent = next;
    } else {
      const next = Math.min(due, answered + random.between(1, size));
      conversation.server(answers.subarray(answered, next));
      answered = next;
    }
  }
}

/** Indices of interfaces, of which some have one place in a table. */
const interfaces = [1, 1, 1, 2, 258, 70_000];

function time({ seconds, nanoseconds }: BuiltPacket): number {
  return seconds * 1e6 + Math.floor(nanoseconds / 1000);
}

/** Connections of a few clients at a time, with some trouble. */
export function everydayTraffic(
  random: Random,
  trouble: Trouble,
  link: Link = 'ethernet',
  isIpv6 = false,
): BuiltPacket[] {
  const packets: BuiltPacket[] = [];
  const begin = 1_767_323_045_000_000 + random.below(1e6);
  for (let client = random.between(1, 6); client > 0; client--) {
    // Some use the port of another one.
    const port = 40_000 + (random.chance(0.1) ? 1 : client);
    packets.push(...session(random, port, begin + random.below(20_000), link, isIpv6, trouble));
  }
  const share = random.pick([0, 0.02, 0.2]);
  for (const packet of packets.filter(() => random.chance(share)))
    packets.push(neighbour(random, link, isIpv6, time(packet) + random.below(3), trouble.odd));
  if (link === 'linuxCooked2') for (const { bytes } of packets) bytes.writeUInt32BE(random.pick(interfaces), 4);
  const sent = packets
    .sort((a, b) => time(a) - time(b))
    .filter(() => !random.chance(trouble.lost))
    .map((packet) => ({ ...packet, ...at(time(packet)) }));
  const order =
    trouble.window === 0 ? sent : shuffled(sent, { window: trouble.window, duplicates: trouble.doubled }, random);
  for (const packet of order) if (random.chance(trouble.changed)) change(packet, random);
  return order;
}

/** Changes some bytes, or the length, of a packet. */
function change(packet: BuiltPacket, random: Random): void {
  packet.bytes = Buffer.from(packet.bytes);
  for (let bytes = random.between(1, 3); bytes > 0; bytes--) {
    packet.bytes[random.below(packet.bytes.length)] = random.below(256);
  }
  if (random.chance(0.2)) {
    packet.originalLength = packet.bytes.length;
    packet.bytes = packet.bytes.subarray(0, random.between(1, packet.bytes.length));
  }
}
