import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AnomalyCounters } from '../../protocols/anomaly.ts';

describe('AnomalyCounters', () => {
  it('adds up by name, and names nothing that never happened', () => {
    const anomalies = new AnomalyCounters();
    anomalies.count('lineLimit');
    anomalies.count('lineLimit', 2);
    anomalies.count('unaskedAnswer', 0);
    assert.deepEqual([...anomalies.counts], [['lineLimit', 3]]);
  });
});
