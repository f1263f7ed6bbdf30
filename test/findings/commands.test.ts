import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { FindingChanges } from '../../src/findings/catalog.ts';
import { Findings } from '../../src/findings/findings.ts';
import { answered, connectionInfo, request } from '../support/hand-made.ts';

/** A command at a time in µs, answered 100 µs later. */
interface Said {
  readonly line: string;
  readonly atUs: number;
  readonly answer?: Partial<Transaction>;
  readonly connection?: ConnectionInfo;
}

const one = connectionInfo();

/** What is found where these commands are told, without packets. */
function found(said: readonly Said[], changes: FindingChanges = new Map()): string[] {
  const all: string[] = [];
  const findings = new Findings(changes, ({ severity, finding, key, isCounted }) => {
    if (!isCounted) all.push(`${severity} ${finding}${key === undefined ? '' : ` ${key}`}`);
  });
  const { listener } = findings;
  const connections = new Set(said.map(({ connection = one }) => connection));
  for (const connection of connections)
    listener.connectionOpen?.(connection, { timeUs: 0, packet: 1, acknowledged: -1 });
  said.forEach(({ line, atUs, answer, connection = one }, index) => {
    const times = { startUs: atUs, requestUs: atUs, packet: 2 * index + 2, linePacket: 2 * index + 2 };
    const made =
      answer === undefined
        ? Object.assign(request(line), times)
        : answered(line, { ...times, answerUs: atUs + 100, endUs: atUs + 100, answerPacket: 2 * index + 3, ...answer });
    listener.commandLine?.(connection, made);
    listener.transaction?.(connection, made);
  });
  for (const connection of connections) {
    listener.connectionClose?.(connection, 'end_of_capture', { timeUs: 1e9, packet: 9999, acknowledged: -1 });
  }
  findings.end();
  return all;
}

const hit: Partial<Transaction> = { status: 'hit', retrieves: true, hits: 1, bytes: 4 };
const miss: Partial<Transaction> = { status: 'miss', retrieves: true, misses: 1, bytes: 0 };

function stored(line: string, differing: Partial<Transaction> = {}): Partial<Transaction> {
  return { status: 'stored', valueLength: 4, keys: [line.split(' ')[1] ?? ''], ...differing };
}

function times(count: number, make: (index: number) => Said): Said[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const exptime = (seconds: number, line = 'set a', differing: Partial<Transaction> = {}): Said => ({
  line,
  atUs: 1_700_000_000e6,
  answer: stored(line, { exptime: seconds, ...differing }),
});

const day = 86_400;

/** Each situation, what it shows, and its twin without the fault. */
const situations: readonly (readonly [what: string, said: readonly Said[], expected: readonly string[]])[] = [
  [
    'ten single gets in a row',
    times(10, (index) => ({ line: `get k${index}`, atUs: index * 900, answer: hit })),
    ['note serial-gets k9'],
  ],
  ['nine of them', times(9, (index) => ({ line: `get k${index}`, atUs: index * 900, answer: hit })), []],
  ['ten with thought between', times(10, (index) => ({ line: `get k${index}`, atUs: index * 2000, answer: hit })), []],
  ['ten that do not wait', times(10, (index) => ({ line: `get k${index}`, atUs: index * 50, answer: hit })), []],
  [
    'twenty hits of a key in a second',
    times(20, (index) => ({ line: 'get a', atUs: index * 50_000, answer: hit })),
    ['note repeated-get a'],
  ],
  ['twenty in two seconds', times(20, (index) => ({ line: 'get a', atUs: index * 100_000, answer: hit })), []],
  [
    'twenty, but it was stored meanwhile',
    [
      ...times(10, (index) => ({ line: 'get a', atUs: index * 20_000, answer: hit })),
      { line: 'set a', atUs: 200_000, answer: stored('set a') },
      ...times(10, (index) => ({ line: 'get a', atUs: 220_000 + index * 20_000, answer: hit })),
    ],
    [],
  ],
  [
    'a key that misses and is never stored',
    times(5, (index) => ({ line: 'get a', atUs: index * 1e6, answer: miss })),
    ['warning never-set a'],
  ],
  ['four misses', times(4, (index) => ({ line: 'get a', atUs: index * 1e6, answer: miss })), []],
  [
    'misses of a key that was stored once',
    [
      { line: 'set a', atUs: 0, answer: stored('set a') },
      ...times(6, (index) => ({ line: 'get a', atUs: (index + 1) * 1e6, answer: miss })),
    ],
    [],
  ],
  [
    'five adds that fail in a second',
    times(5, (index) => ({ line: 'add a', atUs: index * 1e5, answer: stored('add a', { status: 'not_stored' }) })),
    ['note lock-contention a'],
  ],
  [
    'five in five seconds',
    times(5, (index) => ({ line: 'add a', atUs: index * 1e6, answer: stored('add a', { status: 'not_stored' }) })),
    [],
  ],
  [
    'ten cas, two of them too late',
    times(10, (index) => ({
      line: 'cas a',
      atUs: index * 1e6,
      answer: stored('cas a', { status: index < 2 ? 'exists' : 'stored' }),
    })),
    ['note cas-conflicts a'],
  ],
  [
    'ten cas, one of them too late',
    times(10, (index) => ({
      line: 'cas a',
      atUs: index * 1e6,
      answer: stored('cas a', { status: index < 1 ? 'exists' : 'stored' }),
    })),
    [],
  ],
  [
    'a value of 90 % of the limit',
    [{ line: 'get a', atUs: 0, answer: { ...hit, bytes: 943_719 } }],
    ['note near-item-limit a'],
  ],
  ['a byte less', [{ line: 'get a', atUs: 0, answer: { ...hit, bytes: 943_718 } }], []],
  [
    'what the server says is its limit',
    [
      { line: 'stats', atUs: 0, answer: { status: 'ok', itemSizeMax: 1000, keys: [] } },
      { line: 'get a', atUs: 2e6, answer: { ...hit, bytes: 900 } },
    ],
    ['note near-item-limit a'],
  ],
  ['31 days as a duration', [exptime(31 * day)], ['error expires-at-once a']],
  ['30 days', [exptime(30 * day)], []],
  ['a date to come', [exptime(1_700_000_000 + day)], []],
  ['a negative exptime', [exptime(-1)], ['note expires-at-once a']],
  [
    'an add of nothing with a date that has passed',
    [exptime(31 * day, 'add a', { valueLength: 0 })],
    ['note expires-at-once a'],
  ],
  [
    'a key that makes a fifth of a thousand',
    times(1000, (index) => ({ line: index % 5 === 0 ? 'get hot' : `get k${index}`, atUs: index * 2e6, answer: hit })),
    ['note hot-key hot'],
  ],
  [
    'a fifth of less than a thousand',
    times(999, (index) => ({ line: index % 5 === 0 ? 'get hot' : `get k${index}`, atUs: index * 2e6, answer: hit })),
    [],
  ],
  [
    'a key whose values make a fifth of all bytes',
    times(1000, (index) => ({
      line: index === 7 ? 'get large' : `get k${index}`,
      atUs: index * 2e6,
      answer: { ...hit, bytes: index === 7 ? 2000 : 4 },
    })),
    ['note hot-key large'],
  ],
  ['flush_all', [{ line: 'flush_all', atUs: 0, answer: { status: 'ok', keys: [] } }], ['warning flushed']],
  [
    'flush_all that was refused',
    [{ line: 'flush_all', atUs: 0, answer: { status: 'client_error', keys: [], outcome: 'CLIENT_ERROR x' } }],
    ['warning protocol-error'],
  ],
  [
    'stats sizes',
    [{ line: 'stats', atUs: 0, answer: { status: 'ok', keys: [], args: 'sizes' } }],
    ['note expensive-stats'],
  ],
  [
    'stats three times in a second',
    times(3, (index) => ({ line: 'stats', atUs: index * 4e5, answer: { status: 'ok', keys: [] } })),
    ['note expensive-stats'],
  ],
  [
    'stats every other second',
    times(9, (index) => ({ line: 'stats', atUs: index * 2e6, answer: { status: 'ok', keys: [] } })),
    [],
  ],
  [
    'a server out of memory',
    [
      {
        line: 'set a',
        atUs: 0,
        answer: stored('set a', { status: 'server_error', outcome: 'SERVER_ERROR out of memory' }),
      },
    ],
    ['error server-error a'],
  ],
  [
    'a slow answer',
    [{ line: 'get a', atUs: 0, answer: { ...hit, answerUs: 10_000, endUs: 10_000 } }],
    ['warning slow a'],
  ],
  ['one that is just fast enough', [{ line: 'get a', atUs: 0, answer: { ...hit, answerUs: 9999, endUs: 9999 } }], []],
  [
    'slow, since sending the request took long',
    [{ line: 'get a', atUs: 0, answer: { ...hit, requestUs: 20_000, answerUs: 20_100, endUs: 20_100 } }],
    [],
  ],
  [
    'those that one command held up are counted at that one',
    [
      { line: 'get a', atUs: 0, answer: { ...hit, answerUs: 50_000, endUs: 50_000 } },
      { line: 'get b', atUs: 10, answer: { ...hit, answerUs: 50_010, endUs: 50_010, queueUs: 49_990 } },
    ],
    ['warning slow a'],
  ],
  ['a key with a control character', [{ line: 'get a\x01', atUs: 0, answer: miss }], ['warning bad-key a\\x01']],
];

describe('findings of commands, told without packets', () => {
  for (const [what, said, expected] of situations) it(what, () => assert.deepEqual(found(said), expected));

  it('numbers can be changed, and findings left out', () => {
    const slow: Said[] = [{ line: 'get a', atUs: 0, answer: { ...hit, answerUs: 6000, endUs: 6000 } }];
    assert.deepEqual(found(slow, new Map([['slow', 5]])), ['warning slow a']);
    assert.deepEqual(found(slow, new Map([['slow', 'off']])), []);
  });
});
