import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import {
  createSniffer,
  createStories,
  createSummary,
  describeTransaction,
  type MemcachedSniffer,
  type SnifferOptions,
  type Story,
} from '../../src/index.ts';
import { plainSession } from '../support/plain-session.ts';

const { packets: complete } = plainSession();

const ends = { client: { address: '10.0.0.1', port: 4000 }, server: { address: '10.0.0.2', port: 11211 } };

interface Heard {
  readonly sniffer: MemcachedSniffer;
  readonly heard: string[];
}

function listening(options: SnifferOptions = {}): Heard {
  const heard: string[] = [];
  const sniffer = createSniffer({
    ...options,
    listeners: [{ transaction: (_connection, transaction) => heard.push(describeTransaction(transaction)) }],
  });
  return { sniffer, heard };
}

describe('a sniffer', () => {
  it('hears the streams of connections in pieces, each with its time', () => {
    const { sniffer, heard } = listening({ valueBytes: 2 });
    const one = sniffer.connection({ ...ends, timeUs: 5 });
    const other = sniffer.connection({ client: { address: '::1', port: 4001 }, server: ends.server, timeUs: 6 });
    one.fromClient(Buffer.from('set a 0 0 4\r\nni'), 10);
    other.fromClient(Buffer.from('get b\r\n'), 11);
    assert.deepEqual(
      sniffer.waiting().map(({ line }) => line),
      ['get b'],
    );
    one.fromClient(Buffer.from('ck\r\n'), 12);
    one.fromServer(Buffer.from('STORED\r'), 15);
    other.fromServer(Buffer.from('END\r\n'), 16);
    one.fromServer(Buffer.from('\n'), 17);
    assert.deepEqual(heard, ['get b => miss, 5 us', 'set a => STORED, 3 us']);
    assert.equal(one.connection.client, '10.0.0.1:4000');
    assert.equal(other.connection.client, '[::1]:4001');
    one.close('rst', 20);
    one.fromClient(Buffer.from('get late\r\n'), 21);
    sniffer.end();
    other.fromClient(Buffer.from('get late\r\n'), 22);
    const { packets, connections, commands, failures } = sniffer.counts();
    assert.deepEqual(
      { packets, connections, commands, failures },
      { packets: 7, connections: 2, commands: 2, failures: 0 },
    );
  });

  it('speaks binary and meta there, too, and tells what was wrong', () => {
    const { sniffer, heard } = listening();
    const binary = sniffer.connection(ends);
    binary.fromClient(Buffer.from('800a00000000000000000000000000000000000000000000', 'hex'), 10);
    binary.fromServer(Buffer.from('810a00000000000000000000000000000000000000000000', 'hex'), 12);
    const meta = sniffer.connection(ends);
    meta.fromClient(Buffer.from('mg k v\r\n'));
    meta.close();
    assert.deepEqual(heard, ['noop => OK, 2 us', 'mg k => unanswered']);
  });

  it('hears packets as they come, and with live: false looks ahead', () => {
    for (const live of [true, false]) {
      const { sniffer, heard } = listening({ live });
      const shared = Buffer.alloc(2000);
      const counts = complete.map(({ bytes, seconds, nanoseconds }) => {
        // The same buffer for all of them.
        bytes.copy(shared);
        const timeUs = seconds * 1e6 + nanoseconds / 1000;
        sniffer.packet({ bytes: shared.subarray(0, bytes.length), timeUs });
        return heard.length;
      });
      assert.equal(counts.at(-1), live ? heard.length : 0);
      sniffer.end();
      assert.deepEqual(
        heard.map((text) => text.replace(/, .*/, '')),
        ['get user:1 => miss', 'set user:1 => STORED', 'get user:1 => hit 5 bytes'],
      );
    }
  });

  it('counts packets and pieces as one', () => {
    const packets: number[] = [];
    const sniffer = createSniffer({ listeners: [{ transaction: (_, { packet }) => packets.push(packet) }] });
    const streams = sniffer.connection(ends);
    streams.fromClient(Buffer.from('get a\r\n'));
    for (const { bytes } of complete) sniffer.packet({ bytes });
    streams.fromServer(Buffer.from('END\r\n'));
    assert.equal(sniffer.counts().packets, complete.length + 2);
    assert.equal(packets.at(-1), 1);
    assert.ok(packets.every((packet) => packet <= complete.length + 1));
  });

  it('is iterated over, and says when its events were taken', async () => {
    const sniffer = createSniffer();
    const streams = sniffer.connection(ends);
    const types: string[] = [];
    const loop = (async () => {
      for await (const { type } of sniffer) {
        types.push(type);
        await setTimeout(1);
      }
    })();
    for (let at = 0; at < 20; at++) streams.fromClient(Buffer.from('delete a noreply\r\n'));
    const before = types.length;
    await sniffer.drained();
    assert.ok(before < 20 && types.length === 20, `${before} ${types.length}`);
    sniffer.end();
    await loop;
    assert.deepEqual(types.slice(19), ['command', 'connection_close']);
    assert.throws(() => sniffer[Symbol.asyncIterator](), /once/);
  });

  it('adds up and tells stories', () => {
    const stories: Story[] = [];
    const summary = createSummary({ by: ['key', ['command', 'status']], rows: 1 });
    const sniffer = createSniffer({ listeners: [summary, createStories((_connection, story) => stories.push(story))] });
    const streams = sniffer.connection({ ...ends, timeUs: 0 });
    for (const at of [100, 200, 300]) {
      streams.fromClient(Buffer.from('get a\r\n'), at);
      streams.fromServer(Buffer.from('END\r\n'), at + 7);
    }
    streams.fromClient(Buffer.from('quit\r\n'), 400);
    streams.close('fin', 500);
    const { by, packets, total, opened, closed } = summary.snapshot();
    assert.deepEqual(
      { packets, opened, closed, count: total.count },
      { packets: 7, opened: 1, closed: { fin: 1 }, count: 4 },
    );
    assert.deepEqual(
      by.key?.map(({ key, misses, serverUs }) => [key, misses, serverUs?.p50]),
      [['a', 3, 7]],
    );
    assert.deepEqual(
      by['command+status']?.map(({ command, status, count }) => [command, status, count]),
      [['get', 'miss', 3]],
    );
    assert.deepEqual(
      stories.map(({ end, commands, thinkUs }) => [end, commands, thinkUs?.p50]),
      [['quit', 4, 93]],
    );
    summary.restart();
    assert.equal(summary.snapshot().total.count, 0);
  });

  it('passes on what a listener throws, and goes on', () => {
    let calls = 0;
    const transaction = (): void => {
      calls++;
      throw new RangeError('mine');
    };
    const sniffer = createSniffer({ listeners: [{ transaction }] });
    for (const name of ['a', 'b']) {
      const streams = sniffer.connection(ends);
      streams.fromClient(Buffer.from(`get ${name}\r\n`));
      assert.throws(() => streams.fromServer(Buffer.from('END\r\n')), RangeError);
    }
    assert.equal(calls, 2);
    assert.equal(sniffer.counts().failures, 0);
  });
});
