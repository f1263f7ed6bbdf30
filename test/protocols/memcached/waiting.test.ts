import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeMessage } from '../../support/binary-messages.ts';
import { SessionRecorder } from '../../support/session-recorder.ts';

/** A session whose client has said so much, and the server so much after it. */
function session(requests: string | Buffer, answers: string | Buffer, recorder = new SessionRecorder()) {
  recorder.data(true, Buffer.from(requests));
  recorder.data(false, Buffer.from(answers));
  return recorder;
}

describe('requests that are due an answer and have none yet', () => {
  it('are told oldest first, those that are answered are not', () => {
    assert.deepEqual(session('get a\r\nget b\r\nversion\r\n', 'END\r\n').waiting(), ['get b', 'version']);
    assert.deepEqual(session('get a\r\n', 'END\r\n').waiting(), []);
  });

  it('are not those that ask for none, may stay silent, or are not complete', () => {
    const recorder = session('get a\r\ndelete b noreply\r\nmg c q\r\nquit\r\n', 'END\r\n');
    assert.deepEqual(recorder.waiting(), []);
    assert.deepEqual(session('get a\r\nset b 0 0 3\r\nab', 'END\r\n').waiting(), []);
    assert.deepEqual(session('get a\r\nshutdown\r\n', 'END\r\n').waiting(), []);
  });

  it('are found in the binary protocol, quiet ones not among them', () => {
    const requests = ['get key=a opaque=1', 'getq key=b opaque=2', 'noop opaque=3'];
    const recorder = session(
      Buffer.concat(requests.map((request) => encodeMessage(true, request))),
      encodeMessage(false, 'get status=1 opaque=1'),
    );
    assert.deepEqual(recorder.waiting(), ['noop']);
  });

  it('are none as long as it is not known that memcached is spoken', () => {
    const recognizing = () => new SessionRecorder(false, 0, true);
    assert.deepEqual(session('get a\r\nget b\r\n', 'ERROR\r\n', recognizing()).waiting(), []);
    assert.deepEqual(session('get a\r\nget b\r\n', 'END\r\n', recognizing()).waiting(), ['get b']);
    assert.deepEqual(session(Buffer.from('16030100c8010000c40303', 'hex'), 'x').waiting(), []);
    const redis = new SessionRecorder();
    redis.data(true, Buffer.from('*1\r\n'));
    assert.deepEqual(redis.waiting(), []);
  });
});
