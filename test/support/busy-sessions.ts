import { at, type BuiltPacket } from './capture-file.ts';
import type { Random } from './random.ts';
import { TcpConversation } from './tcp-conversation.ts';

/** A request with what the server answers; no answer to a `noreply`. */
function command(random: Random): { request: string; answer: string } {
  const key = `key:${random.below(1000)}`;
  const value = 'v\r\nEND\r\nget x\r\n'.repeat(random.below(30)).slice(random.below(5));
  switch (random.below(7)) {
    case 0:
      return { request: `get ${key}\r\n`, answer: 'END\r\n' };
    case 1:
      return { request: `get ${key}\r\n`, answer: `VALUE ${key} 0 ${value.length}\r\n${value}\r\nEND\r\n` };
    case 2:
      return { request: `get a ${key} b\r\n`, answer: `VALUE ${key} 5 ${value.length}\r\n${value}\r\nEND\r\n` };
    case 3:
      return { request: `set ${key} 0 0 ${value.length}\r\n${value}\r\n`, answer: 'STORED\r\n' };
    case 4:
      return { request: `set ${key} 0 0 ${value.length} noreply\r\n${value}\r\n`, answer: '' };
    case 5:
      return { request: `incr ${key} 1\r\n`, answer: `${random.below(100_000)}\r\n` };
    default:
      return { request: `delete ${key}\r\n`, answer: random.chance(0.5) ? 'DELETED\r\n' : 'NOT_FOUND\r\n' };
  }
}

/** One connection: some exchanges, pipelined or not, and some way to end. */
function session(port: number, clientIsn: number, startMicroseconds: number, random: Random): TcpConversation {
  const conversation = new TcpConversation({
    client: { address: '192.0.2.1', port },
    startMicroseconds,
    stepMicroseconds: random.between(5, 300),
    segmentSize: random.pick([24, 100, 536, 1448]),
    clientIsn,
    serverIsn: random.word(),
  });
  conversation.handshake();
  for (let exchanges = random.below(12); exchanges > 0; exchanges--) {
    const commands = Array.from({ length: random.pick([1, 1, 1, 4]) }, () => command(random));
    conversation.client(commands.map(({ request }) => request).join(''));
    if (random.chance(0.3)) conversation.ack('server');
    const answers = commands.map(({ answer }) => answer).join('');
    if (answers !== '') conversation.server(answers);
    if (random.chance(0.5)) conversation.ack('client');
  }
  const ending = random.below(6);
  if (ending === 0) conversation.client('quit\r\n');
  if (ending <= 1) conversation.close('server');
  else if (ending <= 4) conversation.close('client');
  else conversation.reset('client');
  return conversation;
}

/**
 * Connections of several clients at a time, each of which opens another one from the same port as soon as the one
 * before is closed; `begin` in microseconds since 1970. As in Linux, its initial sequence number lies beyond all that
 * the one before has used.
 */
export function busySessions(random: Random, begin = 1_767_323_045_000_000): BuiltPacket[] {
  const packets: BuiltPacket[] = [];
  for (let client = 0; client < 4; client++) {
    let now = begin + random.below(5000);
    let isn = random.word();
    const port = 40_000 + client;
    for (let connection = random.between(1, 4); connection > 0; connection--) {
      const conversation = session(port, isn, now, random);
      packets.push(...conversation.packets);
      now = conversation.now + random.between(10, 400);
      isn = (isn + 200_000 + random.below(2 ** 26)) >>> 0;
    }
  }
  return packets.sort((a, b) => time(a) - time(b)).map((packet) => ({ ...packet, ...at(time(packet)) }));
}

function time(packet: BuiltPacket): number {
  return packet.seconds * 1e6 + Math.floor(packet.nanoseconds / 1000);
}
