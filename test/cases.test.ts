import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type Case, capturePath, caseDirectory, caseNames, readCase } from './support/cases/case.ts';
import { differenceFrom } from './support/cases/check-case.ts';
import { toldOfCapture } from './support/cases/told-of-capture.ts';
import type { JsonRecord } from './support/records.ts';

describe('cases', () => {
  for (const name of caseNames) {
    it(name, async () => {
      const expected = readCase(name);
      const difference = differenceFrom(expected, await toldOfCapture(capturePath(name), expected.options));
      assert.ok(difference === undefined, `${difference}\n${expected.why}`);
    });
  }

  it('are each a capture and what it has to be told as', () => {
    const files = caseNames.flatMap((name) => [`${name}.json`, `${name}.pcap`]);
    assert.deepEqual(readdirSync(caseDirectory).sort(), ['README.md', ...files].sort());
  });
});

describe('the rules of cases', () => {
  const get = { event: 'command', command: 'get', key: 'a', status: 'hit', bytes: 3, packet: 4 };
  const set = { event: 'command', command: 'set', key: 'b', status: 'stored', packet: 6 };
  const unasked = { event: 'unasked', text: 'END', packet: 7 };
  const owed = { ...get, owed: true };
  /** What is told of a case, and how the difference begins; undefined where there is none. */
  const examples: readonly (readonly [
    what: string,
    expected: Omit<Case, 'why'>,
    told: readonly JsonRecord[],
    difference: RegExp | undefined,
  ])[] = [
    ['more fields than expected', { records: [get] }, [{ ...get, conn: 1, latencyUs: 5 }], undefined],
    ['another value', { records: [get] }, [{ ...get, bytes: 4 }], /^connection 1, bytes differs: /],
    ['another order of fields and packets', { records: [get, set] }, [set, get], undefined],
    ['records of one packet', { records: [get, { ...set, packet: 4 }] }, [{ ...set, packet: 4 }, get], undefined],
    ['no record', { records: [get, set] }, [get], /^connection 1, no record for .*"set"/],
    ['one record too many', { records: [get] }, [get, set], /^connection 1, one record too many: .*"set"/],
    ['an unasked answer', { records: [get] }, [get, unasked], /one record too many: .*"unasked"/],
    ['events that cases do not list', { records: [get] }, [{ event: 'gap', bytes: 3 }, get], undefined],
    ['another connection', { records: [get] }, [{ ...get, conn: 2 }], /^connection 1, no record/],
    ['the right connection', { records: [{ ...get, conn: 2 }] }, [{ ...get, conn: 2 }], undefined],
    ['one of several values', { records: [{ ...get, status: ['hit', 'misfit'] }] }, [get], undefined],
    ['none of several values', { records: [{ ...get, status: ['miss', 'misfit'] }] }, [get], /status differs/],
    ['a list where a list is expected', { records: [{ ...get, keys: ['a', 'b'] }] }, [get], /keys differs/],
    ['a field that is absent', { records: [{ ...set, bytes: null }] }, [set], undefined],
    ['a field that should be absent', { records: [{ ...get, bytes: null }] }, [get], /bytes differs/],
    ['an optional record that is missing', { records: [get, { ...set, optional: true }] }, [get], undefined],
    ['an optional record', { records: [get, { ...set, optional: true }] }, [get, set], undefined],
    ['what never may be', { records: [get], never: [{ key: 'a', status: 'hit' }] }, [get], /^never .* but .*"get"/],
    ['what never may be in any event', { records: [], never: [{ event: 'gap' }] }, [{ event: 'gap' }], /^never/],
    ['part of what never may be', { records: [get], never: [{ key: 'a', status: 'miss' }] }, [get], undefined],
    ['an unknown too many', { records: [get] }, [{ ...get, status: 'unknown' }], /^1 records say unknown, where 0/],
    ['an unknown', { records: [get], unknownAtMost: 1 }, [{ ...get, status: 'unknown', bytes: 0 }], undefined],
    ['an unknown of another', { records: [get], unknownAtMost: 1 }, [{ ...set, status: 'unknown' }], /differs/],
    ['loss: nothing at all', { lossy: true, records: [get, set] }, [], undefined],
    [
      'loss: less',
      { lossy: true, records: [get] },
      [{ event: 'command', command: 'get', key: 'a', packet: 4 }],
      undefined,
    ],
    ['loss: unknown', { lossy: true, records: [get, set] }, [{ ...set, status: 'unknown' }], undefined],
    ['loss: wrong', { lossy: true, records: [get] }, [{ ...get, status: 'miss' }], /status differs/],
    ['loss: made up', { lossy: true, records: [get] }, [get, set], /a record that was never due: .*"set"/],
    ['loss: told twice', { lossy: true, records: [get] }, [get, get], /a record that was never due/],
    ['loss: not what is owed', { lossy: true, records: [owed] }, [], /^0 of the 1 records that are owed .* 90 %/],
    ['loss: enough of it', { lossy: true, yield: 0.5, records: [owed, { ...set, owed: true }] }, [get], undefined],
    ['loss: unknown is not told', { lossy: true, records: [owed] }, [{ ...get, status: 'unknown' }], /^0 of the 1/],
    ['what the report says', { records: [], stderr: ['^9 packets', 'get a'] }, [], undefined],
    ['what the report lacks', { records: [], stderr: ['^9 packets', 'get b'] }, [], /^the exit report has no get b/],
  ];
  for (const [what, expected, records, difference] of examples) {
    it(what, () => {
      const found = differenceFrom({ why: '', ...expected }, { records, report: '9 packets captured\nget a waits\n' });
      if (difference === undefined) assert.equal(found, undefined);
      else assert.match(found ?? 'no difference', difference);
    });
  }
});
