import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultLimits, type Limits } from '../../../protocols/limits.ts';
import { Random } from '../../support/random.ts';
import { SessionRecorder } from '../../support/session-recorder.ts';

const get = (key: string): string => `get ${key}\r\n`;
const value = (key: string): string => `VALUE ${key} 0 1\r\nx\r\nEND\r\n`;

function recorderWith(limits: Partial<Limits>, isMidStream = false): SessionRecorder {
  return new SessionRecorder(isMidStream, 0, false, { ...defaultLimits, ...limits });
}

function told(recorder: SessionRecorder): string[] {
  return recorder.transactions.map(({ keys, status }) => `${keys[0]} ${status}`);
}

/** A client that sends on, a hole in what it sends, and then requests that no answer proves. */
function sendsOnBehindHole(recorder: SessionRecorder, requests: number): void {
  for (const line of [get('a'), get('b')]) recorder.data(true, Buffer.from(line));
  recorder.data(false, Buffer.from(value('a')));
  recorder.data(true, Buffer.from(get('c')));
  recorder.gap(true, get('lost').length);
  for (let index = 0; index < requests; index++) recorder.data(true, Buffer.from(get(`k${index}`)));
}

describe('requests behind a hole that nothing proves', () => {
  for (const [limits, anomaly] of [
    [{ tentativeRequests: 10 }, 'tentativeLimit'],
    [{ pendingTotalBytes: 16_384 }, 'pendingTotalLimit'],
  ] as const) {
    it(`are given up at a limit, counted and not told: ${Object.keys(limits)}`, () => {
      const recorder = recorderWith(limits);
      sendsOnBehindHole(recorder, 100);
      assert.ok((recorder.anomalies.counts.get(anomaly) ?? 0) > 0);
      recorder.end();
      assert.deepEqual(
        told(recorder).filter((line) => line.startsWith('k')),
        [],
      );
      assert.ok(!recorder.events.some((event) => event.startsWith('line get k')));
      const read = Array.from({ length: 100 }, (_, index) => get(`k${index}`)).join('').length;
      const passedOver = recorder.events
        .filter((event) => event.startsWith('not understood client'))
        .reduce((sum, event) => sum + Number(event.split(' ').at(-1)), 0);
      assert.equal(passedOver, read, 'all bytes are told as not understood');
      assert.equal(recorder.heldBytes, 0);
    });
  }

  it('are told once a limit is far and their answers come', () => {
    const recorder = recorderWith({});
    sendsOnBehindHole(recorder, 20);
    for (const key of ['b', 'c', 'lost', ...Array.from({ length: 20 }, (_, index) => `k${index}`)]) {
      recorder.data(false, Buffer.from(value(key)));
    }
    recorder.end();
    assert.equal(told(recorder).filter((line) => /^k\d+ hit$/.test(line)).length, 20);
    assert.equal(recorder.heldBytes, 0);
  });
});

describe('a request given up at the limit of pending ones', () => {
  it('leaves its answer to no other, whatever comes', () => {
    const recorder = recorderWith({ pendingRequests: 2 });
    for (const key of ['a', 'b', 'c']) recorder.data(true, Buffer.from(get(key)));
    for (const answer of ['END\r\n', value('b'), value('c')]) recorder.data(false, Buffer.from(answer));
    recorder.end();
    assert.ok(told(recorder).includes('a unknown'));
    assert.deepEqual(
      told(recorder).filter((line) => line.endsWith('miss')),
      [],
    );
    assert.equal(recorder.heldBytes, 0);
  });

  it('while the server is not heard, is not taken for a later one', () => {
    const recorder = recorderWith({ pendingRequests: 2 });
    const set = (key: string): string => `set ${key} 0 0 1\r\nx\r\n`;
    recorder.data(true, Buffer.from(set('a')));
    recorder.data(true, Buffer.from(set('b')));
    recorder.gap(false, 'NOT_'.length);
    recorder.data(true, Buffer.from(set('c')));
    recorder.data(false, Buffer.from('STORED\r\n'));
    recorder.end();
    assert.deepEqual(
      told(recorder).filter((line) => line.endsWith(' stored')),
      [],
    );
  });
});

describe('a connection that was open before the capture and looks binary on one side', () => {
  it('is held up to the limit, and then taken for text', () => {
    const recorder = recorderWith({ recognitionBytes: 4096 }, true);
    for (let index = 0; index < 100; index++) {
      recorder.data(true, Buffer.from([0x80]));
      // Beside it, the text parser keeps the start of a line.
      assert.ok(recorder.heldBytes <= 4096 + 1024);
    }
    assert.ok((recorder.anomalies.counts.get('recognitionLimit') ?? 0) > 0);
    recorder.end();
    assert.equal(recorder.heldBytes, 0);
  });

  it('loses what is held where memory is short, and says how much', () => {
    const recorder = recorderWith({ unfinishedTotalBytes: 1024 }, true);
    recorder.data(true, Buffer.from([0x80]));
    recorder.data(true, Buffer.alloc(12));
    recorder.data(false, Buffer.from([0x81, 0, 0, 0, 0, 0]));
    recorder.data(false, Buffer.alloc(600));
    assert.equal(recorder.heldBytes, 0);
    recorder.end();
    assert.deepEqual(recorder.events, ['not understood client 13', 'not understood server 606']);
  });
});

describe('whatever comes, with holes anywhere and limits that are reached', () => {
  const pieces = [
    ...[
      'get a\r\n',
      'get b c\r\n',
      'set k 0 0 5\r\nhello\r\n',
      'set q 0 0 2 noreply\r\nxy\r\n',
      'mg m v q O7\r\n',
      'mn\r\n',
    ],
    ...[
      'incr n 1\r\n',
      'touch t 0',
      '\r\n',
      'get ',
      `set ${'x'.repeat(251)} 0 0 3\r\n`,
      'set k 4294967296 0 700\r\n',
      'get z\r\n'.repeat(60),
      'abc\r\n',
      'watch\r\n',
      '\x80',
    ],
  ];
  const answers = [
    ...['STORED\r\n', 'END\r\n', value('a'), 'VALUE b 0 3\r\nab', 'c\r\nEND\r\n', 'NOT_STORED\r\n', '17\r\n', 'MN\r\n'],
    ...['VA 2 O7\r\nxy\r\n', 'EN\r\n', 'ERROR\r\n', 'CLIENT_ERROR line too long\r\n', 'STO', 'ts=1.5 x\n', '\x81'],
  ];

  it('the budgets of memory hold nothing once the connection has ended', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const random = new Random(seed);
      const limits = {
        ...{ pendingRequests: 2 + (seed % 5), pendingTotalBytes: 2000 * (1 + (seed % 4)), tentativeRequests: 3 },
        ...{ doubtfulBytes: 600, unfinishedTotalBytes: 900, recognitionBytes: 2000 },
      };
      const recorder = recorderWith(seed % 2 === 0 ? limits : {}, seed % 3 === 0);
      for (let step = 0; step < 120; step++) {
        const fromClient = random.chance(0.5);
        if (random.chance(0.08)) recorder.gap(fromClient, random.between(1, 30));
        else {
          const choices = fromClient ? pieces : answers;
          const count = random.between(1, 3);
          const parts = Array.from({ length: count }, () => random.pick(choices));
          recorder.data(fromClient, Buffer.from(parts.join(''), 'latin1'));
        }
        if (random.chance(0.05)) recorder.wait(2e6);
      }
      recorder.end();
      assert.equal(recorder.heldBytes, 0, `seed ${seed}`);
    }
  });
});
