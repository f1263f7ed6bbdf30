import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AnomalyCounters } from '../../protocols/anomaly.ts';
import { CaptureError } from '../../src/capture/capture-error.ts';
import { RefusedFilterError } from '../../src/capture/open-error.ts';
import { Outcome } from '../../src/cli/outcome.ts';
import { ExitReport } from '../../src/output/exit-report.ts';

/** An outcome, and what standard error is told. */
function begin(t: TestContext): { outcome: Outcome; told: string[] } {
  const told: string[] = [];
  t.mock.method(process.stderr, 'write', (text: string) => told.push(text));
  return { outcome: new Outcome(new ExitReport(new AnomalyCounters())), told };
}

test('a run goes on behind a step that fails, says why, and has failed', async (t) => {
  const { outcome, told } = begin(t);
  await outcome.attempt(() => Promise.reject(new CaptureError('no space left', { source: 'out.pcap' })));
  assert.deepEqual(told, ['mcsniff: out.pcap: no space left\n']);
  assert.equal(outcome.status, 1);
});

test('of a filter that libpcap refuses, the command line is wrong', async (t) => {
  const { outcome } = begin(t);
  await outcome.attempt(() => {
    throw new RefusedFilterError('tpc', 'syntax error');
  });
  assert.equal(outcome.status, 2);
});

test('a bug is not taken for a failure', async (t) => {
  const { outcome, told } = begin(t);
  await assert.rejects(
    outcome.attempt(() => Promise.reject(new TypeError('bug'))),
    /bug/,
  );
  assert.deepEqual(told, []);
});

test('a reader that has gone is no failure, and the counters are told all the same', (t) => {
  const { outcome, told } = begin(t);
  outcome.outputClosed(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  outcome.tellReport();
  assert.equal(outcome.status, 0);
  assert.deepEqual(told, ['0 packets captured\n']);
});

test('standard output that can not be written fails, and the counters are still told', (t) => {
  const { outcome, told } = begin(t);
  outcome.outputClosed(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC', errno: -28, syscall: 'write' }));
  outcome.tellReport();
  assert.equal(outcome.status, 1);
  assert.deepEqual(told, ['mcsniff: standard output: no space left on device\n', '0 packets captured\n']);
});

test('what is not told of a run fails it', (t) => {
  for (const counter of ['lostRecords', 'droppedRecords', 'abandonedBytes', 'abandonedPackets'] as const) {
    const { outcome } = begin(t);
    outcome.report[counter] = 1;
    assert.equal(outcome.status, 1, counter);
    t.mock.restoreAll();
  }
});
