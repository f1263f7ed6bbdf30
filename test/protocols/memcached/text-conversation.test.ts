import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SessionRecorder } from '../../support/session-recorder.ts';

/** A client that waits for each answer before it asks again. */
const exchanges: readonly { request: string; answer: string; told: string }[] = [
  { request: 'get a\r\n', answer: 'VALUE a 0 1\r\nx\r\nEND\r\n', told: 'get hit' },
  { request: 'set b 0 0 3\r\nabc\r\n', answer: 'STORED\r\n', told: 'set stored' },
  { request: 'incr n 1\r\n', answer: '5\r\n', told: 'incr ok' },
  { request: 'get c d\r\n', answer: 'END\r\n', told: 'get miss' },
  { request: 'delete a\r\n', answer: 'DELETED\r\n', told: 'delete deleted' },
  { request: 'stats\r\n', answer: 'STAT pid 1\r\nSTAT time 2\r\nEND\r\n', told: 'stats ok' },
  { request: 'touch c 5\r\n', answer: 'NOT_FOUND\r\n', told: 'touch not_found' },
];

function told(recorder: SessionRecorder): string[] {
  return recorder.transactions.map(({ command, status }) => `${command} ${status}`);
}

function text(recorder: SessionRecorder, fromClient: boolean, bytes: string): void {
  recorder.data(fromClient, Buffer.from(bytes, 'latin1'));
}

/** Of the only transaction: latency, end of the answer. */
function times(recorder: SessionRecorder): readonly [number, number] {
  const [transaction] = recorder.transactions;
  assert.equal(recorder.transactions.length, 1);
  assert.ok(transaction);
  return [transaction.latencyUs, transaction.endUs];
}

describe('times of values with holes', () => {
  it('has no latency where the end of the request was never captured', () => {
    const recorder = new SessionRecorder();
    text(recorder, true, 'set a 0 0 5\r\nab');
    recorder.gap(true, 5);
    text(recorder, false, 'STORED\r\n');
    recorder.end();
    assert.deepEqual(times(recorder), [-1, 300]);
  });

  it('has no duration where the end of the answer was never captured', () => {
    const recorder = new SessionRecorder();
    text(recorder, true, 'get a\r\n');
    text(recorder, false, 'VALUE a 0 5\r\nab');
    recorder.gap(false, 10);
    recorder.end();
    assert.deepEqual(times(recorder), [100, -1]);
  });

  it('has both where the packet with the end was captured, but cut', () => {
    const recorder = new SessionRecorder();
    text(recorder, true, 'set a 0 0 5\r\nab');
    recorder.gap(true, 5, true);
    text(recorder, false, 'STORED\r\n');
    recorder.end();
    assert.deepEqual(times(recorder), [100, 200]);
  });

  it('has both where the hole lies before the end', () => {
    const recorder = new SessionRecorder();
    text(recorder, true, 'get a\r\n');
    text(recorder, false, 'VALUE a 0 5\r\nab');
    recorder.gap(false, 2);
    text(recorder, false, 'e\r\nEND\r\n');
    recorder.end();
    assert.deepEqual(times(recorder), [100, 400]);
  });
});

describe('a session with holes', () => {
  for (const [lost, { request, answer, told: lostWords }] of exchanges.entries()) {
    const others = exchanges.map(({ told: words }) => words);

    it(`tells all other exchanges when request ${lost + 1} is lost`, () => {
      const recorder = new SessionRecorder();
      for (const [index, exchange] of exchanges.entries()) {
        if (index === lost) recorder.gap(true, request.length);
        else text(recorder, true, exchange.request);
        text(recorder, false, exchange.answer);
      }
      recorder.end();
      assert.deepEqual(told(recorder), others.toSpliced(lost, 1));
    });

    it(`tells all other exchanges when answer ${lost + 1} is lost, and that one as unknown`, () => {
      const recorder = new SessionRecorder();
      for (const [index, exchange] of exchanges.entries()) {
        text(recorder, true, exchange.request);
        if (index === lost) recorder.gap(false, answer.length);
        else text(recorder, false, exchange.answer);
      }
      recorder.end();
      const unknown = `${lostWords.split(' ')[0]} unknown`;
      assert.deepEqual(told(recorder), others.toSpliced(lost, 1, unknown));
    });

    // Of what comes next nobody knows whether it goes on with a value of the request that was lost.
    it(`tells all but the next exchange when request and answer ${lost + 1} are lost`, () => {
      const recorder = new SessionRecorder();
      for (const [index, exchange] of exchanges.entries()) {
        if (index === lost) {
          recorder.gap(true, request.length);
          recorder.gap(false, answer.length);
          continue;
        }
        text(recorder, true, exchange.request);
        text(recorder, false, exchange.answer);
      }
      recorder.end();
      assert.deepEqual(told(recorder), others.toSpliced(lost, 2));
    });
  }

  it('costs only value bytes when the hole lies inside a value', () => {
    const recorder = new SessionRecorder();
    text(recorder, true, 'set k 0 0 10\r\nab');
    recorder.gap(true, 6);
    text(recorder, true, 'ij\r\nget k\r\n');
    text(recorder, false, 'STORED\r\nVALUE k 0 10\r\nab');
    recorder.gap(false, 8);
    text(recorder, false, '\r\nEND\r\n');
    assert.deepEqual(told(recorder), ['set stored', 'get hit']);
  });

  it('knows an answer whose end line was cut off with its value', () => {
    const end = 'llo\r\nEND\r\n';
    for (let missing = 3; missing <= end.length; missing++) {
      const recorder = new SessionRecorder();
      text(recorder, true, 'get k\r\n');
      text(recorder, false, 'VALUE k 0 5\r\nhe');
      recorder.gap(false, missing);
      text(recorder, false, end.slice(missing));
      text(recorder, true, 'get l\r\n');
      text(recorder, false, 'END\r\n');
      recorder.end();
      assert.deepEqual(told(recorder), ['get hit', 'get miss'], `${missing} bytes missing`);
      assert.equal(recorder.transactions[0]?.responseBytes, 25);
    }
  });

  it('does not know it while another key may follow', () => {
    const recorder = new SessionRecorder();
    text(recorder, true, 'get k l\r\n');
    text(recorder, false, 'VALUE k 0 5\r\nhe');
    recorder.gap(false, 'llo\r\nEND\r\n'.length);
    text(recorder, true, 'get m\r\n');
    text(recorder, false, 'END\r\n');
    recorder.end();
    assert.deepEqual(told(recorder), ['get unknown', 'get miss']);
  });

  it('reads no command in a value whose command line was lost', () => {
    const recorder = new SessionRecorder();
    text(recorder, true, 'version\r\n');
    text(recorder, false, 'VERSION 1.6.18\r\n');
    recorder.gap(true, 'set k 0 0 700\r\n'.length);
    for (let segment = 0; segment < 100; segment++) text(recorder, true, 'get x\r\n');
    text(recorder, true, '\r\n');
    text(recorder, false, 'STORED\r\n');
    text(recorder, true, 'get k\r\n');
    text(recorder, false, 'END\r\n');
    recorder.end();
    assert.deepEqual(told(recorder), ['version ok', 'get miss']);
    assert.equal(
      recorder.events.filter((event) => event.startsWith('line')).join(),
      'line version,line get k',
      'nor says one beside a packet',
    );
  });

  it('reads no answer in a value whose VALUE line was lost', () => {
    const recorder = new SessionRecorder();
    text(recorder, true, 'get a\r\n');
    recorder.gap(false, 'VALUE a 0 24\r\n'.length);
    text(recorder, false, 'END\r\nSTORED\r\nEND\r\n');
    text(recorder, false, 'END\r\n\r\nEND\r\n');
    text(recorder, true, 'get b\r\n');
    text(recorder, false, 'END\r\n');
    recorder.end();
    assert.deepEqual(told(recorder), ['get unknown', 'get miss']);
  });

  it('pairs a pipeline behind a hole in its answers by exclusion, and again after a long silence', () => {
    const recorder = new SessionRecorder();
    text(recorder, true, 'get a\r\nincr n 1\r\nincr n 1\r\n');
    text(recorder, false, 'END\r\n');
    recorder.gap(false, '6\r\n'.length);
    text(recorder, true, 'incr m 1\r\n');
    text(recorder, false, '7\r\n8\r\n');
    recorder.wait(1e6);
    text(recorder, true, 'incr m 1\r\n');
    text(recorder, false, '9\r\n');
    recorder.end();
    const results = recorder.transactions.map(({ keys, status, result }) => [keys[0], status, result]);
    assert.deepEqual(results, [
      ['a', 'miss', undefined],
      ['n', 'unknown', undefined],
      // A hole of three bytes is one answer, or the start of one: then the last request would have got none.
      ['n', 'ok', '7'],
      ['m', 'ok', '8'],
      ['m', 'ok', '9'],
    ]);
  });
});

/** More than is held of what follows such a line. */
const longBlock = Buffer.from('get x\r\n'.repeat(30_000));

/** `set` with flags of which the server 1.6.18 keeps 32 bits, and its block, all but what `until` cuts off. */
function sendLongBlock(recorder: SessionRecorder, until = longBlock.length): void {
  text(recorder, true, `set k 4294967296 0 ${longBlock.length}\r\n`);
  for (let at = 0; at < until; at += 1000) recorder.data(true, longBlock.subarray(at, Math.min(until, at + 1000)));
}

describe('a block longer than what is held, behind a line that some versions refuse', () => {
  it('is taken for a block as long as the server is silent', () => {
    const recorder = new SessionRecorder();
    sendLongBlock(recorder);
    recorder.wait(1e6);
    text(recorder, true, '\r\nget a\r\n');
    text(recorder, false, 'STORED\r\nEND\r\n');
    recorder.end();
    assert.deepEqual(recorder.events, [
      `line set k 4294967296 0 ${longBlock.length}`,
      'line get a',
      `stored: set k flags=4294967296 exptime=0 bytes=${longBlock.length} (${longBlock.length + 29} > 8)`,
      'miss: get a bytes=0 (7 > 5)',
    ]);
    assert.equal(recorder.transactions[0]?.latencyUs, 100, 'from the last byte of the block');
    assert.equal(recorder.anomalies.counts.size, 0);
    assert.equal(recorder.heldBytes, 0);
  });

  it('is one where the limit is reached by what follows it', () => {
    const recorder = new SessionRecorder();
    const size = 100_000;
    text(recorder, true, `set k 4294967296 0 ${size}\r\n${'x'.repeat(size)}\r\n`);
    text(recorder, true, `set l 0 0 ${size}\r\n${'x'.repeat(size)}\r\nget a\r\n`);
    text(recorder, false, 'STORED\r\nSTORED\r\nEND\r\n');
    recorder.end();
    assert.deepEqual(told(recorder), ['set stored', 'set stored', 'get miss']);
    assert.ok(!recorder.events.some((event) => event.startsWith('not understood')));
  });

  it('costs only value bytes where a hole is in it', () => {
    const recorder = new SessionRecorder();
    sendLongBlock(recorder, 180_000);
    recorder.gap(true, longBlock.length - 180_000);
    text(recorder, true, '\r\nget a\r\n');
    text(recorder, false, 'STORED\r\nEND\r\n');
    recorder.end();
    assert.deepEqual(told(recorder), ['set stored', 'get miss']);
  });

  it('is swallowed where the server says, before it has it all, that it is too large', () => {
    for (const until of [50_000, 180_000]) {
      const recorder = new SessionRecorder();
      sendLongBlock(recorder, until);
      text(recorder, false, 'SERVER_ERROR object too large for cache\r\n');
      recorder.data(true, longBlock.subarray(until));
      text(recorder, true, '\r\nget a\r\n');
      text(recorder, false, 'END\r\n');
      recorder.end();
      assert.deepEqual(told(recorder), ['set server_error', 'get miss']);
      assert.ok(!recorder.events.some((event) => event.startsWith('not understood')));
    }
  });

  it('is given up where the server refuses the line after all', () => {
    const recorder = new SessionRecorder();
    sendLongBlock(recorder, 180_000);
    text(recorder, false, 'CLIENT_ERROR bad command line format\r\n');
    recorder.data(true, longBlock.subarray(180_000));
    text(recorder, true, '\r\n');
    text(recorder, false, 'ERROR\r\n');
    recorder.wait(2e6);
    text(recorder, true, 'get a\r\n');
    text(recorder, false, 'END\r\n');
    recorder.end();
    assert.deepEqual(told(recorder), ['set client_error', 'get miss']);
    assert.equal(recorder.transactions[0]?.requestBytes, 27, 'the line alone');
    const passedOver = recorder.events.filter((event) => event.startsWith('not understood client'));
    const bytes = passedOver.reduce((sum, event) => sum + Number(event.split(' ').at(-1)), 0);
    assert.equal(bytes, longBlock.length + 2);
  });
});

describe('values in records', () => {
  it('keeps the first bytes of values, as many as asked for, at every split', () => {
    const request = 'set k 0 0 6\r\nabcdef\r\n';
    const answer = 'VALUE k 0 6\r\nabcdef\r\nEND\r\n';
    for (let at = 1; at < request.length; at++) {
      const recorder = new SessionRecorder(false, 4);
      text(recorder, true, request.slice(0, at));
      text(recorder, true, request.slice(at));
      text(recorder, false, 'STORED\r\n');
      text(recorder, true, 'get k\r\n');
      text(recorder, false, answer.slice(0, at));
      text(recorder, false, answer.slice(at));
      const values = recorder.transactions.map(({ value, valueTruncated }) => [value, valueTruncated]);
      assert.deepEqual(values, [
        ['abcd', true],
        ['abcd', true],
      ]);
    }
  });

  it('does not call a value truncated that was kept whole', () => {
    const recorder = new SessionRecorder(false, 4);
    text(recorder, true, 'set k 0 0 4\r\nabcd\r\n');
    text(recorder, false, 'STORED\r\n');
    assert.deepEqual(
      recorder.transactions.map(({ value, valueTruncated }) => [value, valueTruncated]),
      [['abcd', false]],
    );
  });

  it('leaves what was taken for a user and a password out of the record', () => {
    const recorder = new SessionRecorder(false, 1000);
    recorder.data(true, Buffer.from('set k 0 0 6\r\nsecret\r\n'));
    recorder.data(false, Buffer.from('CLIENT_ERROR bad authentication token format\r\n'));
    recorder.end();
    assert.equal(recorder.transactions.length, 1);
    assert.ok(!JSON.stringify([recorder.events, recorder.transactions]).includes('secret'));
  });

  it('never keeps what may be a user and a password', () => {
    const recorder = new SessionRecorder(false, 100);
    text(recorder, true, 'set key 0 0 10\r\nuser wrong\r\n');
    text(recorder, false, 'CLIENT_ERROR authentication failure\r\n');
    text(recorder, true, 'set key 0 0 12\r\nuser pass');
    text(recorder, true, 'wor\r\n');
    text(recorder, false, 'STORED\r\n');
    text(recorder, true, 'set key 0 0 9\r\ntwo words\r\n');
    text(recorder, false, 'STORED\r\n');
    assert.deepEqual(
      recorder.transactions.map(({ value }) => value),
      [undefined, undefined, 'two words'],
    );
  });
});

describe('errors of which order and words tell whose they are', () => {
  const sessions: readonly (readonly [string, readonly (readonly [boolean, string])[], readonly string[]])[] = [
    [
      'a number that can not be read is no plain ERROR: what stands behind the line was run',
      [
        [true, 'cas a 0 0 2 x noreply\r\nhi\r\nget b\r\n'],
        [false, 'ERROR\r\nEND\r\n'],
        [true, 'get c\r\n'],
        [false, 'END\r\n'],
      ],
      ['cas no_reply', 'hi error', 'get miss', 'get miss'],
    ],
    [
      'an odd size is refused although no answer was asked for, and what follows is run',
      [
        [true, 'set a 0 0 +10 noreply\r\ntoken=1234\r\n'],
        [false, 'CLIENT_ERROR bad command line format\r\nERROR\r\n'],
        [true, 'get c\r\n'],
        [false, 'END\r\n'],
      ],
      ['set client_error', 'token=1234 error', 'get miss'],
    ],
    [
      'or is taken, and nothing said',
      [
        [true, 'set a 0 0 +10 noreply\r\ntoken=1234\r\n'],
        [true, 'get c\r\n'],
        [false, 'END\r\n'],
      ],
      ['set no_reply', 'get miss'],
    ],
  ];
  for (const [name, parts, expected] of sessions) {
    it(name, () => {
      const recorder = new SessionRecorder();
      for (const [fromClient, bytes] of parts) text(recorder, fromClient, bytes);
      recorder.end();
      assert.deepEqual(told(recorder).sort(), [...expected].sort());
    });
  }
});
