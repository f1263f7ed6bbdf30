import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runMcsniff } from '../support/run-program.ts';
import { generateManyKeys } from './many-keys.ts';
import { generate, type TrafficName, traffics } from './traffic.ts';

const packets = 6000;
/** In these captures every command is answered in its turn, but for one that the end of the capture cuts off. */
const undisturbed: readonly TrafficName[] = ['small', 'multiget', 'values', 'values-jumbo', 'binary', 'meta'];

let directory = '';
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-traffic-'));
});
after(() => rmSync(directory, { recursive: true }));

async function summaryOf(path: string): Promise<Record<string, number>> {
  const { stdout } = await runMcsniff(['--json', '-r', path]);
  return JSON.parse(stdout.toString().trimEnd().split('\n').at(-1) ?? '') as Record<string, number>;
}

describe('the traffic for measuring', () => {
  for (const name of Object.keys(traffics) as TrafficName[]) {
    it(`is the same each time: ${name}`, () => {
      const path = join(directory, `${name}.pcap`);
      const [first, second] = [1, 2].map(() => {
        assert.equal(generate(name, path, packets).packets, packets);
        return createHash('sha256').update(readFileSync(path)).digest('hex');
      });
      assert.equal(first, second);
    });
  }

  for (const name of undisturbed) {
    it(`holds the commands that it says: ${name}`, async () => {
      const path = join(directory, `${name}.pcap`);
      const { commands } = generate(name, path, packets);
      const summary = await summaryOf(path);
      assert.equal(summary.packets, packets);
      assert.ok(Math.abs((summary.commands ?? 0) - commands) <= 1, `${summary.commands} of ${commands} commands`);
      assert.equal(summary.missingBytes, 0);
      assert.equal(summary.notUnderstoodBytes, 0);
    });
  }

  it('holds every command where packets come late', async () => {
    const path = join(directory, 'late.pcap');
    const { commands } = generate('reordered', path, packets);
    const summary = await summaryOf(path);
    // What the end of the capture cuts off may be of several connections.
    assert.ok(Math.abs((summary.commands ?? 0) - commands) <= 20, `${summary.commands} of ${commands} commands`);
    const mixed = join(directory, 'mixed.pcap');
    generate('mixed-1000', mixed, 5 * 1002 + 6);
    assert.deepEqual(await summaryOf(mixed).then(({ commands: told, missingBytes }) => ({ told, missingBytes })), {
      told: 6,
      missingBytes: 0,
    });
  });

  it('is of the keys, patterns and clients that it says', async () => {
    const path = join(directory, 'many-keys.pcap');
    const truth = generateManyKeys(path, 12_000, 5);
    const { stdout } = await runMcsniff(['--summary', '--json', '--rows', '5', '-r', path]);
    const summary = JSON.parse(stdout.toString());
    assert.equal(summary.packets, truth.packets);
    assert.equal(summary.commands, truth.commands);
    assert.equal(summary.opened, summary.closed.fin);
    for (const name of ['key', 'pattern'] as const) {
      const list: Record<string, unknown>[] = summary.by[name];
      const expected = name === 'key' ? truth.keys : truth.patterns.slice(0, 5);
      assert.deepEqual(
        list.map((entry) => [entry[name], entry.count]),
        expected,
      );
    }
  });

  it('loses what it says is lost', async () => {
    const path = join(directory, 'lossy.pcap');
    generate('lossy', path, packets);
    const { gaps = 0 } = await summaryOf(path);
    assert.ok(gaps > packets / 300 && gaps < packets / 75, `${gaps} gaps`);
  });
});
