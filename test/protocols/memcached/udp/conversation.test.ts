import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AnomalyCounters } from '../../../../protocols/anomaly.ts';
import { defaultLimits, type Limits } from '../../../../protocols/limits.ts';
import { memcached } from '../../../../protocols/memcached/protocol.ts';
import type { AnswerComes, Arrival, ConnectionInfo, DatagramProtocol } from '../../../../protocols/protocol.ts';
import { SessionMemory } from '../../../../protocols/session-memory.ts';
import { outcomeText } from '../../../support/outcome-text.ts';
import { Random } from '../../../support/random.ts';
import { answerFrames, frame, fullPayload } from '../../../support/udp-conversation.ts';

const connection: ConnectionInfo = {
  id: 1,
  transport: 'udp',
  family: 4,
  clientPort: 40_000,
  serverPort: 11_211,
  startedMidStream: false,
  openedUs: 0,
  client: '0.0.0.1:40000',
  server: '0.0.0.2:11211',
};

/** One flow fed by hand, a packet a microsecond; it writes down what it is told. */
class Flow {
  readonly events: string[] = [];
  readonly anomalies = new AnomalyCounters();
  readonly arrival: Arrival = { timeUs: 1000, packet: 0, acknowledged: -1 };
  readonly #protocol: DatagramProtocol;
  readonly #session;

  constructor(limits: Partial<Limits> = {}, answerComes: AnswerComes = () => false) {
    const side = (fromClient: boolean): string => (fromClient ? 'client' : 'server');
    const allLimits = { ...defaultLimits, ...limits };
    this.#protocol = memcached.datagrams?.({
      limits: allLimits,
      anomalies: this.anomalies,
      memory: new SessionMemory(allLimits, this.anomalies),
      keepValueBytes: 4,
      recognized: undefined,
      events: {
        commandLine: () => {},
        dataBlock: () => {},
        transaction: (_, transaction) => {
          const { line, status, packet, value } = transaction;
          this.events.push(
            [`#${packet} ${line}: ${status}`, outcomeText(transaction), value].filter(Boolean).join(' '),
          );
        },
        gap: (_, fromClient, length) => this.events.push(`missing ${side(fromClient)} ${length}`),
        notUnderstood: (_, fromClient, length) => this.events.push(`not understood ${side(fromClient)} ${length}`),
        unasked: (_, { text }) => this.events.push(`unasked ${text}`),
        passedOver: () => {},
        unfinished: (_, fromClient, length) => this.events.push(`unfinished ${side(fromClient)} ${length}`),
      },
    }) as DatagramProtocol;
    this.#session = this.#protocol.open(connection, answerComes);
  }

  request(id: number, commands: string | Buffer): this {
    return this.send(true, frame(id, 0, 1, commands));
  }

  /** A message of the server's, of which the datagrams come in this order. */
  answer(id: number, text: string, order?: readonly number[]): this {
    const frames = answerFrames(id, text);
    for (const sequence of order ?? frames.keys()) this.send(false, frames[sequence] as Buffer);
    return this;
  }

  /** `captured` bytes of it were; `identification` is IP's number for it. */
  send(fromClient: boolean, payload: Buffer, captured = payload.length, identification = 0): this {
    this.arrival.packet++;
    this.arrival.timeUs++;
    const bytes = Buffer.concat([Buffer.from('<head>'), payload.subarray(0, captured), Buffer.from('<tail>')]);
    const { length } = payload;
    this.#session.datagram(fromClient, { bytes, start: 6, end: 6 + captured, length, identification }, this.arrival);
    // The buffer is borrowed: what was held must not change with it.
    bytes.fill('!');
    return this;
  }

  /** A datagram of the server's once more. */
  doubled(payload: Buffer): this {
    this.arrival.packet++;
    const { length } = payload;
    this.#session.doubled(false, { bytes: payload, start: 0, end: length, length, identification: 0 }, this.arrival);
    return this;
  }

  wait(seconds: number): this {
    this.arrival.timeUs += seconds * 1e6;
    return this;
  }

  end(): this {
    this.arrival.packet++;
    this.#session.end('end_of_capture', this.arrival);
    return this;
  }

  take(): string[] {
    return this.events.splice(0);
  }

  /** The lines of the requests that are due an answer. */
  waiting(): string[] {
    const lines: string[] = [];
    this.#session.waiting(({ line }) => lines.push(line));
    return lines;
  }
}

function value(key: string, length: number, end = 'END\r\n'): string {
  return `VALUE ${key} 0 ${length}\r\n${'v'.repeat(length)}\r\n${end}`;
}

describe('answers over UDP', () => {
  test('requests under their ids, answered in any order', () => {
    const flow = new Flow().request(1, 'get a\r\n').request(2, 'set b 0 0 1\r\nx\r\n').answer(2, 'STORED\r\n');
    assert.deepEqual(flow.answer(1, value('a', 3)).take(), [
      '#2 set b 0 0 1: stored STORED x',
      '#1 get a: hit hit 3 bytes vvv',
    ]);
  });

  test('of several requests, those wait that are not answered', () => {
    const flow = new Flow().request(1, 'get a\r\nget b\r\n').request(2, 'get c\r\n').answer(2, value('c', 3));
    assert.deepEqual(flow.waiting(), ['get a', 'get b']);
    assert.deepEqual(flow.answer(1, value('a', 3)).waiting(), ['get b']);
  });

  test('datagrams of one answer in any order, each any number of times', () => {
    const random = new Random(1);
    for (let turn = 0; turn < 200; turn++) {
      const length = random.between(0, 5 * fullPayload);
      const count = answerFrames(0, value('a', length)).length;
      const order = Array.from({ length: count }, (_, index) => index);
      for (let extra = random.below(3); extra > 0; extra--) order.push(random.below(count));
      order.sort(() => random.below(3) - 1);
      const flow = new Flow().request(turn, 'get a\r\n').answer(turn, value('a', length), order);
      const [told, ...others] = flow.end().take();
      assert.match(told as string, new RegExp(`^#1 get a: hit hit ${length} bytes`));
      assert.deepEqual(others, []);
      assert.equal(flow.anomalies.counts.size, 0);
    }
  });

  test('several commands in a datagram, each with a message of its own', () => {
    const flow = new Flow().request(1, 'get a\r\nget b\r\nset c 0 0 1 noreply\r\nx\r\nincr n 1\r\n');
    flow.answer(1, 'END\r\n').answer(1, 'END\r\n').answer(1, '7\r\n').answer(1, '7\r\n');
    assert.deepEqual(flow.end().take(), [
      '#1 set c 0 0 1 noreply: no_reply x',
      '#1 get a: miss miss',
      '#1 get b: miss miss',
      '#1 incr n 1: ok 7',
    ]);
  });

  test('a message for each value, the values in any order, the end with the last of them', () => {
    const parts = [value('a', 10, ''), value('b', 3000, ''), value('c', 1), value('a', 10, '')];
    for (const [first, second, third] of [
      [0, 1, 2],
      [1, 0, 2],
    ] as const) {
      const flow = new Flow().request(1, 'get a b none c\r\n');
      for (const part of [first, second, third]) flow.answer(1, parts[part] as string);
      assert.deepEqual(flow.take(), ['#1 get a b none c: partial 3 hits 1 miss, 3011 bytes vvvv']);
    }
  });

  test('the end before a value: waits where the look-ahead knows of one', () => {
    let coming = 1;
    const flow = new Flow({}, () => coming-- > 0).request(1, 'get a b\r\n').answer(1, 'END\r\n');
    assert.deepEqual(flow.take(), []);
    assert.deepEqual(flow.answer(1, value('b', 2, '')).take(), ['#1 get a b: partial 1 hit 1 miss, 2 bytes vv']);
  });

  test('what seemed to come was there before: nothing waits for it', () => {
    let coming = 1;
    const flow = new Flow({}, () => coming-- > 0).request(1, 'get a b\r\n').answer(1, 'END\r\n');
    assert.deepEqual(flow.take(), []);
    assert.deepEqual(flow.doubled(frame(1, 0, 1, 'END\r\n')).take(), ['#1 get a b: miss 0 hits 2 misses, 0 bytes']);
  });

  test('one message for all, as before version 1.6', () => {
    const flow = new Flow().request(1, 'get a b\r\nget c\r\n');
    flow.answer(1, `${value('a', 2000, '')}${value('b', 1)}END\r\n`, [1, 0]);
    assert.deepEqual(flow.take(), ['#1 get a b: hit 2 hits 0 misses, 2001 bytes vvvv', '#1 get c: miss miss']);
  });

  test('binary', () => {
    const key = Buffer.from('800000010000000000000001000000070000000000000000'.concat('61'), 'hex');
    const answer = Buffer.from('8100000004000000000000070000000700000000000000010000000078797a', 'hex');
    const flow = new Flow().request(1, key).send(false, frame(1, 0, 1, answer));
    assert.match(flow.take().join(), /: hit hit 3 bytes xyz$/);
  });

  test('an answer captured before its request', () => {
    const flow = new Flow().answer(1, value('a', 2000), [1, 0]).request(1, 'get a\r\n');
    assert.deepEqual(flow.end().take(), ['#3 get a: hit hit 2000 bytes vvvv']);
    assert.equal(flow.anomalies.counts.size, 0);
  });

  test('an answer of which the request was never captured is counted', () => {
    const flow = new Flow().answer(1, value('a', 2000)).end();
    assert.deepEqual(flow.take(), []);
    assert.deepEqual([...flow.anomalies.counts], [['unaskedAnswer', 1]]);
  });
});

describe('repeated and lost datagrams', () => {
  test('a request sent again before its answer, and answered twice, is one', () => {
    const flow = new Flow().request(1, 'incr n 1\r\n').wait(1).request(1, 'incr n 1\r\n');
    flow.answer(1, '7\r\n').answer(1, '8\r\n');
    assert.deepEqual(flow.end().take(), ['#1 incr n 1: ok 7']);
  });

  test('a request sent again in a datagram of another number is another one: answered in their order', () => {
    const again = (flow: Flow, identification: number): Flow =>
      flow.send(true, frame(1, 0, 1, 'incr n 1\r\n'), undefined, identification);
    const flow = again(again(again(new Flow(), 7), 8), 7)
      .answer(1, '7\r\n')
      .answer(1, '8\r\n');
    assert.deepEqual(flow.take(), ['#1 incr n 1: ok 7', '#2 incr n 1: ok 8']);
    assert.deepEqual(again(again(flow, 9), 10).answer(1, '9\r\n').end().take(), [
      '#6 incr n 1: ok 9',
      '#7 incr n 1: unanswered',
    ]);
    assert.equal(flow.anomalies.counts.size, 0);
  });

  test('another request ends all that were sent again', () => {
    const flow = new Flow();
    for (const identification of [1, 2, 3]) flow.send(true, frame(1, 0, 1, 'get a\r\n'), undefined, identification);
    assert.deepEqual(flow.request(1, 'get b\r\n').take(), [
      '#1 get a: unanswered',
      '#2 get a: unanswered',
      '#3 get a: unanswered',
    ]);
  });

  test('the same request after its answer is another one', () => {
    const flow = new Flow().request(1, 'incr n 1\r\n').answer(1, '7\r\n').request(1, 'incr n 1\r\n').answer(1, '8\r\n');
    assert.deepEqual(flow.take(), ['#1 incr n 1: ok 7', '#3 incr n 1: ok 8']);
  });

  test('another request under the same id ends the one before', () => {
    const flow = new Flow().request(1, 'get a\r\n').request(1, 'get b\r\n').answer(1, 'END\r\n');
    assert.deepEqual(flow.take(), ['#1 get a: unanswered', '#2 get b: miss miss']);
  });

  test('nothing is lost before it is proven: by the id, by time, by the end', () => {
    const flow = new Flow().request(1, 'get a\r\n').answer(1, value('a', 4000), [0, 2]).request(2, 'get b\r\n');
    assert.deepEqual(flow.take(), []);
    flow.request(1, 'get c\r\n');
    assert.deepEqual(flow.take(), ['missing server 1392', '#1 get a: hit hit 4000 bytes vvvv']);
    flow.wait(61).request(3, 'get d\r\n');
    assert.deepEqual(flow.take(), ['#4 get b: unanswered', '#5 get c: unanswered']);
    assert.deepEqual(flow.end().take(), ['#6 get d: unanswered']);
  });

  test('the last datagram lost: its length follows from the value', () => {
    const whole = value('a', 3000);
    const flow = new Flow().request(1, 'get a\r\n').answer(1, whole, [0, 1]).end();
    assert.deepEqual(flow.take(), [
      `missing server ${whole.length - 2 * fullPayload}`,
      '#1 get a: hit hit 3000 bytes vvvv',
    ]);
  });

  test('the last datagram of one value of several lost: the others are told', () => {
    const first = value('a', 3000, '');
    const flow = new Flow().request(1, 'get a b\r\n').answer(1, first, [0, 1]).answer(1, value('b', 3)).end();
    assert.deepEqual(flow.take(), [
      `missing server ${first.length - 2 * fullPayload}`,
      '#1 get a b: hit 2 hits 0 misses, 3003 bytes vvvv',
    ]);
  });

  test('the first datagram lost: the answer is unknown, nothing is made up', () => {
    const text = `VALUE a 0 4000\r\n${'\r\nEND\r\n'.repeat(1000).slice(0, 4000)}\r\nEND\r\n`;
    const flow = new Flow().request(1, 'get a\r\n').answer(1, text, [1, 2]).end();
    assert.deepEqual(flow.take(), [
      'missing server 1392',
      `not understood server ${fullPayload}`,
      `not understood server ${text.length - 2 * fullPayload}`,
      '#1 get a: unknown',
    ]);
  });

  test('cut by the snapshot length', () => {
    const whole = answerFrames(1, value('a', 500))[0] as Buffer;
    const flow = new Flow().request(1, 'get a\r\n').send(false, whole, 100);
    assert.deepEqual(flow.take(), [`missing server ${whole.length - 100}`, '#1 get a: hit hit 500 bytes vvvv']);
    assert.deepEqual(
      flow
        .send(true, frame(2, 0, 1, 'get b\r\n'), 5)
        .end()
        .take(),
      ['missing client 15'],
    );
  });
});

describe('what is not executed, or no frame at all', () => {
  test('is told with its size', () => {
    const flow = new Flow();
    flow
      .send(true, Buffer.from('abc'))
      .send(true, frame(1, 0, 2, 'get a\r\n'))
      .send(true, frame(1, 0, 0, 'get a\r\n'));
    flow
      .send(false, frame(1, 1, 1, 'END\r\n'))
      .send(false, Buffer.alloc(9, 1))
      .request(3, '');
    assert.deepEqual(flow.end().take(), [
      'not understood client 3',
      'not understood client 15',
      'not understood client 15',
      'not understood server 13',
      'not understood server 9',
      'not understood client 8',
    ]);
  });

  test('a command that goes on behind its datagram', () => {
    const flow = new Flow().request(1, 'get a').request(2, 'get b\r\nset c 0 0 9\r\nfive').answer(2, 'END\r\n');
    assert.deepEqual(flow.take(), ['not understood client 5', '#2 get b: miss miss']);
    assert.deepEqual(flow.end().take(), ['not understood client 17']);
  });

  test('the server looks at nothing of the header but the total', () => {
    const header = Buffer.from('0001000300010007', 'hex');
    const flow = new Flow().send(true, Buffer.concat([header, Buffer.from('get a\r\n')])).answer(1, 'END\r\n');
    assert.deepEqual(flow.take(), ['#1 get a: miss miss']);
  });

  test('quit is answered by a header alone', () => {
    const flow = new Flow().request(1, 'quit\r\n').send(false, frame(1, 0, 0, ''));
    assert.deepEqual(flow.end().take(), ['#1 quit: no_reply']);
    assert.equal(flow.anomalies.counts.size, 0);
  });
});

describe('limits', () => {
  test('requests', () => {
    const flow = new Flow({ udpRequests: 2 });
    for (let id = 1; id <= 4; id++) flow.request(id, `get k${id}\r\n`);
    assert.deepEqual(flow.take(), ['#1 get k1: unanswered', '#2 get k2: unanswered']);
    assert.deepEqual([...flow.anomalies.counts], [['udpRequestLimit', 2]]);
  });

  test('held bytes', () => {
    const flow = new Flow({ udpHeldBytes: 10_000 });
    for (let id = 1; id <= 3; id++) flow.request(id, 'get a\r\n').answer(id, value('a', 4000), [1]);
    assert.deepEqual(flow.take(), [
      'missing server 1392',
      'not understood server 1392',
      'missing server 1392',
      '#1 get a: unknown',
    ]);
    assert.deepEqual([...flow.anomalies.counts], [['udpRequestLimit', 1]]);
  });
});
