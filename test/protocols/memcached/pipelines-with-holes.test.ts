import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SessionRecorder } from '../../support/session-recorder.ts';

/** A client that keeps two requests under way, told of as `key status` with the latency where there is one. */
class Pipeline {
  readonly recorder: SessionRecorder;

  constructor(isMidStream = false) {
    this.recorder = new SessionRecorder(isMidStream);
  }

  client(...lines: string[]): this {
    for (const line of lines) this.recorder.data(true, Buffer.from(line));
    return this;
  }

  server(...lines: string[]): this {
    for (const line of lines) this.recorder.data(false, Buffer.from(line));
    return this;
  }

  /** These bytes were sent, and never captured. */
  lostByClient(bytes: string): this {
    this.recorder.gap(true, bytes.length);
    return this;
  }

  lostByServer(bytes: string): this {
    this.recorder.gap(false, bytes.length);
    return this;
  }

  told(): string[] {
    this.recorder.end();
    return this.recorder.transactions.map(({ keys, status, answerUs }) => {
      return `${keys[0]} ${status}${status !== 'unknown' && answerUs < 0 ? ' without latency' : ''}`;
    });
  }
}

const set = (key: string): string => `set ${key} 0 0 1\r\nx\r\n`;
const get = (key: string): string => `get ${key}\r\n`;
const value = (key: string): string => `VALUE ${key} 0 1\r\nx\r\nEND\r\n`;
const stored = 'STORED\r\n';

describe('a pipeline with a hole in its answers', () => {
  it('loses only the answer that fills the hole', () => {
    const pipeline = new Pipeline().client(set('a'), set('b')).server(stored).client(set('c'));
    pipeline.lostByServer(stored).client(set('d')).server(stored).client(set('e')).server(stored, stored);
    assert.deepEqual(pipeline.told(), ['a stored', 'b unknown', 'c stored', 'd stored', 'e stored']);
  });

  it('tells from the keys which answers were lost', () => {
    const pipeline = new Pipeline().client(get('a'), get('b'), get('c')).server('END\r\n').client(get('d'));
    pipeline.lostByServer(value('b')).client(get('e')).server('END\r\n', value('d'), value('e'));
    assert.deepEqual(pipeline.told(), ['a miss', 'b unknown', 'c miss', 'd hit', 'e hit']);
  });

  it('takes the tail of NOT_STORED for no answer', () => {
    const pipeline = new Pipeline().client(set('a'), 'add b 0 0 1\r\nx\r\n', 'add c 0 0 1\r\nx\r\n');
    pipeline.lostByServer(`${stored}NOT_`).server(stored).client(set('d')).server('NOT_STORED\r\n', stored);
    assert.deepEqual(
      pipeline.told().filter((line) => /^[bc] stored/.test(line)),
      [],
    );
  });
});

describe('a pipeline that was under way when the capture began', () => {
  const keys = Array.from({ length: 12 }, (_, index) => `k${index}`);

  it('gives no answer to an earlier request to one that was captured', () => {
    const pipeline = new Pipeline(true).client(set('a'), set('b'));
    pipeline.server(stored, stored, 'NOT_STORED\r\n', 'NOT_STORED\r\n');
    for (const key of keys) pipeline.client(get(key)).server(value(key));
    // What stands before the first that an answer names may be a value's bytes.
    const hits = keys.map((key) => `${key} hit`);
    assert.deepEqual(pipeline.told(), hits);
  });

  it('is paired once answers name one request behind the other', () => {
    const pipeline = new Pipeline(true).client(get('k0')).server(value('old'));
    for (const [index, key] of keys.entries()) {
      pipeline
        .client(get(keys[index + 1] ?? 'last'))
        .server(index === 0 ? value('older') : value(keys[index - 1] ?? ''));
      assert.equal(pipeline.recorder.transactions.length, index < 8 ? 0 : index, key);
    }
  });

  it('is paired once requests from before the capture are answered no more', () => {
    const pipeline = new Pipeline(true).client(get('a'), get('b')).server('END\r\n').client(get('c'));
    pipeline.recorder.wait(1.1e6);
    pipeline.server('END\r\n').client(get('d')).server(value('c'), value('d'));
    assert.deepEqual(pipeline.told().slice(-2), ['c hit', 'd hit']);
  });
});

describe('a pipeline with a hole in its requests', () => {
  // Only a segment that is as long as TCP makes them may end in the middle of what was written.
  for (const [lost, next] of [
    ['lost', ['next']],
    ['lost'.padEnd(600, 't'), []],
  ] as const) {
    it(`is paired again as soon as the missing requests can have had no more answers: ${lost.length} bytes`, () => {
      const pipeline = new Pipeline().client(get('a'), get('b')).server(value('a')).client(get('c'));
      pipeline.lostByClient(get(lost)).server(value('b')).client(get('next'));
      for (const key of ['d', 'e', 'f', 'g', 'h', 'i']) pipeline.client(get(key));
      pipeline.server(value('c'), value(lost), value('next'));
      for (const key of ['d', 'e', 'f', 'g', 'h', 'i']) pipeline.server(value(key));
      assert.deepEqual(
        pipeline.told(),
        ['a', 'b', 'c', ...next, 'd', 'e', 'f', 'g', 'h', 'i'].map((key) => `${key} hit`),
      );
    });
  }

  it('tells nothing of requests that no answer names, and nothing wrong', () => {
    const pipeline = new Pipeline().client(set('a'), set('b')).server(stored).client(set('c'));
    pipeline
      .lostByClient(`${set('lost')}${set('lost')}`)
      .server(stored)
      .client(set('passed'));
    const keys = Array.from({ length: 200 }, (_, index) => `k${index}`);
    pipeline.client(set(keys[0] as string), set(keys[1] as string));
    // c, the two that were lost and the one that was passed over; the last two are under way at the end.
    pipeline.server(stored, stored, stored, stored);
    for (const key of keys.slice(2)) pipeline.server(stored).client(set(key));
    assert.deepEqual(pipeline.told(), ['a stored', 'b stored', 'c stored']);
  });

  it('is seen to send on although it has waited before, and the hole is in the first of its pipelines', () => {
    const pipeline = new Pipeline().client(get('a')).server('END\r\n').client(set('t')).lostByClient(set('lost'));
    pipeline.client(set('passed'), 'touch x 1\r\n', 'touch y 1\r\n', 'delete z\r\n');
    // The server has received all, and not read the last one, when the client has heard all that was said and goes on.
    pipeline.server(`${stored}${stored}${stored}NOT_FOUND\r\nNOT_FOUND\r\n`).client(set('n'));
    pipeline.server('NOT_FOUND\r\n').server(stored);
    const told = pipeline.told();
    assert.ok(told.includes('a miss') && told.includes('t stored'));
    assert.ok(!told.includes('n not_found'), told.join());
  });

  it('reads no command in a value, although answers to earlier requests come', () => {
    const lines = Array.from({ length: 40 }, (_, index) => get(`v${index % 3}`));
    const pipeline = new Pipeline().client(get('a'), get('b')).server(value('a')).client(get('c'));
    pipeline.lostByClient(`set k 0 0 ${lines.join('').length}\r\n`).client(...lines.slice(0, 20));
    pipeline
      .server(value('b'), value('c'))
      .client(...lines.slice(20), '\r\n')
      .server(stored)
      .client(get('z'));
    pipeline.server('END\r\n');
    const { events } = pipeline.recorder;
    assert.deepEqual(
      pipeline.told().filter((line) => line.startsWith('v')),
      [],
    );
    assert.ok(!events.some((event) => event.startsWith('line get v')), 'nor says one beside a packet');
  });
});

describe('a stream of requests that ask for no answer', () => {
  const quiet = (key: string): string => `set ${key} 0 0 4 noreply\r\nabcd\r\n`;

  it('is read again behind a hole once a run of them proves that they are some', () => {
    const pipeline = new Pipeline().client(quiet('a'), quiet('b')).lostByClient(quiet('lost'));
    pipeline.client(quiet('next'), quiet('c'), quiet('d'), quiet('e'), quiet('f'), quiet('g'));
    assert.deepEqual(
      pipeline.told(),
      ['a', 'b', 'next', 'c', 'd', 'e', 'f', 'g'].map((key) => `${key} no_reply without latency`),
    );
  });

  it('is not believed where a block does not end as it should', () => {
    const pipeline = new Pipeline().client(quiet('a')).lostByClient(quiet('lost')).client(quiet('passed'));
    for (let index = 0; index < 20; index++) pipeline.client('set k 0 0 4 noreply\r\nabcdef\r\n');
    assert.deepEqual(pipeline.told(), ['a no_reply without latency']);
  });
});

describe('the log that follows watch', () => {
  const log = (index: number): string => `ts=17${index}.5 gid=${index} type=item_get key=k status=found clsid=1\n`;

  it('goes on behind a hole in the middle of its lines', () => {
    const pipeline = new Pipeline().client('watch fetchers\r\n').server('OK\r\n', log(1) + log(2));
    pipeline.lostByServer(log(3) + log(4).slice(0, 10)).server(log(4).slice(10) + log(5));
    pipeline.server(log(6) + log(7));
    pipeline.told();
    const { events } = pipeline.recorder;
    const size = log(4).length - 10;
    assert.deepEqual(
      events.slice(1).filter((event) => event.startsWith('not')),
      [`not understood server ${size}`],
    );
    assert.equal(pipeline.recorder.transactions.map(({ status }) => status).join(), 'ok');
  });
});
