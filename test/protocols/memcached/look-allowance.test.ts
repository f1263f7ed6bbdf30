import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultLimits } from '../../../protocols/limits.ts';
import { encodeMessage } from '../../support/binary-messages.ts';
import { SessionRecorder } from '../../support/session-recorder.ts';

/** Room for so many looks for each request. */
function recorderWith(looksPerRequest: number): SessionRecorder {
  return new SessionRecorder(false, 0, false, { ...defaultLimits, looksPerRequest });
}

function told(recorder: SessionRecorder): string[] {
  return recorder.transactions.map(({ keys, status }) => `${keys[0]} ${status}`);
}

function looksLimit(recorder: SessionRecorder): number {
  return recorder.anomalies.counts.get('looksLimit') ?? 0;
}

/** Quiet requests of which no answer can say which one it is of, and more answers than can be looked for. */
function sendQuiet(recorder: SessionRecorder): void {
  for (const key of ['a', 'b', 'c', 'd']) recorder.data(true, Buffer.from(`mg ${key} q\r\n`));
  for (let answer = 0; answer < 4; answer++) recorder.data(false, Buffer.from('HD\r\n'));
}

/** Binary requests, none of which an answer names. */
function sendBinary(recorder: SessionRecorder): void {
  const requests = [1, 2, 3, 4].map((number) => encodeMessage(true, `getq key=k${number} opaque=${number}`));
  recorder.data(true, Buffer.concat(requests));
  for (let answer = 0; answer < 4; answer++) {
    recorder.data(false, encodeMessage(false, 'getq opaque=99 flags=0 value=x'));
  }
}

describe('looking for the request of an answer', () => {
  it('ends at the limit: what waits is given up, said and counted, and order is found again', () => {
    const recorder = recorderWith(1);
    sendQuiet(recorder);
    assert.equal(looksLimit(recorder), 1);
    assert.deepEqual(told(recorder), ['a unknown', 'b unknown', 'c unknown', 'd unknown']);
    recorder.wait(2e6);
    recorder.data(true, Buffer.from('get e\r\n'));
    recorder.data(false, Buffer.from('END\r\n'));
    recorder.end();
    assert.equal(told(recorder).at(-1), 'e miss');
    assert.equal(recorder.heldBytes, 0);
  });

  it('within the limit gives up nothing', () => {
    const recorder = recorderWith(8);
    sendQuiet(recorder);
    recorder.data(true, Buffer.from('mn\r\n'));
    recorder.data(false, Buffer.from('MN\r\n'));
    assert.equal(looksLimit(recorder), 0);
    assert.deepEqual(told(recorder), ['a hit', 'b hit', 'c hit', 'd hit', 'undefined ok']);
  });

  it('ends at the limit behind a hole, too', () => {
    const recorder = recorderWith(0);
    for (const key of ['a', 'b', 'c', 'd']) recorder.data(true, Buffer.from(`get ${key}\r\n`));
    recorder.gap(false, 40);
    for (let answer = 0; answer < 4; answer++) recorder.data(false, Buffer.from('END\r\n'));
    assert.ok(looksLimit(recorder) > 0);
    recorder.end();
    assert.deepEqual(told(recorder), ['a unknown', 'b unknown', 'c unknown', 'd unknown']);
  });

  it('ends at the limit in the binary protocol: the order is not certain any more', () => {
    const within = recorderWith(64);
    sendBinary(within);
    assert.equal(looksLimit(within), 0);
    within.end();
    assert.deepEqual(told(within), ['k1 misfit', 'k2 misfit', 'k3 misfit', 'k4 misfit']);
    const recorder = recorderWith(1);
    sendBinary(recorder);
    assert.ok(looksLimit(recorder) > 0);
    recorder.end();
    assert.equal(recorder.heldBytes, 0);
  });
});
