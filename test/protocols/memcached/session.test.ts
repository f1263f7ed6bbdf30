import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SessionRecorder } from '../../support/session-recorder.ts';

const clientHello = Buffer.from('16030100c8010000c40303', 'hex');

describe('the dialect of a connection', () => {
  it('is TLS by the first record, which is said once', () => {
    const recorder = new SessionRecorder();
    recorder.data(true, clientHello);
    recorder.data(false, Buffer.from('16030300310200002d0303', 'hex'));
    recorder.data(true, Buffer.from('1703030013', 'hex'));
    recorder.end();
    assert.deepEqual(recorder.events, ['not understood client TLS']);
    assert.deepEqual(recorder.passedOver, [11, 5]);
  });

  it('is unknown where the first byte is no text, which is said once', () => {
    const recorder = new SessionRecorder();
    recorder.data(true, Buffer.from([0xff, 0xfb, 0x1f]));
    recorder.data(true, Buffer.from('get a\r\n'));
    recorder.end();
    assert.deepEqual(recorder.events, ['not understood client 3']);
    assert.deepEqual(recorder.passedOver, [7]);
  });

  it('is settled by the first byte behind a hole, and the hole is known to the conversation', () => {
    const recorder = new SessionRecorder();
    recorder.gap(true, 20);
    recorder.gap(false, 5);
    recorder.data(true, Buffer.from('get a\r\n'));
    recorder.data(false, Buffer.from('END\r\n'));
    recorder.end();
    assert.deepEqual(recorder.events, ['gap client 20', 'gap server 5', 'line get a', 'miss: get a bytes=0 (7 > 5)']);
  });
});
