import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnomalyCounters } from '../../protocols/anomaly.ts';
import { Listeners } from '../../protocols/events.ts';
import { ByteWriter } from '../../src/byte-writer.ts';
import { Annotation } from '../../src/output/annotation.ts';
import { ExitReport } from '../../src/output/exit-report.ts';
import { JsonLog } from '../../src/output/json-log.ts';
import { answered, arrivalOf, connectionInfo, request } from '../support/hand-made.ts';
import { recordsOf } from '../support/records.ts';

const connection = connectionInfo();

/** Annotation, record and report, and what they tell. */
function listening() {
  const report = new ExitReport(new AnomalyCounters());
  const annotation = new Annotation('memcached');
  const records = new ByteWriter();
  const listeners = new Listeners([report, annotation, new JsonLog(records, () => undefined)]);
  const annotated = (): string => {
    const out = new ByteWriter();
    annotation.appendTo(out);
    return out.toString();
  };
  return { listeners, report, annotated, recorded: () => records.toString() };
}

describe('annotation, record and report agree', () => {
  it('on an answer that nobody asked for', () => {
    const { listeners, report, annotated, recorded } = listening();
    listeners.unasked(connection, { text: 'STORED', bytes: 8, start: 0 }, arrivalOf(3));
    assert.equal(annotated(), ': memcached: [unasked STORED]');
    assert.match(recorded(), /"event":"unasked","bytes":8,"text":"STORED","packet":3,/);
    assert.ok(report.lines().includes('answers that nobody asked for, as far as was captured: 1'));
  });

  it('on bytes that were not captured or not understood', () => {
    const { listeners, report, annotated, recorded } = listening();
    listeners.gap(connection, true, 14, arrivalOf(3));
    listeners.notUnderstood(connection, false, 5, arrivalOf(4));
    listeners.notUnderstood(connection, true, 6, arrivalOf(4), 'TLS');
    listeners.passedOver(connection, 7);
    listeners.unfinished(connection, true, 8);
    assert.equal(annotated(), ': memcached: [14 bytes missing]; [5 bytes not understood]; [TLS, not readable]');
    const told = recordsOf(recorded()).map(({ event, direction, bytes, packet }) => [event, direction, bytes, packet]);
    assert.deepEqual(told, [
      ['gap', 'client', 14, 3],
      ['not_understood', 'server', 5, 4],
      ['not_understood', 'client', 6, 4],
    ]);
    const { gaps, missingBytes, notUnderstoodBytes, unfinishedBytes } = report;
    assert.deepEqual([gaps, missingBytes, notUnderstoodBytes, unfinishedBytes], [1, 14, 18, 8]);
  });

  it('on answers that did not fit, and those that are not known', () => {
    const { listeners, report } = listening();
    listeners.transaction(connection, answered('get a', { status: 'misfit', result: 'STORED' }));
    listeners.transaction(connection, Object.assign(request('get b'), { status: 'unknown' }));
    listeners.transaction(connection, Object.assign(request('get c'), { status: 'unknown' }));
    assert.equal(report.commands, 3);
    const lines = report.lines();
    assert.ok(lines.includes('answers that did not fit: 1'));
    assert.ok(lines.includes('commands whose answers are unknown: 2'));
    assert.deepEqual(report.fields().anomalies, { misfit: 1, unknownAnswer: 2 });
  });
});
