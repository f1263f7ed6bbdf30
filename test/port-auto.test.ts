import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runMcsniff } from './support/run-program.ts';
import { sampleDirectory } from './support/sample-list.ts';

describe('--port auto', () => {
  it('tells memcached on any port, and nothing of what is not memcached', async () => {
    const capture = readFileSync(join(sampleDirectory, 'other-protocols.pcap'));
    const { stdout } = await runMcsniff(['--json', '--port', 'auto', '-r', '-'], capture);
    const records = stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      records.map(({ event, server, command, connections }) => [event, server, command ?? connections]),
      [
        ['connection_open', '192.0.2.2:5000', undefined],
        ['command', '192.0.2.2:5000', 'get'],
        ['command', '192.0.2.2:5000', 'incr'],
        ['connection_close', '192.0.2.2:5000', undefined],
        ['summary', undefined, 1],
      ],
    );
    const lines = await runMcsniff(['-q', '-t', '--port', 'auto', '-r', '-'], capture);
    const annotated = lines.stdout.toString().match(/^.*: memcached: .*$/gm);
    assert.deepEqual(annotated, [
      'IP 192.0.2.2.memcache > 192.0.2.1.45000: tcp 5: memcached: get a; get a => miss, 100 us',
      'IP 192.0.2.1.45000 > 192.0.2.2.memcache: tcp 10: memcached: incr n 1',
      'IP 192.0.2.2.memcache > 192.0.2.1.45000: tcp 3: memcached: incr n => 5, 100 us',
    ]);
  });
});
