import { testBoundaries } from '../support/findings/boundary.ts';
import { hit, opened, type Place, spoken, startSeconds, until } from '../support/findings/conversations.ts';
import { exchange } from '../support/plain-session.ts';
import type { TcpConversation } from '../support/tcp-conversation.ts';

/** One line and its answer, so many times, so many ms apart, on one connection. */
function repeated(count: number, apart: number, line: string, answer: string, place: Place = {}): TcpConversation {
  const built = opened(place);
  for (let turn = 0; turn < count; turn++) {
    until(built, (place.at ?? 0) + 1 + turn * apart);
    exchange(built, line, answer);
  }
  built.close();
  return built;
}

const miss = 'END\r\n';
const set = (key: string, bytes = 1, exptime = 0): string =>
  `set ${key} 0 ${exptime} ${bytes}\r\n${'v'.repeat(bytes)}\r\n`;

/** Gets of different keys, each so many µs after the one before was answered. */
function series(count: number, pause: number, line = (turn: number): string => `get k${turn}\r\n`): TcpConversation {
  const built = opened();
  for (let turn = 0; turn < count; turn++) {
    built.client(line(turn));
    built.server(miss);
    // The step to the next packet is 100 µs.
    built.wait(pause - 100);
  }
  built.close();
  return built;
}

testBoundaries('serial-gets', [
  { seen: '9 in a row', capture: () => series(9, 500) },
  { seen: '10 in a row', capture: () => series(10, 500), told: ['note 1'] },
  { seen: '10 after 1,000 µs each', capture: () => series(10, 1000), told: ['note 1'] },
  { seen: '10 after 1,001 µs each', capture: () => series(10, 1001) },
  { seen: '5 in a row', capture: () => series(5, 500), number: 5, told: ['note 1'] },
  { seen: '25 in a row', capture: () => series(25, 500), told: ['note 1'] },
  {
    seen: 'each fifth of two keys',
    capture: () => series(20, 500, (turn) => (turn % 5 ? `get k${turn}\r\n` : 'get a b\r\n')),
  },
  { seen: 'a version between', capture: () => [series(9, 500), series(9, 500)] },
]);

testBoundaries('repeated-get', [
  { seen: '19 in 1 s', capture: () => repeated(19, 20, 'get a\r\n', hit('a')) },
  { seen: '20 in 1 s', capture: () => repeated(20, 20, 'get a\r\n', hit('a')), told: ['note 1'] },
  { seen: '20 in 1.9 s', capture: () => repeated(20, 100, 'get a\r\n', hit('a')) },
  { seen: '5 in 1 s', capture: () => repeated(5, 20, 'get a\r\n', hit('a')), number: 5, told: ['note 1'] },
  {
    seen: '10 on each of two connections',
    capture: () => [repeated(10, 20, 'get a\r\n', hit('a')), repeated(10, 20, 'get a\r\n', hit('a'))],
    told: ['note 1'],
    check: ([found]) => {
      if (found?.client !== '192.0.2.1' || found.key !== 'a') throw new Error(`${found?.client} ${found?.key}`);
    },
  },
  {
    seen: '10 by each of two clients',
    capture: () => [repeated(10, 20, 'get a\r\n', hit('a')), repeated(10, 20, 'get a\r\n', hit('a'), { host: 2 })],
  },
  { seen: '20 misses', capture: () => repeated(20, 20, 'get a\r\n', miss) },
  {
    seen: '20, and a store of another client between',
    capture: () => [repeated(20, 20, 'get a\r\n', hit('a')), spoken({ at: 205, host: 2 }, [set('a'), 'STORED\r\n'])],
  },
]);

testBoundaries('never-set', [
  { seen: '4 misses', capture: () => repeated(4, 100, 'get a\r\n', miss) },
  { seen: '5 misses', capture: () => repeated(5, 100, 'get a\r\n', miss), told: ['warning 1'] },
  { seen: '2 misses', capture: () => repeated(2, 100, 'get a\r\n', miss), number: 2, told: ['warning 1'] },
  {
    seen: '5 misses of two clients',
    capture: () => [repeated(3, 100, 'get a\r\n', miss), repeated(2, 100, 'get a\r\n', miss, { host: 2 })],
    told: ['warning 1'],
  },
  {
    seen: '5 misses, and a store later',
    capture: () => [repeated(5, 100, 'get a\r\n', miss), spoken({ at: 900, host: 2 }, [set('a'), 'STORED\r\n'])],
  },
  {
    seen: '5 misses, and a store before',
    capture: () => [spoken({}, [set('a'), 'STORED\r\n']), repeated(5, 100, 'get a\r\n', miss, { at: 500 })],
  },
  {
    seen: '5 misses, and a store with noreply',
    capture: () => [
      repeated(5, 100, 'get a\r\n', miss),
      spoken({ at: 900 }, [`set a 0 0 1 noreply\r\nv\r\nget a\r\n`, hit('a')]),
    ],
  },
]);

/** A client that misses at one time and stores at another. */
function maker(host: number, missed: number, stored: number | undefined): TcpConversation {
  const built = opened({ host, at: 0 });
  until(built, missed);
  exchange(built, 'get page\r\n', miss);
  if (stored !== undefined) {
    until(built, stored);
    exchange(built, set('page'), 'STORED\r\n');
  }
  return built;
}

testBoundaries('stampede', [
  { seen: 'two', capture: () => [maker(1, 10, 2000), maker(2, 20, 2010)] },
  { seen: 'three', capture: () => [maker(1, 10, 2000), maker(2, 20, 2010), maker(3, 1009, 2020)], told: ['warning 1'] },
  { seen: 'the third after 1.1 s', capture: () => [maker(1, 10, 2000), maker(2, 20, 2010), maker(3, 1110, 2020)] },
  {
    seen: 'the third after 1.1 s',
    capture: () => [maker(1, 10, 2000), maker(2, 20, 2010), maker(3, 1110, 2020)],
    number: 2,
    told: ['warning 1'],
  },
  {
    seen: 'the third does not store',
    capture: () => [maker(1, 10, 2000), maker(2, 20, 2010), maker(3, 30, undefined)],
  },
]);

testBoundaries('lock-contention', [
  { seen: '4 failures', capture: () => repeated(4, 20, 'add a 0 0 1\r\nv\r\n', 'NOT_STORED\r\n') },
  {
    seen: '5 failures in 1 s',
    capture: () => repeated(5, 240, 'add a 0 0 1\r\nv\r\n', 'NOT_STORED\r\n'),
    told: ['note 1'],
  },
  { seen: '5 failures in 1.2 s', capture: () => repeated(5, 300, 'add a 0 0 1\r\nv\r\n', 'NOT_STORED\r\n') },
  {
    seen: '3 failures',
    capture: () => repeated(3, 20, 'add a 0 0 1\r\nv\r\n', 'NOT_STORED\r\n'),
    number: 3,
    told: ['note 1'],
  },
  { seen: '5 failures to replace', capture: () => repeated(5, 20, 'replace a 0 0 1\r\nv\r\n', 'NOT_STORED\r\n') },
]);

/** So many `cas`, of which the last ones come too late. */
function cas(count: number, late: number): TcpConversation {
  const built = opened();
  for (let turn = 0; turn < count; turn++) {
    exchange(built, `cas a 0 0 1 ${turn}\r\nv\r\n`, turn < count - late ? 'STORED\r\n' : 'EXISTS\r\n');
  }
  built.close();
  return built;
}

testBoundaries('cas-conflicts', [
  { seen: '9, 5 of them late', capture: () => cas(9, 5) },
  { seen: '10, 1 of them late', capture: () => cas(10, 1) },
  { seen: '10, 2 of them late', capture: () => cas(10, 2), told: ['note 1'] },
  { seen: '5, 2 of them late', capture: () => cas(5, 2), number: 5, told: ['note 1'] },
]);

/** After the server has said that an item has 1000 bytes at most. */
function sized(line: string, answer: string): TcpConversation {
  const built = opened();
  exchange(built, 'stats settings\r\n', 'STAT maxbytes 67108864\r\nSTAT item_size_max 1000\r\nEND\r\n');
  exchange(built, line, answer);
  built.close();
  return built;
}

testBoundaries('near-item-limit', [
  { seen: '899 of 1,000 bytes', capture: () => sized(set('a', 899), 'STORED\r\n') },
  { seen: '900 of 1,000 bytes', capture: () => sized(set('a', 900), 'STORED\r\n'), told: ['note 1'] },
  { seen: '900 bytes retrieved', capture: () => sized('get a\r\n', hit('a', 'v'.repeat(900))), told: ['note 1'] },
  { seen: '500 of 1,000 bytes', capture: () => sized(set('a', 500), 'STORED\r\n'), number: 50, told: ['note 1'] },
  { seen: '943,718 bytes', capture: () => spoken({}, [set('a', 943_718), 'STORED\r\n']) },
  { seen: '943,719 bytes', capture: () => spoken({}, [set('a', 943_719), 'STORED\r\n']), told: ['note 1'] },
  {
    seen: 'the limit of another server',
    capture: () => [
      sized('version\r\n', 'VERSION 1.6.18\r\n'),
      spoken({ server: 101, at: 500 }, [set('a', 950), 'STORED\r\n']),
    ],
  },
  {
    seen: 'the limit was said on another connection',
    capture: () => [sized('version\r\n', 'VERSION 1.6.18\r\n'), spoken({ at: 500 }, [set('a', 950), 'STORED\r\n'])],
    told: ['note 1'],
  },
  {
    seen: 'the limit was said later',
    capture: () => [
      spoken({}, [set('a', 950), 'STORED\r\n']),
      spoken({ at: 500 }, ['stats settings\r\n', 'STAT item_size_max 1000\r\nEND\r\n']),
    ],
  },
]);

const stored = (exptime: number): TcpConversation => spoken({}, [set('a', 1, exptime), 'STORED\r\n']);

testBoundaries('expires-at-once', [
  { seen: '30 days', capture: () => stored(2_592_000) },
  { seen: '30 days and a second', capture: () => stored(2_592_001), told: ['error 1'] },
  { seen: 'a second ago', capture: () => stored(startSeconds - 1), told: ['error 1'] },
  { seen: 'in a second', capture: () => stored(startSeconds + 1) },
  { seen: 'negative', capture: () => stored(-1), told: ['note 1'] },
  {
    seen: 'negative, then 60 days',
    capture: () => spoken({}, [set('a', 1, -1), 'STORED\r\n'], [set('b', 1, 5_184_000), 'STORED\r\n']),
    told: ['error 1', 'note 1'],
  },
  { seen: 'a touch', capture: () => spoken({}, ['touch a 5184000\r\n', 'TOUCHED\r\n']) },
  { seen: 'a meta set', capture: () => spoken({}, ['ms a 1 T5184000\r\nv\r\n', 'HD\r\n']), told: ['error 1'] },
]);

/** Multi-gets of which the first key is always the same. */
function multiGets(hot: number, others: number): TcpConversation {
  const built = opened();
  for (let turn = 0; turn < hot; turn++) exchange(built, `get hot\r\n`, miss);
  for (let turn = 0; turn < others; turn += 50) {
    const keys = Array.from({ length: Math.min(50, others - turn) }, (_, index) => `k${turn + index}`);
    exchange(built, `get ${keys.join(' ')}\r\n`, miss);
  }
  built.close();
  return built;
}

testBoundaries('hot-key', [
  { seen: '200 of 1,000 keys', capture: () => multiGets(200, 800), told: ['note 1'] },
  { seen: '199 of 1,000 keys', capture: () => multiGets(199, 801) },
  { seen: '300 of 999 keys', capture: () => multiGets(300, 699) },
  { seen: '100 of 1,000 keys', capture: () => multiGets(100, 900), number: 10, told: ['note 1'] },
]);

testBoundaries('flushed', [
  { seen: 'flush_all', capture: () => spoken({}, ['flush_all\r\n', 'OK\r\n']), told: ['warning 1'] },
  { seen: 'flush_all refused', capture: () => spoken({}, ['flush_all\r\n', 'CLIENT_ERROR flush_all not allowed\r\n']) },
  {
    seen: 'flush_all noreply',
    capture: () => spoken({}, ['flush_all noreply\r\nversion\r\n', 'VERSION 1\r\n']),
    told: ['warning 1'],
  },
]);

const stats = 'STAT pid 1\r\nEND\r\n';

testBoundaries('expensive-stats', [
  { seen: 'stats every second', capture: () => repeated(5, 1000, 'stats\r\n', stats) },
  {
    seen: 'stats every half second',
    capture: () => repeated(5, 500, 'stats\r\n', stats),
    told: ['note 1'],
    check: () => {},
  },
  { seen: 'stats once', capture: () => repeated(1, 0, 'stats\r\n', stats) },
  { seen: 'cachedump', capture: () => repeated(1, 0, 'stats cachedump 1 0\r\n', miss), told: ['note 1'] },
  { seen: 'sizes', capture: () => repeated(1, 0, 'stats sizes\r\n', stats), told: ['note 1'] },
  { seen: 'metadump', capture: () => repeated(1, 0, 'lru_crawler metadump all\r\n', miss), told: ['note 1'] },
  { seen: 'enabling the crawler', capture: () => repeated(1, 0, 'lru_crawler enable\r\n', 'OK\r\n') },
]);
