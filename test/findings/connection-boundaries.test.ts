import { testBoundaries } from '../support/findings/boundary.ts';
import { captureOf, conversation, opened, type Place, spoken, until } from '../support/findings/conversations.ts';
import { exchange } from '../support/plain-session.ts';
import type { TcpConversation } from '../support/tcp-conversation.ts';

const get = 'get a\r\n';

/** SYNs at these milliseconds, then what follows. */
function syns(times: readonly number[], place: Place = {}, after?: (built: TcpConversation) => void): TcpConversation {
  const built = conversation(place);
  const [syn] = built.syn('client');
  for (const time of times.slice(1)) {
    until(built, (place.at ?? 0) + time);
    if (syn) built.repeat(syn);
  }
  after?.(built);
  return built;
}

const answer = (built: TcpConversation): void => {
  built.syn('server');
  built.ack('client');
  exchange(built, get, 'END\r\n');
  built.close();
};

/** Another connection, which makes the capture last. */
const later = (at: number): TcpConversation => spoken({ at, host: 9 }, [get, 'END\r\n']);

testBoundaries('syn-retry', [
  { seen: 'after 899 ms', capture: () => syns([0, 899], {}, answer) },
  { seen: 'after 900 ms', capture: () => syns([0, 900], {}, answer), told: ['warning 1'] },
  { seen: 'after 500 ms', capture: () => syns([0, 500], {}, answer), number: 0.5, told: ['warning 1'] },
  { seen: 'after 1 and 3 s', capture: () => syns([0, 1000, 3000], {}, answer), told: ['warning 2'] },
  { seen: 'never answered', capture: () => syns([0, 1000]), told: ['warning 1'] },
]);

const refuse = (built: TcpConversation): void => {
  built.segment('server', '', { flags: 'R.', seq: 0 });
};

testBoundaries('refused', [
  { seen: 'a RST', capture: () => syns([0], {}, refuse), told: ['error 1'] },
  {
    seen: 'three connections of one client',
    capture: () => [syns([0], {}, refuse), syns([0], { at: 100 }, refuse), syns([0], { at: 200 }, refuse)],
    told: ['error 3'],
    check: ([found]) => {
      if (found?.client !== '192.0.2.1') throw new Error(`client is ${found?.client}`);
    },
  },
  {
    seen: 'two clients',
    capture: () => [syns([0], {}, refuse), syns([0], { host: 2 }, refuse)],
    told: ['error 1', 'error 1'],
  },
  { seen: 'no answer in 2.9 s', capture: () => [syns([0]), later(2890)] },
  { seen: 'no answer in 3 s', capture: () => [syns([0]), later(3000)], told: ['error 1'] },
  { seen: 'no answer to two SYNs', capture: () => syns([0, 1000]), told: ['error 1'] },
  { seen: 'an answer to the second SYN', capture: () => syns([0, 1000], {}, answer) },
  { seen: 'an answer after four seconds', capture: () => [syns([0, 4000], {}, answer), later(3500)] },
  {
    seen: 'a RST of a connection that was open',
    capture() {
      const built = opened();
      exchange(built, get, 'END\r\n');
      built.reset('server');
      return built;
    },
  },
]);

/** The server closes so many ms after the handshake's last packet. */
function turnedAway(milliseconds: number, how: 'fin' | 'reset' = 'fin'): TcpConversation {
  const built = opened();
  // The handshake's last packet was 100 µs ago.
  built.wait(milliseconds * 1000 - 100);
  built[how]('server');
  return built;
}

testBoundaries('too-many-connections', [
  { seen: 'FIN after 999 ms', capture: () => turnedAway(999), told: ['error 1'] },
  { seen: 'RST after 10 ms', capture: () => turnedAway(10, 'reset'), told: ['error 1'] },
  { seen: 'FIN after 1,001 ms', capture: () => turnedAway(1001) },
  { seen: 'FIN after 2 s', capture: () => turnedAway(2000), number: 3, told: ['error 1'] },
  {
    seen: 'the server says so',
    capture() {
      const built = opened();
      built.server('ERROR Too many open connections\r\n');
      built.close('server');
      return built;
    },
    told: ['error 1'],
  },
  {
    seen: "behind the client's FIN",
    capture() {
      const built = opened();
      built.close('client');
      return built;
    },
  },
  {
    seen: 'behind a request',
    capture() {
      const built = opened();
      built.client(get);
      built.reset('server');
      return built;
    },
  },
  {
    seen: 'in the middle of a connection',
    capture() {
      const built = turnedAway(10);
      built.packets.splice(0, 3);
      return built;
    },
  },
]);

/** A request that waits, and what ends that. */
function waiting(end: (built: TcpConversation) => void, place: Place = {}): TcpConversation {
  const built = opened(place);
  exchange(built, get, 'END\r\n');
  built.client(get);
  built.wait(250_000);
  end(built);
  return built;
}

testBoundaries('unanswered', [
  { seen: 'the server resets', capture: () => waiting((built) => built.reset('server')), told: ['warning 1'] },
  { seen: 'the server closes', capture: () => waiting((built) => built.close('server')), told: ['warning 1'] },
  { seen: 'the client gives up', capture: () => waiting((built) => built.reset('client')) },
  { seen: 'the capture ends after 0.9 s', capture: () => [waiting(() => {}), later(890)] },
  { seen: 'the capture ends after 1.1 s', capture: () => [waiting(() => {}), later(1100)], told: ['warning 1'] },
  { seen: 'the capture ends after 1.1 s', capture: () => [waiting(() => {}), later(1100)], number: 2 },
  {
    seen: 'quit',
    capture() {
      const built = opened();
      built.client('quit\r\n');
      built.close('server');
      return built;
    },
  },
  {
    seen: 'noreply',
    capture() {
      const built = opened();
      built.client('delete a noreply\r\n');
      built.close('server');
      return built;
    },
  },
]);

const giveUp = (built: TcpConversation): void => {
  built.fin('client');
  built.server('END\r\n');
  built.reset('client');
};

testBoundaries('gave-up', [
  { seen: 'FIN, and no answer taken', capture: () => waiting(giveUp), told: ['warning 1'] },
  { seen: 'RST', capture: () => waiting((built) => built.reset('client')), told: ['warning 1'] },
  {
    seen: 'FIN, and the answer read',
    capture: () =>
      waiting((built) => {
        built.fin('client');
        built.server('END\r\n');
        built.fin('server');
        built.ack('client');
      }),
  },
  { seen: "behind the server's FIN", capture: () => waiting((built) => built.close('server')) },
  {
    seen: 'connected again after 0.9 s',
    capture: () => [waiting(giveUp), spoken({ at: 1100 }, [get, 'END\r\n'])],
    told: ['error 1'],
  },
  {
    seen: 'connected again after 1.2 s',
    capture: () => [waiting(giveUp), spoken({ at: 1500 }, [get, 'END\r\n'])],
    told: ['warning 1'],
  },
  {
    seen: 'connected again after 1.2 s',
    capture: () => [waiting(giveUp), spoken({ at: 1500 }, [get, 'END\r\n'])],
    number: 2,
    told: ['error 1'],
  },
  {
    seen: 'another client connected',
    capture: () => [waiting(giveUp), spoken({ at: 500, host: 2 }, [get, 'END\r\n'])],
    told: ['warning 1'],
  },
  {
    seen: 'connected to another server',
    capture: () => [waiting(giveUp), spoken({ at: 500, server: 101 }, [get, 'END\r\n'])],
    told: ['warning 1'],
  },
  {
    seen: 'three times in 10 s',
    capture: () => [0, 4000, 8000].map((at) => waiting(giveUp, { at })),
    told: ['error 1', 'warning 1', 'warning 1'],
  },
  {
    seen: 'three times in 12 s',
    capture: () => [0, 6000, 12_000].map((at) => waiting(giveUp, { at })),
    told: ['warning 1', 'warning 1', 'warning 1'],
  },
]);

/** Connections one after the other, so many ms apart, with so many commands each. */
function connections(count: number, apart: number, commands = 1, place: Place = {}): TcpConversation[] {
  const said = Array.from({ length: commands }, () => [get, 'END\r\n'] as const);
  return Array.from({ length: count }, (_, index) => spoken({ ...place, at: index * apart }, ...said));
}

testBoundaries('churn', [
  { seen: '19 connections', capture: () => connections(19, 10) },
  { seen: '20 connections', capture: () => connections(20, 10), told: ['warning 1'] },
  { seen: '20 connections within 9.9 s', capture: () => connections(20, 520), told: ['warning 1'] },
  { seen: '20 connections within 10.5 s', capture: () => connections(20, 553) },
  { seen: '5 connections', capture: () => connections(5, 10), number: 5, told: ['warning 1'] },
  { seen: '20 connections of 3 commands', capture: () => connections(20, 10, 3), told: ['warning 1'] },
  { seen: '20 connections of 4 commands', capture: () => connections(20, 10, 4) },
  {
    seen: '10 to each of two servers',
    capture: () => [...connections(10, 10), ...connections(10, 10, 1, { server: 101 })],
  },
  {
    seen: '10 of each of two clients',
    capture: () => [...connections(10, 10), ...connections(10, 10, 1, { host: 2 })],
  },
]);

testBoundaries('tls', [
  {
    seen: 'a client hello',
    capture() {
      const built = opened();
      built.client(Buffer.from('16030100050100000100', 'hex'));
      built.close();
      return captureOf(built);
    },
    told: ['note 1'],
  },
]);
