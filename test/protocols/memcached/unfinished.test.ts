import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeMessage } from '../../support/binary-messages.ts';
import { SessionRecorder } from '../../support/session-recorder.ts';

/** What one side says, and the other after it. */
type Turns = readonly (readonly [client: Buffer, server: Buffer])[];

const text = turns([
  ['set k 1 0 11\r\nget x\r\nEND\r\r\n', 'STORED\r\n'],
  ['get a b k\r\n', 'VALUE a 0 3 7\r\n\r\n\n\r\nVALUE k 1 11\r\nget x\r\nEND\r\r\nEND\r\n'],
  ['set k 0 0 2 noreply\r\nvv\r\nincr n 1\r\nstats\r\n', '12\r\nSTAT pid 1\r\nSTAT version 1.6.18\r\nEND\r\n'],
  ['mg k v t\r\nms k 4 T0\r\nabcd\r\nbogus\r\n', 'VA 2 t-1\r\nvv\r\nHD\r\nERROR\r\n'],
]);

const binary: Turns = [
  [
    encodeMessage(true, 'set key=k flags=1 exptime=0 value=get\\sx opaque=1'),
    encodeMessage(false, 'set status=0 cas=7 opaque=1'),
  ],
  [
    encodeMessage(true, 'get key=k opaque=2'),
    encodeMessage(false, 'get status=0 flags=1 value=get\\sx cas=7 opaque=2'),
  ],
  [
    encodeMessage(true, 'stat opaque=9'),
    Buffer.concat(
      ['key=pid value=1 opaque=9', 'key=version value=1.6.18 opaque=9', 'opaque=9'].map((fields) =>
        encodeMessage(false, `stat status=0 ${fields}`),
      ),
    ),
  ],
  [encodeMessage(true, 'get key=none opaque=3'), encodeMessage(false, 'get status=1 value=Not\\sfound opaque=3')],
];

function turns(all: readonly (readonly [string, string])[]): Turns {
  return all.map(([client, server]) => [Buffer.from(client), Buffer.from(server)]);
}

/** Every piece that both sides say, in order. */
function pieces(all: Turns): { fromClient: boolean; bytes: Buffer }[] {
  return all.flatMap(([client, server]) => [
    { fromClient: true, bytes: client },
    { fromClient: false, bytes: server },
  ]);
}

/** The number behind these words in what was told, summed. */
function told(recorder: SessionRecorder, words: string): number {
  const numbers = recorder.events.flatMap((event) =>
    event.startsWith(words) ? [Number(event.split(' ').at(-1))] : [],
  );
  return numbers.reduce((sum, number) => sum + number, 0);
}

/** All bytes of a side that a record, or another word, speaks of. */
function accounted(recorder: SessionRecorder, side: 'client' | 'server'): number {
  let bytes = 0;
  for (const { requestBytes, responseBytes } of recorder.transactions)
    bytes += side === 'client' ? requestBytes : Math.max(0, responseBytes);
  return bytes + told(recorder, `unfinished ${side}`) + told(recorder, `not understood ${side}`);
}

describe('a connection that ends in the middle of something', () => {
  for (const [name, session] of Object.entries({ text, binary })) {
    it(`leaves no byte untold, whichever is its last: ${name}`, () => {
      const all = pieces(session);
      const length = all.reduce((sum, { bytes }) => sum + bytes.length, 0);
      for (let end = 0; end <= length; end++) {
        const recorder = new SessionRecorder();
        const sent = { client: 0, server: 0 };
        let left = end;
        for (const { fromClient, bytes } of all) {
          const part = bytes.subarray(0, left);
          left -= part.length;
          // Divided anywhere.
          recorder.data(fromClient, part.subarray(0, part.length >> 1));
          recorder.data(fromClient, part.subarray(part.length >> 1));
          sent[fromClient ? 'client' : 'server'] += part.length;
        }
        recorder.end();
        assert.equal(accounted(recorder, 'client'), sent.client, `client, end at ${end}`);
        assert.equal(accounted(recorder, 'server'), sent.server, `server, end at ${end}`);
      }
    });
  }

  it('counts no bytes that were never captured', () => {
    const request = new SessionRecorder();
    request.data(true, Buffer.from('set k 0 0 100\r\n0123456789'));
    request.gap(true, 30);
    request.data(true, Buffer.from('0123456789'));
    request.end();
    assert.deepEqual(request.events, ['line set k 0 0 100', 'gap client 30', 'unfinished client 35']);

    const answer = new SessionRecorder();
    answer.data(true, Buffer.from('get k\r\n'));
    answer.data(false, Buffer.from('VALUE k 0 100\r\n0123456789'));
    answer.gap(false, 30);
    answer.data(false, Buffer.from('01234'));
    answer.end();
    assert.equal(told(answer, 'unfinished server'), 30);

    const message = new SessionRecorder();
    message.data(true, encodeMessage(true, 'set key=k flags=0 exptime=0 value={100*v} opaque=1').subarray(0, 50));
    message.gap(true, 30);
    message.data(true, Buffer.from('01234'));
    message.end();
    assert.equal(told(message, 'unfinished client'), 55);
  });

  it('begins to count anew with each message', () => {
    const text = new SessionRecorder();
    text.data(true, Buffer.from('get a\r\nget b\r\n'));
    text.data(false, Buffer.from('VALUE a 0 10\r\n'));
    text.gap(false, 10);
    text.data(false, Buffer.from('\r\nEND\r\nVALUE b 0 10\r\n01234'));
    text.end();
    assert.equal(told(text, 'unfinished server'), 19);

    const set = encodeMessage(true, 'set key=k flags=0 exptime=0 value={10*v} opaque=1');
    const binary = new SessionRecorder();
    binary.data(true, set.subarray(0, -10));
    binary.gap(true, 10);
    binary.data(true, set.subarray(0, -1));
    binary.end();
    assert.equal(told(binary, 'unfinished client'), set.length - 1);
  });

  const doubtfulLine = `set ${'k'.repeat(251)} 0 0 10\r\n`;

  it('counts the start of a block of which only an answer would tell whether it is one', () => {
    const recorder = new SessionRecorder();
    recorder.data(true, Buffer.from(`${doubtfulLine}01234`));
    recorder.end();
    assert.equal(told(recorder, 'unfinished client'), 5);
  });

  it('tells such a block as not understood, where it is whole and nothing answers its line', () => {
    const recorder = new SessionRecorder();
    recorder.data(true, Buffer.from(`${doubtfulLine}0123456789\r\n`));
    recorder.end();
    assert.equal(told(recorder, 'unfinished client'), 0);
    assert.equal(told(recorder, 'not understood client'), 12);
  });

  it('takes it for swallowed where the line is answered, and the block with silence', () => {
    const recorder = new SessionRecorder();
    recorder.data(true, Buffer.from(`${doubtfulLine}0123456789\r\nquit\r\n`));
    recorder.data(false, Buffer.from('CLIENT_ERROR line too long\r\n'));
    recorder.end();
    assert.equal(told(recorder, 'unfinished client') + told(recorder, 'not understood client'), 0);
    assert.deepEqual(
      recorder.transactions.map(({ command, status }) => `${command} ${status}`),
      ['set client_error', 'quit no_reply'],
    );
  });

  it('pairs the answers that were held for a block in doubt with what was asked before it, where it is given up', () => {
    const recorder = new SessionRecorder();
    recorder.data(true, Buffer.from('mg a v q\r\nget b\r\nset my key 0 0 5\r\nhello\r\n'));
    recorder.data(false, Buffer.from('VA 1\r\nx\r\nEND\r\n'));
    recorder.gap(true, 100);
    recorder.end();
    assert.deepEqual(
      recorder.transactions.map(({ command, status }) => `${command} ${status}`),
      ['mg hit', 'get miss', 'set unanswered'],
    );
    assert.equal(told(recorder, 'not understood client'), 7);
  });

  it('tells no hole as bytes that were not understood', () => {
    const server = new SessionRecorder();
    server.data(true, Buffer.from('get a\r\n'));
    server.data(false, Buffer.from('VALUE a 0 10\r\n'));
    server.gap(false, 10);
    server.data(false, Buffer.from('\r\nbogus\r\nmore'));
    server.end();
    // A value that its hole leaves open, and a line that may go on with it.
    assert.equal(told(server, 'not understood server') + told(server, 'unfinished server'), 27);

    const client = new SessionRecorder();
    client.data(true, Buffer.from('get a\r\n'));
    client.data(false, Buffer.from('END\r\n'));
    client.gap(true, 10);
    client.data(true, Buffer.from('zzz\r\n'));
    client.data(true, Buffer.from('set k 0 0 30\r\n01234'));
    client.gap(true, 10);
    client.data(true, Buffer.from('56789'));
    client.end();
    assert.equal(told(client, 'not understood client'), 29);
  });

  it('tells what only seemed to begin a message as not understood', () => {
    for (const start of ['VALUE', '\u0080\u0000\u0000']) {
      const recorder = new SessionRecorder(true);
      recorder.data(true, Buffer.from(start, 'latin1'));
      recorder.end();
      assert.deepEqual(recorder.events, [`not understood client ${start.length}`]);
    }
    const recorder = new SessionRecorder(true);
    recorder.data(false, Buffer.from('zzz 456'));
    recorder.end();
    assert.deepEqual(recorder.events, ['not understood server 7']);
  });
});
