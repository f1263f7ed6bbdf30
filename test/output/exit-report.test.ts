import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnomalyCounters } from '../../protocols/anomaly.ts';
import { ExitReport } from '../../src/output/exit-report.ts';
import type { WaitingRequests } from '../../src/statistics/waiting-requests.ts';
import { answered, connectionInfo } from '../support/hand-made.ts';

/** A report of requests that wait. */
function reportOf(count: number, oldest: Partial<WaitingRequests['oldest']>): ExitReport {
  const report = new ExitReport(new AnomalyCounters());
  report.waiting = { count, oldest: { command: 'get', key: 'hang:1', packet: 6, waitedUs: 2_590_000, ...oldest } };
  return report;
}

function lineOf(count: number, oldest: Partial<WaitingRequests['oldest']>): string | undefined {
  return reportOf(count, oldest).lines().at(-1);
}

describe('requests that still waited', () => {
  it('are counted, and the oldest is named', () => {
    assert.equal(
      lineOf(2, {}),
      '2 requests still waited for their answers, the oldest for 2.5 s: get hang:1 (packet 6)',
    );
    assert.equal(lineOf(1, {}), '1 request still waited for its answer, for 2.5 s: get hang:1 (packet 6)');
    assert.equal(lineOf(1, { command: 'version', key: undefined })?.endsWith(': version (packet 6)'), true);
  });

  it('have waited for a time in a unit that people read', () => {
    const times = [999, 1000, 999_999, 1e6, 61_000_000].map(
      (waitedUs) => lineOf(1, { waitedUs })?.match(/for (\d.*): get/)?.[1],
    );
    assert.deepEqual(times, ['999 us', '1 ms', '999 ms', '1.0 s', '61.0 s']);
  });

  it('can not write to the terminal, nor break a record', () => {
    assert.match(String(lineOf(1, { key: '\x1b[2J"' })), /: get \\x1b\[2J" \(/);
    const { waiting } = JSON.parse(JSON.stringify(reportOf(1, { key: '\x1b"' }).fields()));
    assert.deepEqual(waiting, { count: 1, oldest: { command: 'get', key: '\\x1b"', packet: 6, waitedUs: 2_590_000 } });
  });

  it('are not told where there are none', () => {
    const report = new ExitReport(new AnomalyCounters());
    assert.deepEqual(report.lines(), ['0 packets captured']);
    assert.ok(!('waiting' in report.fields()));
  });
});

describe('commands whose answers come before them', () => {
  it('are counted, and have no times', () => {
    const report = new ExitReport(new AnomalyCounters());
    const transaction = answered('get a', { answerUs: 999_000, endUs: 999_000 });
    report.transaction(connectionInfo(), transaction);
    assert.equal(transaction.latencyUs, -1);
    assert.ok(report.lines().includes('commands without times, since the clock of the capture went back: 1'));
  });
});
