import { encodeMessage } from './binary-messages.ts';
import { flag, Peer, TrafficWriter } from './hostile-traffic.ts';

/**
 * What an attacker can do to time: traffic of which each packet, or each of many short lines in one, makes the program
 * look at all that came before. Each of these would take ten minutes or more if it did.
 */
interface SlowAttack {
  readonly name: string;
  /** Writes packets; yields wherever the writer may be emptied. */
  readonly traffic: (writer: TrafficWriter) => Iterable<void>;
}

/** Bytes of payload in one packet. */
const packetBytes = 48_000;

export const slowAttacks: readonly SlowAttack[] = [
  {
    name: 'answers that any of many quiet requests may have got',
    *traffic(writer) {
      for (let client = 0; client < 20; client++) {
        const peer = connected(writer, client);
        yield* asks(peer, repeated('mg k q\r\n', 50_000));
        yield* answers(peer, repeated('HD\r\n', 50_000));
      }
    },
  },
  {
    name: 'answers that none of many quiet requests can have got',
    *traffic(writer) {
      const peer = connected(writer, 0);
      yield* asks(peer, repeated('mg k q O1\r\n', 150_000));
      yield* answers(peer, repeated('HD O2\r\n', 150_000));
    },
  },
  {
    name: 'binary answers that none of many quiet requests can have got',
    *traffic(writer) {
      const peer = connected(writer, 0);
      yield* asks(
        peer,
        numbered(180_000, (number) => encodeMessage(true, `getq key=k opaque=${number + 1}`)),
      );
      yield* answers(peer, repeated(encodeMessage(false, 'getq opaque=4294967295 flags=0 value=x'), 180_000));
    },
  },
  {
    name: 'binary answers of which nobody knows to which of two quiet requests each belongs',
    *traffic(writer) {
      const asked = [...numbered(150_000, (number) => encodeMessage(true, `getkq key=k${number >> 1}`))];
      const answered = [...numbered(9000, (number) => encodeMessage(false, `getkq key=k${number} flags=0 value=x`))];
      for (let client = 0; client < 15; client++) {
        const peer = connected(writer, client);
        yield* asks(peer, asked);
        yield* answers(peer, answered);
        peer.asks(encodeMessage(true, 'noop'));
        peer.answers(encodeMessage(false, 'noop'));
      }
    },
  },
  {
    name: 'a client that goes on although each answer is another one than it asked for',
    *traffic(writer) {
      const peer = connected(writer, 0);
      for (let step = 0; step < 190_000; step++) {
        peer.asks('get a\r\n');
        peer.answers('VALUE b 0 1\r\nx\r\nEND\r\n');
        yield;
      }
    },
  },
  {
    name: 'a long pipeline behind a hole in its answers, to which requests are added one by one',
    *traffic(writer) {
      const peer = connected(writer, 0);
      yield* asks(peer, repeated('get k\r\n', 150_000));
      peer.skipsAnswer(10);
      for (let step = 0; step < 80_000; step++) {
        peer.answers('x');
        peer.asks(step % 4 === 0 ? 'get k\r\n' : 'g');
        yield;
      }
    },
  },
  {
    name: 'behind a hole, segments that start with the name of a key that none of many requests asks for',
    *traffic(writer) {
      const peer = connected(writer, 0);
      const keys = Array.from({ length: 3000 }, (_, index) => index.toString(16)).join(' ');
      yield* asks(peer, repeated(`get ${keys}\r\n`, 400));
      peer.skipsAnswer(10);
      peer.asks('get q\r\n');
      for (let step = 0; step < 150_000; step++) {
        peer.answers('VALUE zzz 0 1\r\n');
        yield;
      }
    },
  },
  {
    name: 'holes in a client’s stream behind a long binary pipeline',
    *traffic(writer) {
      const peer = connected(writer, 0);
      yield* asks(
        peer,
        numbered(150_000, (number) => encodeMessage(true, `get key=k opaque=${number + 1}`)),
      );
      for (let step = 0; step < 150_000; step++) {
        peer.skips(10);
        peer.asks(encodeMessage(true, 'get key=k opaque=7'));
        peer.answers('');
        yield;
      }
    },
  },
  {
    name: 'values without end for a multi-get over UDP',
    *traffic(writer) {
      for (let client = 0; client < 8; client++) {
        writer.udp(client, true, 7, 'get a b c\r\n');
        for (let step = 0; step < 110_000; step++) {
          writer.udp(client, false, 7, `VALUE a 0 6\r\n${step.toString().padStart(6, '0')}\r\n`);
          yield;
        }
      }
    },
  },
  {
    name: 'one datagram, repeated, of the answer to a UDP request with many keys',
    *traffic(writer) {
      const keys = Array.from({ length: 11_000 }, (_, index) => index.toString(16)).join(' ');
      writer.udp(0, true, 7, `get ${keys}\r\n`);
      for (let step = 0; step < 300_000; step++) {
        writer.udp(0, false, 7, 'VALUE 1 0 6\r\n000000\r\n');
        yield;
      }
    },
  },
  {
    name: 'datagrams that each claim to be of another long answer over UDP',
    *traffic(writer) {
      for (let client = 0; client < 6; client++) {
        writer.udp(client, true, 7, 'get k\r\n');
        for (let step = 0; step < 110_000; step++) {
          writer.udp(client, false, 7, `${step.toString().padStart(6, '0')}\r\n`, 3, 65_535 - (step % 60_000));
          yield;
        }
      }
    },
  },
  {
    name: 'addresses and ports that a table of conversations without a secret would put into one place',
    *traffic(writer) {
      for (let number = 0, written = 0; written < 450_000; number++) {
        const destination = 0x0b_00_00_00 + number;
        const ports = collidingPorts(0x0a_00_00_01, destination);
        if (ports >>> 16 >= (ports & 0xffff)) continue;
        writer.bareSegment(0x0a_00_00_01, destination, ports, flag.ack);
        written++;
        yield;
      }
    },
  },
];

/** The attack as a capture, piece by piece. */
export function* captureOf({ traffic }: SlowAttack): Generator<Buffer> {
  const writer = new TrafficWriter();
  for (const _ of traffic(writer)) {
    writer.now += 10;
    if (writer.isFull) yield writer.take();
  }
  yield writer.take();
}

function connected(writer: TrafficWriter, client: number): Peer {
  const peer = new Peer(writer, client);
  peer.handshake();
  return peer;
}

function* asks(peer: Peer, pieces: Iterable<Buffer>): Generator<void> {
  for (const piece of pieces) yield peer.asks(piece);
}

function* answers(peer: Peer, pieces: Iterable<Buffer>): Generator<void> {
  for (const piece of pieces) yield peer.answers(piece);
}

function repeated(message: string | Buffer, times: number): Generator<Buffer> {
  const bytes = Buffer.from(message);
  return numbered(times, () => bytes);
}

/** Messages one behind the other, in pieces of the size of a packet. */
function* numbered(times: number, message: (number: number) => Buffer): Generator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  for (let number = 0; number < times; number++) {
    const bytes = message(number);
    parts.push(bytes);
    length += bytes.length;
    if (length < packetBytes && number < times - 1) continue;
    yield Buffer.concat(parts);
    parts = [];
    length = 0;
  }
}

/** Ports for which the hash that the table once had is 0. */
function collidingPorts(source: number, destination: number): number {
  let value = 0x9e3779b9 | 0;
  for (const word of [source, destination]) {
    value = Math.imul(value ^ word, 0x85ebca6b);
    value ^= value >>> 15;
  }
  return value >>> 0;
}
