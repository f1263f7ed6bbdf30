import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import { Transaction } from '../../protocols/transaction.ts';
import { metrics } from '../../src/metrics/metric-table.ts';
import { MetricsView } from '../../src/metrics/metrics-view.ts';
import { CommandCounts } from '../../src/statistics/command-counts.ts';
import { Histogram } from '../../src/statistics/histogram.ts';
import { mainPath, runMcsniff } from '../support/run-program.ts';

const sample = 'samples/client-perl.pcap';
const commands = new Set(['get', 'set']);

function transaction(command: string, status: Transaction['status'], serverUs: number): Transaction {
  const made = new Transaction('memcached', command, command);
  return Object.assign(made, {
    status,
    requestUs: 1000,
    startUs: 900,
    answerUs: 1000 + serverUs,
    endUs: 1000 + serverUs,
  });
}

test('a histogram counts a duration at the first bound that it does not exceed', () => {
  const histogram = new Histogram([50, 100]);
  for (const microseconds of [0, 50, 51, 100, 101]) histogram.add(microseconds);
  assert.deepEqual(histogram.counts, [2, 2, 1]);
  assert.equal(histogram.sum, 302);
});

test('words that are no commands are counted together', () => {
  const counts = new CommandCounts(commands);
  for (let index = 0; index < 1000; index++) counts.add(transaction(`word${index}`, 'error', 1));
  counts.add(transaction('get', 'hit', 1));
  assert.deepEqual([...counts.byCommand.keys()], ['other', 'get']);
  assert.equal(counts.byCommand.get('other')?.byStatus.get('error'), 1000);
});

test('Prometheus is answered with what was counted', async () => {
  const view = new MetricsView({ commands, dropped: () => Promise.resolve(7) });
  const port = await view.server.listen({ host: '127.0.0.1', port: 0 });
  const get = async (path: string, method = 'GET'): Promise<[number, string]> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return [response.status, await response.text()];
  };
  try {
    const connection = {} as ConnectionInfo;
    view.shown.transaction?.(connection, transaction('get', 'hit', 60));
    view.shown.transaction?.(connection, transaction('get', 'hit', 3_000_000));
    view.shown.transaction?.(connection, transaction('evil"} 1\n', 'error', 60));
    const [status, text] = await get('/metrics');
    assert.equal(status, 200);
    for (const line of [
      'mcsniff_commands_total{command="get",status="hit"} 2',
      'mcsniff_commands_total{command="other",status="error"} 1',
      'mcsniff_server_seconds_bucket{command="get",le="0.00005"} 0',
      'mcsniff_server_seconds_bucket{command="get",le="0.0001"} 1',
      'mcsniff_server_seconds_bucket{command="get",le="2.5"} 1',
      'mcsniff_server_seconds_bucket{command="get",le="+Inf"} 2',
      'mcsniff_server_seconds_sum{command="get"} 3.00006',
      'mcsniff_wait_seconds_count{command="get"} 2',
      'mcsniff_dropped_packets_total 7',
      'mcsniff_connections_open 0',
    ])
      assert.ok(text.split('\n').includes(line), `${line}\n${text}`);
    for (const line of text.split('\n')) assert.match(line, /^(?:$|# |mcsniff_)/);
    assert.deepEqual(await get('/healthz'), [200, 'ok\n']);
    assert.equal((await get('/other'))[0], 404);
    assert.equal((await get('/metrics', 'POST'))[0], 405);
  } finally {
    view.finish();
  }
});

test('each metric is documented, and those of the dashboard and the alerts are metrics', () => {
  const names = metrics.map(({ name }) => name);
  const page = readFileSync('docs/metrics.md', 'utf8');
  for (const name of names) assert.ok(page.includes(`\`${name}\``), name);
  for (const file of ['share/mcsniff.dashboard.json', 'share/mcsniff.alerts.yml']) {
    for (const [used] of readFileSync(file, 'utf8').matchAll(/mcsniff_[a-z_]+/g)) {
      const isOwn = used.startsWith('mcsniff_process_');
      assert.ok(isOwn || names.includes(used.replace(/_(?:bucket|sum|count)$/, '')), `${file}: ${used}`);
    }
  }
  JSON.parse(readFileSync('share/mcsniff.dashboard.json', 'utf8'));
});

test('--metrics answers while a capture comes in, and is over with it', async () => {
  const child = spawn(process.execPath, [mainPath, '--metrics', '0', '--no-lines', '-r', '-']);
  try {
    const [said] = await once(child.stderr, 'data');
    const [address = ''] = /http:\S+/.exec(`${said}`) ?? [];
    child.stdin.write(readFileSync(sample));
    let text = '';
    for (let tries = 0; tries < 100 && !text.includes('mcsniff_packets_total 154'); tries++)
      text = await (await fetch(address)).text();
    assert.match(text, /^mcsniff_packets_total 154$/m);
    assert.match(text, /^mcsniff_hits_total 20$/m);
    child.stdin.end();
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
    await assert.rejects(fetch(address));
  } finally {
    child.kill();
  }
});

test('an address that is none, or is taken, is one sentence', async () => {
  for (const word of ['x', '99999', '1:2:3', ':']) {
    const { stderr, exitCode } = await runMcsniff(['--metrics', word, '-r', sample]);
    assert.match(stderr, new RegExp(`--metrics ${word}: not an address; write a PORT, HOST:PORT or \\[::1\\]:PORT`));
    assert.equal(exitCode, 2);
  }
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const { stderr, exitCode } = await runMcsniff(['--metrics', `${port}`, '-r', sample]);
  taken.close();
  assert.match(stderr, new RegExp(`^mcsniff: --metrics 127\\.0\\.0\\.1:${port}: .*in use`, 'm'));
  assert.equal(exitCode, 1);
});
