import { testBoundaries } from '../support/findings/boundary.ts';
import { hit, opened, type Place, spoken } from '../support/findings/conversations.ts';
import { exchange } from '../support/plain-session.ts';
import type { TcpConversation } from '../support/tcp-conversation.ts';

const get = 'get a\r\n';

/** A request that is answered after so many µs: handshake and packets take 100 µs each. */
function answeredAfter(microseconds: number, request = get): TcpConversation {
  const built = opened();
  built.client(request);
  built.wait(microseconds - 100);
  built.server(hit('a'));
  built.close();
  return built;
}

testBoundaries('slow', [
  { seen: '9,999 µs', capture: () => answeredAfter(9999) },
  { seen: '10,000 µs', capture: () => answeredAfter(10_000), told: ['warning 1'] },
  { seen: '10 ms', capture: () => answeredAfter(10_000), number: 11 },
  { seen: '2 ms', capture: () => answeredAfter(2000), number: 2, told: ['warning 1'] },
  { seen: '10 s', capture: () => answeredAfter(10_000_000), number: 'off' },
  {
    seen: 'the client takes 20 ms to send its request',
    capture() {
      const built = opened();
      built.client('set a 0 0 1\r\n');
      built.wait(20_000);
      built.client('v\r\n');
      built.server('STORED\r\n');
      built.close();
      return built;
    },
  },
  {
    seen: 'two that one held up',
    capture() {
      const built = opened();
      built.client(`${get}${get}${get}`);
      built.wait(30_000);
      built.server(`${hit('a')}${hit('a')}${hit('a')}`);
      built.close();
      return built;
    },
    told: ['warning 3'],
  },
]);

/** A `set` of which the second piece leaves so long after a bare ACK, which came so long after the first; µs. */
function inPieces(ackAfter: number, restAfter: number, first = 'set a 0 0 1\r\n', rest = 'v\r\n'): TcpConversation {
  const built = opened();
  built.client(first);
  built.wait(ackAfter - 100);
  built.ack('server');
  built.wait(restAfter - 100);
  built.client(rest);
  built.server('STORED\r\n');
  built.close();
  return built;
}

const large = `set a 0 0 3000\r\n${'v'.repeat(3000)}\r\n`;

testBoundaries('stall-delayed-ack', [
  ...[34_999, 60_001, 94_999, 110_001, 189_999, 220_001].map((ack) => ({
    seen: `an ACK after ${ack} µs`,
    capture: () => inPieces(ack, 100),
  })),
  ...[35_000, 40_000, 60_000, 95_000, 110_000, 190_000, 220_000].map((ack) => ({
    seen: `an ACK after ${ack} µs`,
    capture: () => inPieces(ack, 100),
    told: ['warning 1'],
  })),
  // The handshake took 200 µs.
  { seen: 'the rest 2,200 µs after the ACK', capture: () => inPieces(40_000, 2200), told: ['warning 1'] },
  { seen: 'the rest 2,201 µs after the ACK', capture: () => inPieces(40_000, 2201) },
  { seen: 'the rest 4 ms after the ACK', capture: () => inPieces(40_000, 4000), number: 4, told: ['warning 1'] },
  {
    seen: 'a first segment as large as the MSS',
    capture: () => inPieces(40_000, 100, large.slice(0, 1448), large.slice(1448)),
  },
  {
    seen: 'an answer in two pieces',
    capture() {
      const built = opened();
      built.client(get);
      built.server('VALUE a 0 1\r\n');
      built.wait(40_000);
      built.ack('client');
      built.server('v\r\nEND\r\n');
      built.close();
      return built;
    },
    told: ['warning 1'],
  },
  {
    seen: 'two requests, the second 40 ms after the first was answered',
    capture() {
      const built = opened();
      built.client(get);
      built.server('END\r\n');
      built.wait(40_000);
      built.ack('client');
      exchange(built, get, 'END\r\n');
      built.close();
      return built;
    },
  },
]);

/** A request that is sent again so many µs later. */
function sentAgain(microseconds: number, place: Place = {}): TcpConversation {
  const built = opened(place);
  built.client(get);
  built.wait(microseconds - 100);
  built.client(get, { seq: 1 });
  built.server('END\r\n');
  built.close();
  return built;
}

testBoundaries('retransmission', [
  { seen: 'after 199,999 µs', capture: () => sentAgain(199_999), told: ['note 1'] },
  { seen: 'after 200,000 µs', capture: () => sentAgain(200_000), told: ['warning 1'] },
  { seen: 'after 60 ms', capture: () => sentAgain(60_000), number: 50, told: ['warning 1'] },
  {
    seen: 'on two connections of one client',
    capture: () => [sentAgain(60_000), sentAgain(300_000, { at: 1000 })],
    told: ['warning 2'],
  },
  {
    seen: 'on connections of two clients',
    capture: () => [sentAgain(60_000), sentAgain(60_000, { at: 1000, host: 2 })],
    told: ['note 1', 'note 1'],
  },
  {
    seen: 'each packet captured twice',
    capture() {
      const built = spoken({}, [get, 'END\r\n'], [get, 'END\r\n']);
      for (const packet of [...built.packets]) {
        built.packets.push({ ...packet, nanoseconds: packet.nanoseconds + 5000 });
      }
      return built;
    },
  },
  {
    seen: 'a keep-alive',
    capture() {
      const built = opened();
      exchange(built, get, 'END\r\n');
      built.wait(60_000_000);
      built.segment('client', '\0', { flags: '.', seq: get.length });
      built.ack('server');
      built.close();
      return built;
    },
  },
]);

/** A client whose window becomes 0 within an answer of three segments. */
function stopped(after: (built: TcpConversation) => void): TcpConversation {
  const built = opened();
  const value = hit('a', 'v'.repeat(3000));
  built.client(get);
  built.server(value.slice(0, 1448), { flags: '.' });
  built.server(value.slice(1448, 2896), { flags: '.' });
  built.ack('client', { window: 0 });
  built.wait(300_000);
  after(built);
  return built;
}

const rest = hit('a', 'v'.repeat(3000)).slice(2896);

testBoundaries('zero-window', [
  {
    seen: 'and the rest later',
    capture: () =>
      stopped((built) => {
        built.ack('client');
        built.server(rest);
        built.close();
      }),
    told: ['warning 1'],
  },
  {
    seen: 'and a probe',
    capture: () => stopped((built) => built.segment('server', '', { flags: '.', seq: 2896 })),
    told: ['warning 1'],
  },
  { seen: 'and nothing more', capture: () => stopped((built) => built.reset('client')) },
  {
    seen: 'twice',
    capture: () =>
      stopped((built) => {
        built.ack('client');
        built.server(rest.slice(0, 50), { flags: '.' });
        built.ack('client', { window: 0 });
        built.ack('client', { window: 0 });
        built.wait(300_000);
        built.ack('client');
        built.server(rest.slice(50));
        built.close();
      }),
    told: ['warning 2'],
  },
  {
    seen: 'a RST says 0',
    capture() {
      const built = opened();
      exchange(built, get, 'END\r\n');
      built.segment('client', '', { flags: 'R', window: 0 });
      return built;
    },
  },
]);
