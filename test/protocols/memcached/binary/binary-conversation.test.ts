import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodePacket } from '../../../support/binary-messages.ts';
import { outcomeText } from '../../../support/outcome-text.ts';
import { SessionRecorder } from '../../../support/session-recorder.ts';

/** A client that waits for each answer before it asks again. */
const exchanges: readonly { request: string; answer: string; told: string }[] = [
  { request: 'get key=a opaque=1', answer: 'get flags=0 value=x opaque=1', told: 'get hit' },
  { request: 'set key=b flags=0 exptime=0 value=abc opaque=2', answer: 'set opaque=2', told: 'set stored' },
  {
    request: 'increment key=n delta=1 initial=0 exptime=0 opaque=3',
    answer: 'increment number=5 opaque=3',
    told: 'increment ok',
  },
  { request: 'stat opaque=4', answer: 'stat key=pid value=1 opaque=4 | stat opaque=4', told: 'stat ok' },
  { request: 'delete key=a opaque=5', answer: 'delete opaque=5', told: 'delete deleted' },
  {
    request: 'touch key=c exptime=5 opaque=6',
    answer: 'touch status=1 value=Not\\sfound opaque=6',
    told: 'touch not_found',
  },
];

const others = exchanges.map(({ told }) => told);

function told(recorder: SessionRecorder): string[] {
  return recorder.transactions.map(({ command, status }) => `${command} ${status}`);
}

function client(recorder: SessionRecorder, text: string): void {
  recorder.data(true, encodePacket(true, text));
}

function server(recorder: SessionRecorder, text: string): void {
  recorder.data(false, encodePacket(false, text));
}

function lose(recorder: SessionRecorder, fromClient: boolean, text: string): void {
  recorder.gap(fromClient, encodePacket(fromClient, text).length);
}

/** The opaques are those of the exchanges, or 0 in all. */
function converse(lost: number, losesRequest: boolean, losesAnswer: boolean, hasOpaques: boolean): SessionRecorder {
  const recorder = new SessionRecorder();
  for (const [index, exchange] of exchanges.entries()) {
    const [request, answer] = [exchange.request, exchange.answer].map((text) =>
      hasOpaques ? text : text.replaceAll(/ opaque=\d+/g, ''),
    ) as [string, string];
    if (index === lost && losesRequest) lose(recorder, true, request);
    else client(recorder, request);
    if (index === lost && losesAnswer) lose(recorder, false, answer);
    else server(recorder, answer);
  }
  recorder.end();
  return recorder;
}

/** Bytes of the client's that were said not to be understood. */
function notUnderstood(recorder: SessionRecorder): number {
  return recorder.events
    .filter((event) => event.startsWith('not understood client'))
    .reduce((sum, event) => sum + Number(event.split(' ').at(-1)), 0);
}

describe('a binary session with holes', () => {
  for (const hasOpaques of [true, false]) {
    const opaques = hasOpaques ? 'opaques that count' : 'opaque 0 in all';
    for (const [lost, { told: lostWords }] of exchanges.entries()) {
      const next = exchanges[lost + 1];

      /** The request behind the hole may go on in a value of a request in it. */
      function assertNextIsDoubted(recorder: SessionRecorder): void {
        assert.deepEqual(told(recorder), others.toSpliced(lost, 2));
        const length = next === undefined ? 0 : encodePacket(true, next.request).length;
        assert.equal(notUnderstood(recorder), length);
      }

      it(`tells all other exchanges when request ${lost + 1} is lost, with ${opaques}`, () => {
        assert.deepEqual(told(converse(lost, true, false, hasOpaques)), others.toSpliced(lost, 1));
      });

      it(`tells all others when answer ${lost + 1} is lost, and that one as unknown, with ${opaques}`, () => {
        const unknown = `${lostWords.split(' ')[0]} unknown`;
        assert.deepEqual(told(converse(lost, false, true, hasOpaques)), others.toSpliced(lost, 1, unknown));
      });

      it(`tells all but the next when request and answer ${lost + 1} are lost, with ${opaques}`, () => {
        assertNextIsDoubted(converse(lost, true, true, hasOpaques));
      });
    }
  }

  it('costs only value bytes when the hole lies inside a value', () => {
    const recorder = new SessionRecorder();
    const request = encodePacket(true, 'set key=k flags=0 exptime=0 value=0123456789');
    recorder.data(true, request.subarray(0, -8));
    recorder.gap(true, 6);
    recorder.data(true, request.subarray(-2));
    server(recorder, 'set');
    client(recorder, 'get key=k');
    const answer = encodePacket(false, 'get flags=3 value=0123456789');
    recorder.data(false, answer.subarray(0, -10));
    recorder.gap(false, 10);
    recorder.end();
    assert.deepEqual(told(recorder), ['set stored', 'get hit']);
    assert.equal(recorder.transactions[1]?.bytes, 10);
  });

  it('keeps its place when the hole begins behind a header: a snapshot length cuts every packet', () => {
    const recorder = new SessionRecorder();
    const traffic: [boolean, string][] = [
      [true, 'get key=userId opaque=1'],
      [false, 'get flags=5 value=1234 opaque=1'],
      [true, 'noop opaque=2'],
      [false, 'noop opaque=2'],
      [true, 'version opaque=3'],
      [false, 'version value=1.6.18 opaque=3'],
    ];
    for (const [fromClient, text] of traffic) {
      const bytes = encodePacket(fromClient, text);
      recorder.data(fromClient, bytes.subarray(0, 26));
      if (bytes.length > 26) recorder.gap(fromClient, bytes.length - 26);
    }
    recorder.end();
    assert.deepEqual(told(recorder), ['noop ok', 'version ok'], 'the key of the first is not known');
    assert.equal(recorder.transactions[1]?.result, undefined, 'nor is the rest of the version');
  });

  it('has no times that the end of a value would tell, where that was never captured', () => {
    const recorder = new SessionRecorder();
    const set = encodePacket(true, 'set key=a value=hello opaque=1');
    recorder.data(true, set.subarray(0, set.length - 3));
    recorder.gap(true, 3);
    server(recorder, 'set opaque=1');
    client(recorder, 'get key=a opaque=2');
    const answer = encodePacket(false, 'get value=hello opaque=2');
    recorder.data(false, answer.subarray(0, answer.length - 3));
    recorder.gap(false, 3);
    recorder.end();
    assert.deepEqual(told(recorder), ['set stored', 'get hit']);
    assert.deepEqual(
      recorder.transactions.map(({ latencyUs, endUs }) => [latencyUs, endUs]),
      [
        [-1, 300],
        [100, -1],
      ],
    );
  });

  it('reads no request in a value whose header was lost', () => {
    const recorder = new SessionRecorder();
    client(recorder, 'version opaque=1');
    server(recorder, 'version value=1.6.18 opaque=1');
    recorder.gap(true, 33);
    for (let segment = 0; segment < 100; segment++) client(recorder, 'get key=x opaque=2');
    server(recorder, 'set opaque=2');
    for (let opaque = 3; opaque < 12; opaque++) {
      client(recorder, `get key=k${opaque} opaque=${opaque}`);
      server(recorder, `get status=1 opaque=${opaque}`);
    }
    recorder.wait(2e6);
    client(recorder, 'get key=again opaque=12');
    server(recorder, 'get status=1 opaque=12');
    recorder.end();
    assert.deepEqual(
      recorder.transactions.map(({ command, keys }) => [command, ...keys].join(' ')),
      ['version', 'get again'],
      'what is sent when nothing can be under way is told again',
    );
    assert.equal(recorder.transactions.at(-1)?.status, 'miss');
    assert.ok(!recorder.events.includes('line get x'));
  });

  it('begins in the middle of a value, behind which the answer to it and the next opaque show that opaques count', () => {
    for (const value of [`\x80${'v'.repeat(299)}`, `get a\r\n${'v'.repeat(80)}`]) {
      const recorder = new SessionRecorder(true);
      recorder.data(true, Buffer.from(value, 'latin1'));
      server(recorder, 'set opaque=1');
      for (const [index, key] of ['a', 'b', 'c'].entries()) {
        client(recorder, `get key=${key} opaque=${index + 2}`);
        server(recorder, `get flags=0 value=x opaque=${index + 2}`);
      }
      recorder.end();
      assert.deepEqual(
        recorder.transactions.map(({ keys, status }) => `${keys[0]} ${status}`),
        ['a hit', 'b hit', 'c hit'],
      );
    }
  });

  it('reads no request in a value whose header was lost, although it guesses the opaque', () => {
    for (const segments of [1, 2, 3, 10]) {
      const recorder = new SessionRecorder();
      for (let opaque = 1; opaque < 5; opaque++) {
        client(recorder, `get key=k${opaque} opaque=${opaque}`);
        server(recorder, `get status=1 opaque=${opaque}`);
      }
      recorder.gap(true, 33);
      for (let segment = 0; segment < segments; segment++) client(recorder, 'set key=evil value=xxx opaque=5');
      server(recorder, 'set opaque=5');
      for (let opaque = 6; opaque < 20; opaque++) {
        client(recorder, `get key=k${opaque} opaque=${opaque}`);
        server(recorder, `get status=1 opaque=${opaque}`);
      }
      recorder.end();
      assert.ok(!recorder.events.some((event) => event.includes('evil')), `${segments} segments`);
      assert.equal(recorder.transactions.at(-1)?.keys[0], 'k19', `${segments} segments`);
    }
  });

  it('reads no answer in a value whose header was lost', () => {
    const recorder = new SessionRecorder();
    client(recorder, 'get key=a opaque=1');
    recorder.gap(false, 28);
    server(recorder, 'get status=1 opaque=1');
    server(recorder, 'get status=1 opaque=1');
    client(recorder, 'get key=b opaque=2');
    server(recorder, 'get status=1 opaque=2');
    recorder.end();
    assert.deepEqual(told(recorder), ['get unknown', 'get miss']);
  });

  it('pairs a quiet request before a hole only where its opaque can be no other one', () => {
    for (const [opaques, expected] of [
      [
        [7, 8, 9],
        ['noop ok', 'getq miss', 'getq hit'],
      ],
      [
        [0, 0, 0],
        ['noop ok', 'getq unknown', 'getq unknown'],
      ],
    ] as const) {
      const recorder = new SessionRecorder();
      client(recorder, `noop opaque=${opaques[0]}`);
      server(recorder, `noop opaque=${opaques[0]}`);
      client(recorder, `getq key=a opaque=${opaques[1]} | getq key=b opaque=${opaques[2]}`);
      recorder.gap(true, 50);
      server(recorder, `getq flags=0 value=x opaque=${opaques[2]}`);
      recorder.end();
      assert.deepEqual(told(recorder), expected);
    }
  });

  it('does not say that a quiet get missed when its answer may lie in a hole', () => {
    const recorder = new SessionRecorder();
    client(recorder, 'getkq key=a opaque=1 | getkq key=b opaque=2 | noop opaque=3');
    lose(recorder, false, 'getkq key=a flags=0 value=x opaque=1');
    server(recorder, 'noop opaque=3');
    client(recorder, 'getkq key=c opaque=4 | noop opaque=5');
    server(recorder, 'noop opaque=5');
    client(recorder, 'getkq key=d opaque=6 | noop opaque=7');
    server(recorder, 'noop opaque=7');
    recorder.end();
    const statuses = recorder.transactions.map(({ keys, status }) => `${keys[0] ?? 'noop'} ${status}`);
    assert.deepEqual(statuses.slice(0, 3), ['a unknown', 'b unknown', 'noop unknown']);
    assert.deepEqual(statuses.slice(-2), ['d miss', 'noop ok']);
  });
});

describe('what an annotation says of a binary answer', () => {
  const answers: readonly [request: string, answer: string, outcome: string][] = [
    ['get key=k', 'get flags=0 value=1234', 'hit 4 bytes'],
    ['get key=k', 'get status=1', 'miss'],
    ['set key=k flags=0 exptime=0 value=v', 'set', 'STORED'],
    ['add key=k flags=0 exptime=0 value=v', 'add status=2', 'EXISTS'],
    ['append key=k value=v', 'append status=5', 'NOT_STORED'],
    ['delete key=k', 'delete', 'DELETED'],
    ['touch key=k exptime=0', 'touch flags=0', 'TOUCHED'],
    ['touch key=k exptime=0', 'touch status=1', 'NOT_FOUND'],
    ['increment key=k delta=1 initial=0 exptime=0', 'increment number=42', '42'],
    ['increment key=k delta=1 initial=0 exptime=0', 'increment status=6', 'DELTA_BADVAL'],
    ['noop', 'noop', 'OK'],
    ['version', 'version value=1.6.18', 'VERSION 1.6.18'],
    ['stat', 'stat key=a value=1 | stat key=b value=2 | stat', '2 lines'],
    ['sasl_list_mechs', 'sasl_list_mechs value=PLAIN\\sSCRAM-SHA-1', 'PLAIN SCRAM-SHA-1'],
    ['sasl_auth key=PLAIN value=x', 'sasl_auth value=Authenticated', 'OK'],
    ['0x5f', '0x5f status=0x81', 'UNKNOWN_COMMAND'],
    ['get key=k', 'get status=0x99', '0x0099'],
  ];
  for (const [request, answer, outcome] of answers) {
    it(`${request} => ${outcome}`, () => {
      const recorder = new SessionRecorder();
      client(recorder, request);
      server(recorder, answer);
      recorder.end();
      assert.deepEqual(recorder.transactions.map(outcomeText), [outcome]);
    });
  }
});

describe('values and credentials of binary records', () => {
  it('keeps the first bytes of values, as many as asked for, at every split', () => {
    const request = encodePacket(true, 'set key=k flags=0 exptime=0 value=abcdef');
    const answer = encodePacket(false, 'get flags=0 value=abcdef');
    for (let at = 1; at < answer.length; at++) {
      const recorder = new SessionRecorder(false, 4);
      recorder.data(true, request.subarray(0, at));
      recorder.data(true, request.subarray(at));
      server(recorder, 'set');
      client(recorder, 'get key=k');
      recorder.data(false, answer.subarray(0, at));
      recorder.data(false, answer.subarray(at));
      const values = recorder.transactions.map(({ value, valueTruncated }) => [value, valueTruncated]);
      assert.deepEqual(values, [
        ['abcd', true],
        ['abcd', true],
      ]);
    }
  });

  it('keeps no part of a SASL exchange, whatever is asked for', () => {
    const recorder = new SessionRecorder(false, 1000);
    client(recorder, 'sasl_auth key=PLAIN value=\\x00user\\x00secret');
    server(recorder, 'sasl_auth status=0x21 value=secret');
    client(recorder, 'sasl_step key=PLAIN value=secret');
    server(recorder, 'sasl_step value=secret');
    client(recorder, 'sasl_step key=\\x00user\\x00secret value=secret');
    server(recorder, 'sasl_step status=0x20 value=secret');
    client(recorder, '0x5f value=secret');
    server(recorder, '0x5f status=0x81 value=secret');
    recorder.end();
    assert.equal(recorder.transactions.length, 4);
    assert.ok(!JSON.stringify([recorder.events, recorder.transactions]).includes('secret'));
  });
});
