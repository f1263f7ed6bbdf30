import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstState, press, type TopState } from '../../src/top/controls.ts';
import { screenLines, sparkline, type TopPicture } from '../../src/top/screen.ts';
import type { TopRow } from '../../src/top/tables.ts';

const plain = { strong: '', marked: '', dim: '', end: '' };

const columns = {
  count: 12_345,
  hits: 9,
  misses: 1,
  hitRatio: 0.9,
  stored: 0,
  errors: 3,
  unanswered: 0,
  unknown: 0,
  requestBytes: 10,
  responseBytes: 20,
  valueBytes: 5,
  serverUs: { p50: 90, p90: 100, p99: 1200, p999: 2000, max: 41_000, mean: 120 },
  waitUs: { p50: 90, p99: 1300, max: 42_000 },
};

function row(name: string): TopRow {
  return { entry: { pattern: name, ...columns, share: 0.1 }, name, rate: 12.5, byteRate: 2500 };
}

const picture: TopPicture = {
  source: 'lo',
  clock: '12:00:00',
  elapsed: '0:01:00',
  hasEnded: false,
  total: columns,
  packets: 1000,
  bytes: 1e6,
  rates: [0, 50, 100],
  byteRate: 1000,
  open: 2,
  dropped: 7,
  rows: Array.from({ length: 50 }, (_none, index) => row(`user:{n}:${index}:${'long'.repeat(20)}`)),
  lines: undefined,
};

const states: readonly Partial<TopState>[] = [
  {},
  { row: 49 },
  { tab: 'connection', filter: 'x'.repeat(300) },
  { showsHelp: true },
  { isTyping: true, filter: 'user' },
  { opened: 'y'.repeat(300) },
];

for (const size of [
  { columns: 80, rows: 24 },
  { columns: 200, rows: 50 },
  { columns: 20, rows: 5 },
  { columns: 300, rows: 100 },
]) {
  test(`a screen of ${size.columns} by ${size.rows} is filled and nothing is beyond it`, () => {
    for (const state of states) {
      const lines = screenLines(picture, { ...firstState(), ...state }, size, plain);
      assert.equal(lines.length, size.rows);
      for (const line of lines) assert.ok(line.length <= size.columns, `${line.length}: ${line}`);
    }
  });
}

test('the row that is marked is in sight', () => {
  const lines = screenLines(
    picture,
    { ...firstState(), row: 30 },
    { columns: 80, rows: 24 },
    { ...plain, marked: '>' },
  );
  assert.equal(lines.filter((line) => line.startsWith('>user:{n}:30:')).length, 1);
});

test('the head says what there is', () => {
  const [first = '', ...rest] = screenLines(picture, firstState(), { columns: 100, rows: 24 }, plain);
  assert.match(first, /^mcsniff {2}lo {2}12:00:00 {2}for 0:01:00/);
  const text = rest.join('\n');
  assert.match(text, /commands {4}12,345, 100\/s {2}▁▅█/);
  assert.match(text, /hit ratio {3}90\.0 %, 9 hits, 1 misses, 3 errors/);
  assert.match(text, /server took median 90 µs, p99 1\.2 ms, max 41 ms {3}client wait p99 1\.3 ms/);
  assert.match(text, /1,000 packets, 7 dropped, 1\.0 MB, 1\.0 kB\/s; 2 connections open/);
  const one = screenLines({ ...picture, open: 1 }, firstState(), { columns: 100, rows: 24 }, plain).join('\n');
  assert.match(one, /; 1 connection open/);
});

test('a sparkline shows the last values, the largest as a full bar', () => {
  assert.equal(sparkline([9, 0, 1, 2, 4], 4), '▁▃▅█');
  assert.equal(sparkline([0, 0], 10), '▁▁');
  assert.equal(sparkline([1], 0), '');
});

test('a table of processes has its place, and the eighth key, in 80 columns', () => {
  const state = firstState(true);
  const [, , , , , tabLine = ''] = screenLines(picture, state, { columns: 80, rows: 24 }, plain);
  assert.match(tabLine, /^1 Patterns .*7 Findings 8 Processes$/);
  assert.ok(tabLine.length <= 80);
  assert.equal(press(state, '8', { names: [], page: 10 }), 'redraw');
  assert.equal(state.tab, 'process');
  const usual = firstState();
  press(usual, '8', { names: [], page: 10 });
  assert.equal(usual.tab, 'pattern');
});
