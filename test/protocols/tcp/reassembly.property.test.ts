import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Session } from '../../../protocols/protocol.ts';
import { sequenceDistance } from '../../../protocols/tcp/sequence.ts';
import { Wire, type WireOptions } from './wire.ts';

/** Initial sequence numbers, half of them so near 2^32 that streams wrap. */
const isn = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0xffffffff - 400, max: 0xffffffff }));

/** What a session was told of one direction, laid out by stream offset: -1 is a byte declared missing. */
class Told {
  readonly client: number[] = [];
  readonly server: number[] = [];
  reason = '';

  session(): Session {
    const side = (fromClient: boolean) => (fromClient ? this.client : this.server);
    return {
      data: (fromClient, bytes, start, end, { acknowledged }) => {
        assert.equal(this.reason, '', 'nothing comes after the end');
        assert.ok(end > start);
        assert.ok(acknowledged <= side(!fromClient).length, 'an answer comes after what it answers');
        side(fromClient).push(...bytes.subarray(start, end));
      },
      gap: (fromClient, length) => {
        assert.equal(this.reason, '', 'nothing comes after the end');
        assert.ok(length > 0);
        side(fromClient).push(...new Array<number>(length).fill(-1));
      },
      waiting: () => {},
      end: (reason) => {
        this.reason = reason;
      },
    };
  }
}

function follow(isns: readonly [number, number], options: WireOptions = {}): { wire: Wire; told: Told } {
  const told = new Told();
  const wire = new Wire({ open: () => told.session(), ...options });
  [wire.clientIsn, wire.serverIsn] = isns;
  return { wire, told };
}

/** Bytes that tell their own offset. */
function stream(length: number, salt: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, offset) => (offset * 31 + (offset >> 8) * 7 + salt) & 255));
}

interface Piece {
  start: number;
  length: number;
  captured: number;
}

const pieces = fc.array(
  fc.record({ start: fc.nat(500), length: fc.integer({ min: 1, max: 120 }), captured: fc.nat(120) }),
  { maxLength: 40 },
);

test('one direction, any order, overlap and loss: bytes plus gaps are the original', () => {
  fc.assert(
    fc.property(pieces, isn, isn, fc.boolean(), (given, clientIsn, serverIsn, truncating) => {
      const { wire, told } = follow([clientIsn, serverIsn]);
      const bytes = stream(620, 1);
      const expected = new Array<number>(0);
      wire.handshake();
      for (const { start, length, captured } of given as Piece[]) {
        const kept = truncating ? Math.min(captured, length) : length;
        wire.client('P.', 1 + start, 1, bytes.subarray(start, start + length), { captured: kept });
        while (expected.length < start + length) expected.push(-1);
        for (let at = start; at < start + kept; at++) expected[at] = bytes[at] as number;
      }
      wire.end();
      assert.equal(told.client.length, expected.length);
      told.client.forEach((byte, offset) => {
        // A truncated tail is missing when its turn comes, even if a retransmission has it later.
        if (byte !== -1 || !truncating) assert.equal(byte, expected[offset], `offset ${offset}`);
      });
      assert.equal(told.reason, 'end_of_capture');
      assert.equal(wire.table.heldBytes, 0);
      assert.equal(wire.anomalies.counts.size, 0);
    }),
    { numRuns: 400 },
  );
});

test('tight limits: bytes are lost but never doubled, moved or changed', () => {
  const limits = { outOfOrderBytes: 200, outOfOrderSegments: 3, outOfOrderTotalBytes: 1000 };
  fc.assert(
    fc.property(pieces, isn, (given, clientIsn) => {
      const { wire, told } = follow([clientIsn, 0], { limits });
      const bytes = stream(620, 1);
      wire.handshake();
      for (const { start, length } of given) {
        wire.client('P.', 1 + start, 1, bytes.subarray(start, start + length));
        assert.ok(wire.table.heldBytes <= 1000);
      }
      wire.end();
      told.client.forEach((byte, offset) => void (byte !== -1 && assert.equal(byte, bytes[offset])));
      assert.equal(told.client.length, Math.max(0, ...given.map(({ start, length }) => start + length)));
    }),
    { numRuns: 200 },
  );
});

/** One segment of a conversation; `fin` is sent after its bytes. Offsets count from 0. */
interface Sent {
  fromClient: boolean;
  start: number;
  length: number;
  acknowledged: number;
  fin: boolean;
  lost: boolean;
}

/** Steps from which `converse` makes a conversation that two real stacks could have had. */
const steps = fc.array(
  fc.record({
    fromClient: fc.boolean(),
    length: fc.nat(40),
    lag: fc.nat(2),
    repeat: fc.boolean(),
    chance: fc.nat(99),
    shift: fc.nat(19),
  }),
  { minLength: 1, maxLength: 60 },
);
type Step = { fromClient: boolean; length: number; lag: number; repeat: boolean; chance: number; shift: number };

/** Each side sends in order and acknowledges what has reached it, which may lag; both close at the end. */
function converse(given: readonly Step[], lossPercent: number, repeating: boolean): Sent[] {
  const sent: Sent[] = [];
  const ends = { client: [0], server: [0] };
  const received = { client: 0, server: 0 };
  for (const step of given) {
    const mine = step.fromClient ? ends.client : ends.server;
    const theirs = step.fromClient ? ends.server : ends.client;
    const me = step.fromClient ? 'client' : 'server';
    received[me] = Math.max(received[me], theirs.at(-1 - step.lag) ?? 0);
    const end = mine.at(-1) as number;
    const start = repeating && step.repeat ? (mine.at(-2) ?? 0) : end;
    sent.push({
      fromClient: step.fromClient,
      start,
      length: end - start + step.length,
      acknowledged: received[me],
      fin: false,
      lost: step.chance < lossPercent,
    });
    mine.push(end + step.length);
  }
  const [client, server] = [ends.client.at(-1) as number, ends.server.at(-1) as number];
  const last = { length: 0, fin: true, lost: false };
  sent.push({ ...last, fromClient: true, start: client, acknowledged: server });
  sent.push({ ...last, fromClient: false, start: server, acknowledged: client + 1 });
  sent.push({ ...last, fromClient: true, start: client + 1, acknowledged: server + 1, fin: false });
  return sent;
}

function put(wire: Wire, { fromClient, start, length, acknowledged, fin }: Sent): void {
  const data = stream(start + length, fromClient ? 1 : 2).subarray(start);
  const flags = fin ? 'F.' : 'P.';
  if (fromClient) wire.client(flags, 1 + start, 1 + acknowledged, data);
  else wire.server(flags, 1 + start, 1 + acknowledged, data);
}

/** What must be told of a direction of which each byte was sent once: -1 where it was lost. */
function expectation(sent: readonly Sent[], fromClient: boolean): number[] {
  const own = sent.filter((segment) => segment.fromClient === fromClient);
  const length = Math.max(...own.filter(({ fin }) => fin).map(({ start }) => start));
  const bytes: number[] = [...stream(length, fromClient ? 1 : 2)];
  for (const segment of own) if (segment.lost) bytes.fill(-1, segment.start, segment.start + segment.length);
  return bytes;
}

test('two directions that lose segments: each captured byte once, each lost one in a gap', () => {
  fc.assert(
    fc.property(steps, isn, isn, fc.constantFrom(0, 10, 50), (given, clientIsn, serverIsn, loss) => {
      const { wire, told } = follow([clientIsn, serverIsn]);
      const sent = converse(given, loss, false);
      wire.handshake();
      for (const segment of sent) if (!segment.lost) put(wire, segment);
      assert.equal(told.reason, 'fin');
      assert.deepEqual(told.client, expectation(sent, true));
      assert.deepEqual(told.server, expectation(sent, false));
      assert.equal(wire.table.heldBytes, 0);
      assert.equal(wire.anomalies.counts.size, 0);
    }),
    { numRuns: 400 },
  );
});

test('one side only: the other is all missing', () => {
  fc.assert(
    fc.property(steps, isn, isn, fc.boolean(), (given, clientIsn, serverIsn, client) => {
      const { wire, told } = follow([clientIsn, serverIsn]);
      const sent = converse(given, 0, false);
      if (client) wire.client('S', 0, -serverIsn).client('.', 1, 1);
      else wire.server('S.', 0, 1);
      for (const segment of sent) if (segment.fromClient === client) put(wire, segment);
      wire.end();
      const [seen, unseen] = client ? [told.client, told.server] : [told.server, told.client];
      assert.deepEqual(seen, expectation(sent, client));
      assert.ok(unseen.every((byte) => byte === -1));
      // A FIN that was acknowledged with the last bytes cannot be told from one byte more.
      const surplus = unseen.length - expectation(sent, !client).length;
      assert.ok(surplus === 0 || surplus === 1, `surplus ${surplus}`);
    }),
    { numRuns: 200 },
  );
});

test('retransmissions and loss: nothing doubled, moved or changed', () => {
  fc.assert(
    fc.property(steps, isn, isn, fc.constantFrom(0, 20), (given, clientIsn, serverIsn, loss) => {
      const { wire, told } = follow([clientIsn, serverIsn]);
      const sent = converse(given, loss, true);
      wire.handshake();
      for (const segment of sent) if (!segment.lost) put(wire, segment);
      assert.equal(told.reason, 'fin');
      for (const fromClient of [true, false]) {
        const bytes = [...expectation(converse(given, 0, true), fromClient)];
        const side = fromClient ? told.client : told.server;
        assert.equal(side.length, bytes.length);
        side.forEach((byte, offset) => void (byte !== -1 && assert.equal(byte, bytes[offset])));
        if (loss === 0) assert.deepEqual(side, bytes);
      }
    }),
    { numRuns: 200 },
  );
});

test('shuffled within 20 packets, with look-ahead: the same bytes and gaps as in order', () => {
  fc.assert(
    fc.property(steps, isn, isn, fc.constantFrom(0, 10, 50), (given, clientIsn, serverIsn, loss) => {
      const sent = converse(given, loss, false);
      const place = new Map(sent.map((segment, index) => [segment, index + (given[index]?.shift ?? 0)]));
      const shuffled = sent.filter(({ lost }) => !lost);
      shuffled.sort((a, b) => (place.get(a) as number) - (place.get(b) as number));
      let at = 0;
      const { wire, told } = follow([clientIsn, serverIsn], {
        comesLater: (_connection, fromClient, fromSequence, toSequence) =>
          shuffled.slice(at, at + 41).some((segment) => {
            if (segment.fromClient !== fromClient || segment.length === 0) return false;
            const first = (fromClient ? clientIsn : serverIsn) + 1 + segment.start;
            return (
              sequenceDistance(first, toSequence) < 0 && sequenceDistance(first + segment.length, fromSequence) > 0
            );
          }),
      });
      wire.handshake();
      for (at = 0; at < shuffled.length; at++) put(wire, shuffled[at] as Sent);
      assert.equal(told.reason, 'fin');
      assert.deepEqual(told.client, expectation(sent, true));
      assert.deepEqual(told.server, expectation(sent, false));
      assert.equal(wire.table.heldBytes, 0);
    }),
    { numRuns: 400 },
  );
});

test('any segments at all: no exception, nothing held at the end', () => {
  const anything = fc.record({
    fromClient: fc.boolean(),
    flags: fc.subarray(['F', 'S', 'R', '.', 'P']),
    sequence: fc.oneof(fc.nat(100), fc.integer({ min: 0, max: 0xffffffff })),
    acknowledgment: fc.oneof(fc.nat(100), fc.integer({ min: 0, max: 0xffffffff })),
    length: fc.nat(30),
    captured: fc.nat(30),
    wait: fc.oneof(fc.constant(0), fc.integer({ min: -5000, max: 5000 })),
  });
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 50 }), (given) => {
      const { wire } = follow([0, 0], { open: () => ({ data() {}, gap() {}, waiting() {}, end() {} }) });
      for (const { fromClient, flags, sequence, acknowledgment, length, captured, wait } of given) {
        wire.wait(wait);
        const extras = { captured: Math.min(captured, length) };
        wire.send(fromClient, flags.join(''), sequence, acknowledgment, Buffer.alloc(length, 'x'), extras);
      }
      wire.end();
      assert.equal(wire.table.heldBytes, 0);
    }),
    { numRuns: 1000 },
  );
});
