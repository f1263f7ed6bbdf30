import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type FindingName, findingNames } from '../../src/findings/catalog.ts';
import { findingsPage, renewedPage } from '../support/findings/examples.ts';
import { foundIn } from '../support/findings/found.ts';
import { sampleDirectory } from '../support/sample-list.ts';

/** `severity count packets` of the finding that a sample is for, and the names of those that come with it. */
type Expected = readonly [told: string, ...beside: FindingName[]];

const expected: Readonly<Record<FindingName, Expected>> = {
  'wrong-key': ['error 1 15,16'],
  'one-behind': ['error 1 14,16,19,21,23', 'slow'],
  'value-as-commands': ['error 1 8,9'],
  'shifted-by-error': ['error 1 8,9'],
  'protocol-error': ['warning 1 8,9'],
  'server-error': ['error 1 8,10'],
  'bad-key': ['warning 1 4,6'],
  slow: ['warning 1 8,10'],
  'stall-delayed-ack': ['warning 1 30,31,32', 'slow'],
  retransmission: ['warning 1 9', 'slow'],
  'syn-retry': ['warning 1 1,2'],
  refused: ['error 1 1,2'],
  'too-many-connections': ['error 1 57,60'],
  'zero-window': ['warning 1 34,35', 'retransmission', 'slow'],
  unanswered: ['warning 1 8,9'],
  'gave-up': ['warning 1 8,10', 'slow'],
  churn: ['warning 1 1,11,21,31,41,51,61,71'],
  'serial-gets': ['note 1 4,8,10,12,14,16,18,24'],
  'repeated-get': ['note 1 4,8,10,12,14,16,18,20'],
  'never-set': ['warning 1 4,8,10,12,14'],
  stampede: ['warning 1 10,12,14,22,24,26'],
  'lock-contention': ['note 1 11,15,18,21,23'],
  'cas-conflicts': ['note 1 17,25,33,41,49'],
  'near-item-limit': ['note 1 11,13'],
  'expires-at-once': ['error 1 4,6'],
  'hot-key': ['note 1 4'],
  flushed: ['warning 1 8,9'],
  'expensive-stats': ['note 1 4,6'],
  'binary-protocol': ['note 1 4'],
  'clear-credentials': ['warning 1 4,6'],
  udp: ['note 1 1,2'],
  tls: ['note 1 4'],
};

/** The same of what twins show. */
const twins: Partial<Record<FindingName, readonly FindingName[]>> = {
  'one-behind': ['gave-up'],
  'zero-window': ['retransmission'],
  'clear-credentials': ['tls'],
};

const directory = join(sampleDirectory, 'findings');

function found(file: string): ReturnType<typeof foundIn> {
  return foundIn(readFileSync(join(directory, file)));
}

describe('samples of findings', () => {
  for (const name of findingNames) {
    test(`${name}.pcap shows it once`, () => {
      const [told, ...beside] = expected[name];
      const all = found(`${name}.pcap`);
      const shown = all.filter(({ finding }) => finding === name);
      assert.deepEqual(
        shown.map(({ severity, count, packets }) => `${severity} ${count} ${packets.join(',')}`),
        [told],
      );
      const others = all.filter(({ finding }) => finding !== name);
      assert.deepEqual(others.map(({ finding }) => finding).sort(), beside);
      assert.deepEqual(
        others.filter(({ severity }) => severity === 'error').map(({ text }) => text),
        [],
      );
    });

    test(`${name}-without.pcap does not`, () => {
      const names = found(`${name}-without.pcap`).map(({ finding }) => finding);
      assert.deepEqual(names.sort(), twins[name] ?? []);
      assert.ok(!names.includes(name));
    });
  }

  test('there is none without a finding', () => {
    const files = findingNames.flatMap((name) => [`${name}-without.pcap`, `${name}.pcap`]);
    assert.deepEqual(readdirSync(directory).sort(), files.sort());
  });
});

describe('docs/findings.md', () => {
  const page = readFileSync(findingsPage, 'utf8');

  test('has a heading and an example for each finding, and for nothing else', () => {
    const headings = [...page.matchAll(/^### ([a-z-]+): .*$/gm)].map(([, name]) => name);
    assert.deepEqual(headings.sort(), [...findingNames].sort());
    for (const name of findingNames) assert.match(page, new RegExp(`^ {4}    ! ${name}: `, 'm'), name);
  });

  test('links to headings that are there', () => {
    const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const [, link = ''] of page.matchAll(/\]\(#([^)]*)\)/g)) assert.ok(anchors.includes(link), link);
  });

  test('shows what the program prints', async () => {
    assert.equal(page, await renewedPage(), '`npm run golden` renews it');
  });
});
