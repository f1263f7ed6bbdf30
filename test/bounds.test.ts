import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attackCases, honestCommands, runAttack } from './support/attack-cases.ts';
import { anHour, besideHonest, flag, honestClient } from './support/hostile-traffic.ts';
import { measuredRun } from './support/measured-run.ts';

/** A fortieth of what docs/limits.md states the ceiling for, `npm run bounds` sends all of it. */
const size = 0.025;
/**
 * For all attacks at this size: the program itself takes 80 to 100 MB, the totals that do not shrink with it the rest.
 */
const mostMemory = 700e6;

describe('attacks on memory', () => {
  for (const attack of attackCases) {
    it(`${attack.name}: bounded and counted, and a connection beside it is told right`, async () => {
      const { exitCode, stderr, peakMemory, right, wrong, summary } = await runAttack(attack, size);
      assert.equal(exitCode, 0, stderr);
      assert.match(stderr, attack.anomaly);
      assert.deepEqual(wrong, []);
      assert.equal(right, honestCommands);
      assert.equal(summary.failures, undefined);
      assert.ok(Object.keys(summary.anomalies ?? {}).length > 0);
      assert.ok(peakMemory > 0 && peakMemory < mostMemory, `${peakMemory} bytes`);
    });
  }

  it('a multi-get of a million keys is told whole, with its hits and misses', async () => {
    const keys = Array.from({ length: 1_000_000 }, (_, index) => `key:${index.toString().padStart(9, '0')}`);
    const line = Buffer.from(`get ${keys.join(' ')}\r\n`);
    let hits = -1;
    const run = await measuredRun(['--json', '--command', 'get', '-r', '-'], {
      input: besideHonest(
        (writer, step) => {
          const at = step * 32_000;
          const piece = line.subarray(at, at + 32_000);
          if (step === 0) writer.tcp(5, true, flag.syn, 999, 0);
          if (step === 0) writer.tcp(5, false, flag.syn | flag.ack, 999, 1000);
          if (piece.length > 0) writer.tcp(5, true, flag.push | flag.ack, 1000 + at, 1000, piece);
          const answer = `VALUE ${keys[7]} 0 1\r\nx\r\nVALUE ${keys[999_999]} 0 1\r\ny\r\nEND\r\n`;
          if (step === 599) writer.tcp(5, false, flag.push | flag.ack, 1000, 1000 + line.length, answer);
        },
        600,
        20,
      ),
      line: (text) => {
        const record = JSON.parse(text) as Record<string, unknown>;
        if (!Array.isArray(record.keys)) return;
        hits = Number(record.hits);
        assert.deepEqual([record.status, record.misses, record.bytes], ['partial', 999_998, 2]);
        assert.equal(record.keys.length, 1_000_000);
        assert.equal((record.missed as string[]).length, 999_998);
      },
    });
    assert.equal(run.exitCode, 0, run.stderr);
    assert.equal(hits, 2);
    assert.ok(run.peakMemory < 1.2e9, `${run.peakMemory} bytes`);
  });

  it('keys beyond the limit are counted and not kept', async () => {
    const records: Record<string, unknown>[] = [];
    const line = `get ${Array.from({ length: 70_000 }, (_, index) => `k${index}`).join(' ')}\r\n`;
    const run = await measuredRun(['--json', '--limit', 'keysPerRequest=3', '-r', '-'], {
      input: besideHonest(
        (writer, step) => {
          if (step > 30) return;
          if (step === 0) writer.tcp(5, true, flag.syn, 999, 0);
          const piece = line.slice(step * 30_000, (step + 1) * 30_000);
          if (piece !== '') writer.tcp(5, true, flag.push | flag.ack, 1000 + step * 30_000, 1, piece);
          const answer = ['k0', 'k1', 'k2', 'k5', 'k69999'].map((key) => `VALUE ${key} 0 1\r\nx\r\n`).join('');
          if (step === 30) writer.tcp(5, false, flag.push | flag.ack, 1, 1000 + line.length, `${answer}END\r\n`);
        },
        100,
        5,
      ),
      line: (text) => records.push(JSON.parse(text) as Record<string, unknown>),
    });
    assert.equal(run.exitCode, 0, run.stderr);
    const [record] = records.filter(({ event, client }) => event === 'command' && client === '10.0.0.1:20005');
    assert.deepEqual(record?.keys, ['k0', 'k1', 'k2']);
    assert.deepEqual([record?.hits, record?.misses, record?.bytes], [5, 69_995, 5]);
    assert.match(run.stderr, /^keys beyond the limit of keys for one request, not kept: 69997$/m);
  });
});

describe('an hour of traffic, in packet time', () => {
  const connections = 20_000;

  for (const [name, isClosed] of [
    ['connections that open and close', true],
    ['connections that never close', false],
  ] as const) {
    it(`${name}: memory is bounded, and every count exact`, async () => {
      const counts = new Map<unknown, number>();
      const limit = 5000;
      const run = await measuredRun(['--json', '--limit', `connections=${limit}`, '-r', '-'], {
        input: anHour(connections, isClosed),
        line: (line) => {
          const { event, command, status, reason } = JSON.parse(line) as Record<string, unknown>;
          const what = [event, command, status, reason].filter(Boolean).join(' ');
          counts.set(what, (counts.get(what) ?? 0) + 1);
        },
      });
      assert.equal(run.exitCode, 0, run.stderr);
      const expected = {
        'command get hit': connections,
        'command set stored': connections,
        connection_open: connections,
        summary: 1,
        ...(isClosed
          ? { 'connection_close fin': connections }
          : { 'connection_close expired': connections - limit, 'connection_close end_of_capture': limit }),
      };
      assert.deepEqual(Object.fromEntries([...counts].sort()), Object.fromEntries(Object.entries(expected).sort()));
      assert.ok(run.peakMemory < 250e6, `${run.peakMemory} bytes`);
    });
  }
});

it(`the connection that behaves is ${honestClient}, and alone nothing is wrong with it`, async () => {
  const run = await measuredRun(['--json', '-r', '-'], { input: besideHonest(() => {}, 2000, 100) });
  assert.equal(run.exitCode, 0, run.stderr);
  assert.match(run.stderr, /^\d+ packets captured\n$/);
  assert.equal(run.lines, 100 + 3);
});
