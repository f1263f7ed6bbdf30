import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnomalyCounters } from '../../protocols/anomaly.ts';
import { ByteWriter } from '../../src/byte-writer.ts';
import { Annotation } from '../../src/output/annotation.ts';
import { ExitReport } from '../../src/output/exit-report.ts';
import { JsonLog } from '../../src/output/json-log.ts';
import { Reporter } from '../../src/output/reporter.ts';
import { Selection } from '../../src/selection.ts';
import { answered, arrivalOf, connectionInfo, request } from '../support/hand-made.ts';

const connection = connectionInfo();

/** A reporter, and what it has told. */
function listening(selection?: Selection) {
  const report = new ExitReport(new AnomalyCounters());
  const annotation = new Annotation('memcached');
  const records = new ByteWriter();
  const log = new JsonLog(records, () => undefined);
  const reporter = new Reporter({ annotation, log, selection, report, recognized: undefined });
  const annotated = (): string => {
    const out = new ByteWriter();
    annotation.appendTo(out);
    return out.toString();
  };
  return { reporter, report, annotated, recorded: () => records.toString() };
}

const stored = { text: 'STORED', bytes: 8 };

describe('Reporter', () => {
  it('takes what nobody asked for to annotation, record and report', () => {
    const { reporter, report, annotated, recorded } = listening();
    reporter.unasked(connection, stored, arrivalOf(3));
    assert.equal(annotated(), ': memcached: [unasked STORED]');
    assert.match(recorded(), /"event":"unasked","bytes":8,"text":"STORED","packet":3,/);
    assert.ok(report.lines().includes('answers that nobody asked for, as far as was captured: 1'));
  });

  it('only counts it where commands are selected', () => {
    const { reporter, report, annotated, recorded } = listening(new Selection({ key: 'a' }));
    reporter.unasked(connection, stored, arrivalOf(3));
    assert.equal(annotated() + recorded(), '');
    assert.deepEqual(report.fields().anomalies, { unaskedAnswer: 1 });
  });

  it('counts answers that did not fit, and those that are not known', () => {
    const { reporter, report } = listening();
    reporter.transaction(connection, answered('get a', { status: 'misfit', result: 'STORED' }));
    reporter.transaction(connection, Object.assign(request('get b'), { status: 'unknown' }));
    reporter.transaction(connection, Object.assign(request('get c'), { status: 'unknown' }));
    assert.equal(report.commands, 3);
    const lines = report.lines();
    assert.ok(lines.includes('answers that did not fit: 1'));
    assert.ok(lines.includes('commands whose answers are unknown: 2'));
    assert.deepEqual(report.fields().anomalies, { misfit: 1, unknownAnswer: 2 });
  });
});
