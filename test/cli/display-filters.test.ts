import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runMcsniff } from '../support/run-program.ts';

const sample = 'samples/telnet-session.pcap';

async function lines(...args: string[]): Promise<string[]> {
  const { stdout } = await runMcsniff(['-r', sample, ...args]);
  return stdout.toString().trimEnd().split('\n');
}

describe('display filters', () => {
  it('leave each line as it is without them', async () => {
    const all = await lines();
    for (const filter of [
      ['--status', 'hit'],
      ['--command', 'set'],
      ['--key', 'user*'],
    ]) {
      const shown = await lines(...filter);
      assert.ok(shown.length > 0 && shown.length < all.length);
      const times = shown.map((line) => line.slice(0, 15));
      const sameTimes = all.filter((line) => times.includes(line.slice(0, 15)));
      const withoutItems = (line: string): string => line.replace(/: memcached: .*/, '');
      assert.deepEqual(shown.map(withoutItems), sameTimes.map(withoutItems), filter.join(' '));
    }
  });
});
