import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BinaryRequest } from '../../../../protocols/memcached/binary/request.ts';
import type { Transaction } from '../../../../protocols/transaction.ts';
import type { Chunk } from '../../../support/case-documents.ts';
import { Random } from '../../../support/random.ts';
import { SessionRecorder } from '../../../support/session-recorder.ts';
import { RealClient, RealServer } from './real-client.ts';

const seeds = [1, 2, 3, 4];
const batchCount = 60;
const lossyRuns = 25;

const retrievals = ['get', 'getq', 'getk', 'getkq'];
const touches = ['touch', 'gat', 'gatq', 'gatk', 'gatkq'];
const stores = ['set', 'setq', 'add', 'addq', 'replace', 'replaceq'];
const concatenations = ['append', 'appendq', 'prepend', 'prependq'];
const deletions = ['delete', 'deleteq'];
const increments = ['increment', 'incrementq'];
const decrements = ['decrement', 'decrementq'];

/** One request with fields that make it sometimes succeed, as text for `encode.ts`. */
function randomRequest(random: Random): string {
  const all = [retrievals, retrievals, touches, stores, stores, concatenations, deletions, increments, decrements];
  const command = pick(random, pick(random, all));
  const key = `key=k${random.below(12)}`;
  if (stores.includes(command)) {
    const value = random.below(3) === 0 ? `${random.below(1000)}` : `{${random.below(3000)}*v}`;
    return `${command} ${key} flags=${random.below(9)} exptime=0 value=${value}`;
  }
  if (concatenations.includes(command)) return `${command} ${key} value=1`;
  if (touches.includes(command)) return `${command} ${key} exptime=0`;
  if (increments.includes(command) || decrements.includes(command)) {
    const exptime = random.below(2) === 0 ? 0 : 0xffffffff;
    return `${command} ${key} delta=${random.below(5)} initial=7 exptime=${exptime}`;
  }
  return `${command} ${key}`;
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)] as T;
}

function count(told: readonly Transaction[], commands: readonly string[], ...statuses: string[]): number {
  return told.filter(({ command, status }) => {
    return commands.includes(command) && (statuses.length === 0 || statuses.includes(status));
  }).length;
}

describe('binary records and the counters of a real memcached', () => {
  for (const seed of seeds) {
    it(`agree on random batches, seed ${seed}`, { timeout: 30_000 }, async () => {
      const random = new Random(seed);
      const recorder = new SessionRecorder();
      const server = new RealServer();
      try {
        const chunks: Chunk[] = [];
        const client = new RealClient(await server.connect(), (fromClient, bytes) => {
          recorder.data(fromClient, bytes);
          chunks.push({ fromClient, bytes });
        });
        const sent: string[] = [];
        let opaque = 0;
        for (let batch = 0; batch < batchCount; batch++) {
          const requests = Array.from({ length: random.below(30) }, () => randomRequest(random));
          sent.push(...requests, 'noop');
          const messages = [...requests, 'noop'].map((text) => `${text} opaque=${opaque++}`);
          await client.batch(messages, random.below(3) === 0 ? 1 + random.below(400) : 1_000_000);
        }
        const counters = await server.counters();
        client.close();
        recorder.end();
        const told = recorder.transactions;
        assert.deepEqual(
          told.map(({ command, keys }) => [command, keys[0] ?? '']),
          sent.map((text) => [text.split(' ')[0], /key=(\S+)/.exec(text)?.[1] ?? '']),
        );
        assert.deepEqual(
          sums(told),
          Object.fromEntries(Object.keys(sums(told)).map((name) => [name, counters.get(name)])),
        );
        for (let run = 0; run < lossyRuns; run++) assertSameUnderLoss(told, chunks, new Random(seed * 1000 + run));
      } finally {
        await server.stop();
      }
    });
  }
});

/**
 * With some packets lost, each record is one of the whole conversation's: told once, with its status or as unknown.
 */
function assertSameUnderLoss(whole: readonly Transaction[], chunks: readonly Chunk[], random: Random): void {
  const recorder = new SessionRecorder();
  const loss = random.pick([0.01, 0.03, 0.1, 0.3]);
  for (const { fromClient, bytes } of chunks) {
    if (random.chance(loss)) recorder.gap(fromClient, bytes.length);
    else recorder.data(fromClient, bytes);
  }
  recorder.end();
  const left = new Map(whole.map((request) => [place(request), request]));
  for (const request of recorder.transactions) {
    const original = left.get(place(request));
    assert.equal(original?.line, request.line, 'made up, or told twice');
    if (request.status !== 'unknown') assert.equal(request.status, original?.status, request.line);
    left.delete(place(request));
  }
}

/** Where the request starts in the client's stream: no other one does. */
function place(request: Transaction): number {
  assert.ok(request instanceof BinaryRequest);
  return request.headEnd;
}

/** What `stats` should say, from the records. Quiet commands that stay silent have succeeded. */
function sums(told: readonly Transaction[]): Record<string, number> {
  return {
    cmd_get: count(told, retrievals),
    get_hits: count(told, retrievals, 'hit'),
    get_misses: count(told, retrievals, 'miss'),
    cmd_touch: count(told, touches),
    touch_hits: count(told, touches, 'touched', 'hit'),
    touch_misses: count(told, touches, 'not_found', 'miss'),
    cmd_set: count(told, [...stores, ...concatenations]),
    delete_hits: count(told, deletions, 'deleted', 'no_reply'),
    delete_misses: count(told, deletions, 'not_found'),
    incr_misses: count(told, increments, 'not_found'),
    decr_misses: count(told, decrements, 'not_found'),
  };
}
