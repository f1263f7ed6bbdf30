import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RecordSample } from '../../src/output/record-sample.ts';
import { answered, connectionInfo } from '../support/hand-made.ts';
import { type JsonRecord, recordsOf } from '../support/records.ts';
import { runMcsniff } from '../support/run-program.ts';

const connection = connectionInfo();

function isTaken(of: number, key: string): boolean {
  return new RecordSample({ of, by: 'key' }).weightOf(connection, answered(`get ${key}`, {})) === of;
}

const keys = Array.from({ length: 20_000 }, (_, index) => `user:${index}`);

describe('RecordSample', () => {
  it('takes about one key in N', () => {
    for (const of of [2, 10, 100]) {
      const taken = keys.filter((key) => isTaken(of, key)).length;
      const expected = keys.length / of;
      assert.ok(Math.abs(taken - expected) < 5 * Math.sqrt(expected), `${taken} of ${keys.length}, 1/${of}`);
    }
  });

  it('takes the same keys in each run on each host, and of a smaller part some of them', () => {
    assert.deepEqual(
      keys.filter((key) => isTaken(1000, key)).slice(0, 5),
      keys.filter((key) => isTaken(100, key) && isTaken(1000, key)).slice(0, 5),
    );
    assert.deepEqual(keys.filter((key) => isTaken(1000, key)).slice(0, 5), [
      'user:238',
      'user:2331',
      'user:2479',
      'user:2915',
      'user:3728',
    ]);
  });
});

const sample = 'samples/client-perl.pcap';

async function records(...options: readonly string[]): Promise<JsonRecord[]> {
  const { stdout, exitCode, stderr } = await runMcsniff(['-r', sample, '--json', ...options]);
  assert.equal(exitCode, 0, stderr);
  return recordsOf(stdout);
}

const isCommand = ({ event }: JsonRecord): boolean => event === 'command';

describe('--sample', () => {
  it('writes all commands of a key, or none, and says in each record for how many it stands', async () => {
    const all = (await records()).filter(isCommand);
    const some = await records('--sample', '1/3');
    const taken = some.filter(isCommand);
    const chosen = new Set(taken.map(({ key }) => key));
    assert.ok(chosen.size > 1 && taken.length < all.length);
    assert.deepEqual(
      taken.map(({ packet, key }) => [packet, key]),
      all.filter(({ key }) => chosen.has(key)).map(({ packet, key }) => [packet, key]),
    );
    for (const { event, key, sample } of some) assert.equal(sample, event === 'command' && key !== undefined ? 3 : 1);
    assert.equal(some.at(-1)?.sampled, taken.length);
    assert.equal(some.at(-1)?.commands, all.length);
  });

  it('writes all that a connection tells, or nothing', async () => {
    const all = await records();
    const some = await records('--sample', '1/3', '--sample-by', 'connection');
    const chosen = new Set(some.map(({ conn }) => conn));
    assert.ok(chosen.size > 1 && some.length < all.length);
    assert.deepEqual(
      some.map(({ conn, packet }) => [conn, packet]),
      all.filter(({ conn }) => chosen.has(conn)).map(({ conn, packet }) => [conn, packet]),
    );
    for (const { conn, sample } of some) assert.equal(sample, conn === undefined ? 1 : 3);
  });

  it('is no field of records of which all are written', async () => {
    for (const record of await records()) assert.ok(!('sample' in record) && !('sampled' in record));
  });
});
