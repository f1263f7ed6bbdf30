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

  for (const [protocol, line] of [
    ['HTTP', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['Redis', '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n'],
    ['SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ] as const) {
    it(`is ${protocol} by the client's first line and an answer that is not memcached's, which is said once`, () => {
      const recorder = new SessionRecorder();
      for (const letter of line) recorder.data(true, Buffer.from(letter));
      recorder.data(false, Buffer.from('HTTP/1.1 200 OK\r\n'));
      recorder.data(true, Buffer.from('get a\r\n'));
      recorder.end();
      assert.deepEqual(recorder.events, [`not understood client ${protocol}`]);
    });
  }

  it('is HTTP where there was an answer, although it was not captured', () => {
    const recorder = new SessionRecorder();
    recorder.data(true, Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    recorder.gap(false, 100);
    recorder.data(true, Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    recorder.end();
    assert.deepEqual(recorder.events, ['gap server 100', 'not understood client HTTP']);
  });

  for (const [name, greeting] of [
    ['SMTP', '220 mail ESMTP\r\n'],
    ['NATS', 'INFO {}\r\n'],
  ] as const) {
    it(`is unknown where the server speaks first, as with ${name}`, () => {
      const recorder = new SessionRecorder();
      recorder.data(false, Buffer.from(greeting));
      recorder.data(true, Buffer.from('quit\r\n'));
      recorder.data(false, Buffer.from('OK\r\n'));
      recorder.end();
      assert.deepEqual(recorder.events, [`not understood server ${greeting.length}`]);
      assert.deepEqual(recorder.passedOver, [6, 4]);
    });
  }

  it('is text where the server has no room for its client and says so first', () => {
    const recorder = new SessionRecorder();
    recorder.data(false, Buffer.from('ERROR Too many open connections\r\n'));
    recorder.end();
    assert.deepEqual(recorder.events, ['unasked ERROR Too many open connections (33)']);
  });

  for (const [name, question, answer] of [
    ['a line of another protocol', 'get k\r\n', '$-1\r\n'],
    ['no line', '\0\0\0\x08\x04\xd2\x16/\n', 'R\0\0\0\x08\0\0\0\0'],
  ] as const) {
    it(`is unknown where the server's first answer is ${name}: then nothing was a request`, () => {
      const recorder = new SessionRecorder();
      recorder.data(true, Buffer.from(question, 'latin1'));
      recorder.data(false, Buffer.from(answer, 'latin1'));
      recorder.data(true, Buffer.from('get b\r\n'));
      recorder.data(false, Buffer.from('END\r\n'));
      recorder.end();
      const lines = recorder.events.filter((event) => !event.startsWith('line '));
      assert.deepEqual(lines, [`not understood server ${answer.length}`]);
      assert.deepEqual(recorder.passedOver, [question.length, 7, 5]);
    });
  }

  it('stays text behind a value that was under way when the capture began', () => {
    const recorder = new SessionRecorder(true);
    recorder.data(false, Buffer.from('\xff\0\x01\r\nEND\r\n', 'latin1'));
    recorder.data(true, Buffer.from('get a\r\n'));
    recorder.data(false, Buffer.from('END\r\n'));
    recorder.data(true, Buffer.from('get b\r\n'));
    recorder.data(false, Buffer.from('END\r\n'));
    recorder.end();
    assert.equal(recorder.events.at(-1), 'miss: get b bytes=0 (7 > 5)');
  });

  it('says what it could not read of a connection that was under way', () => {
    const recorder = new SessionRecorder(true);
    recorder.data(true, Buffer.from('no line'));
    recorder.data(false, Buffer.from('neither'));
    recorder.end();
    assert.deepEqual(recorder.events, ['not understood server 7', 'not understood client 7']);
  });

  it('is settled by the first byte behind a hole, and the hole is known to the conversation', () => {
    const recorder = new SessionRecorder();
    recorder.gap(true, 20);
    recorder.gap(false, 5);
    recorder.data(true, Buffer.from('get a\r\n'));
    recorder.data(false, Buffer.from('VALUE a 0 1\r\nx\r\nEND\r\n'));
    recorder.data(true, Buffer.from('get b\r\n'));
    recorder.data(false, Buffer.from('END\r\n'));
    recorder.end();
    assert.deepEqual(recorder.events.slice(0, 2), ['gap client 20', 'gap server 5']);
    assert.equal(recorder.events.at(-1), 'miss: get b bytes=0 (7 > 5)');
  });
});
