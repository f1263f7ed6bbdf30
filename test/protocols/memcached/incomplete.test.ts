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
  return bytes + told(recorder, `incomplete ${side}`) + told(recorder, `not understood ${side}`);
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
    assert.deepEqual(request.events, ['line set k 0 0 100', 'gap client 30', 'incomplete client 35']);

    const answer = new SessionRecorder();
    answer.data(true, Buffer.from('get k\r\n'));
    answer.data(false, Buffer.from('VALUE k 0 100\r\n0123456789'));
    answer.gap(false, 30);
    answer.data(false, Buffer.from('01234'));
    answer.end();
    assert.equal(told(answer, 'incomplete server'), 30);

    const message = new SessionRecorder();
    message.data(true, encodeMessage(true, 'set key=k flags=0 exptime=0 value={100*v} opaque=1').subarray(0, 50));
    message.gap(true, 30);
    message.data(true, Buffer.from('01234'));
    message.end();
    assert.equal(told(message, 'incomplete client'), 55);
  });

  it('begins to count anew with each answer', () => {
    const recorder = new SessionRecorder();
    recorder.data(true, Buffer.from('get a\r\nget b\r\n'));
    recorder.data(false, Buffer.from('VALUE a 0 10\r\n'));
    recorder.gap(false, 10);
    recorder.data(false, Buffer.from('\r\nEND\r\nVALUE b 0 10\r\n01234'));
    recorder.end();
    assert.equal(told(recorder, 'incomplete server'), 19);
  });

  it('counts what follows a line of which only an answer would tell whether it has a block', () => {
    const recorder = new SessionRecorder();
    recorder.data(true, Buffer.from(`set ${'k'.repeat(251)} 0 0 10\r\n01234`));
    recorder.end();
    assert.equal(told(recorder, 'incomplete client'), 5);
  });

  it('tells what only seemed to begin a message as not understood', () => {
    for (const start of ['VALUE', '\u0080\u0000\u0000']) {
      const recorder = new SessionRecorder(true);
      recorder.data(true, Buffer.from(start, 'latin1'));
      recorder.end();
      assert.deepEqual(recorder.events, [`not understood client ${start.length}`]);
    }
  });
});
