import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Finding, namedPackets } from '../../src/findings/finding.ts';
import { FindingList } from '../../src/findings/finding-list.ts';

function finding(differing: Partial<Finding>): Finding {
  return {
    finding: 'slow',
    severity: 'warning',
    timeUs: 0,
    about: '1',
    connection: undefined,
    scope: 'connection',
    request: undefined,
    client: undefined,
    server: undefined,
    command: undefined,
    key: undefined,
    cause: undefined,
    reconnected: undefined,
    packets: [],
    count: 1,
    isCounted: false,
    text: '',
    advice: '',
    total: undefined,
    ...differing,
  };
}

function listed(findings: readonly Partial<Finding>[]): string[] {
  const list = new FindingList();
  for (const one of findings) list.add(finding(one));
  return list
    .snapshot()
    .map(({ severity, finding: name, about, count, text }) => `${severity} ${name} ${about} ${count} ${text}`);
}

test('equal findings about the same are one entry with the first evidence', () => {
  assert.deepEqual(
    listed([
      { text: 'first' },
      { text: 'second', count: 3 },
      { about: '2', text: 'other' },
      { text: 'third', isCounted: true },
    ]),
    ['warning slow 1 5 first', 'warning slow 2 1 other'],
  );
});

test('the worst evidence counts, and errors come first, then what was seen most often', () => {
  assert.deepEqual(
    listed([
      { finding: 'udp', severity: 'note', count: 9, text: 'n' },
      { finding: 'slow', text: 'rare' },
      { finding: 'churn', text: 'often', count: 2 },
      { finding: 'gave-up', text: 'once' },
      { finding: 'gave-up', severity: 'error', text: 'again' },
    ]),
    ['error gave-up 1 2 again', 'warning churn 1 2 often', 'warning slow 1 1 rare', 'note udp 1 9 n'],
  );
});

test('what its detector adds up takes the place of the first evidence', () => {
  const total = (text: string): Finding['total'] => ({ severity: 'warning', text, packets: [7] });
  assert.deepEqual(
    listed([
      { severity: 'note', text: 'a', total: total('a') },
      { text: 'b', total: total('a and b') },
    ]),
    ['warning slow 1 2 a and b'],
  );
});

test('packets are named in their order, each once, and eight at most', () => {
  assert.deepEqual(namedPackets([9, 0, 3, 3, 10]), [3, 9, 10]);
  assert.equal(namedPackets([1, 2, 3, 4, 5, 6, 7, 8, 9]).length, 8);
});
