import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { niceCeiling } from '../../src/report/charts.ts';
import { html, raw } from '../../src/report/markup.ts';
import { emptySample } from '../../src/statistics/sample.ts';
import { TimeSeries } from '../../src/statistics/time-series.ts';
import { capture, exchange, open } from '../support/plain-session.ts';
import { runMcsniff } from '../support/run-program.ts';

const directory = mkdtempSync(join(tmpdir(), 'mcsniff-report-'));
after(() => rmSync(directory, { recursive: true }));

async function pageOf(args: readonly string[], input?: Buffer): Promise<string> {
  const file = join(directory, 'report.html');
  const { exitCode, stderr } = await runMcsniff(['--no-lines', '--report', file, ...args], input);
  assert.equal(exitCode, 0, stderr);
  assert.deepEqual(readdirSync(directory), ['report.html']);
  return readFileSync(file, 'utf8');
}

test('the numbers of the page are those of --summary', async () => {
  const sample = 'samples/all-commands.pcap';
  const page = await pageOf(['-r', sample]);
  const summary = JSON.parse(`${(await runMcsniff(['--summary', '--json', '--rows', '100', '-r', sample])).stdout}`);
  assert.ok(page.includes(`<dt>packets</dt><dd><b>${summary.packets}</b>`));
  assert.ok(page.includes(`<dt>commands</dt><dd><b>${summary.commands}</b>`));
  for (const list of ['command', 'pattern', 'client', 'server']) {
    for (const entry of summary.by[list]) {
      const name = entry[list] === '' ? '(empty)' : entry[list];
      const escaped = name.replaceAll('&', '&amp;').replaceAll('>', '&gt;').replaceAll('<', '&lt;');
      assert.ok(page.includes(`<th scope="row">${escaped}</th><td data-sort="${entry.count}">`), `${list} ${name}`);
    }
  }
  assert.equal(page.match(/<li class="(?:error|warning|note)">/g)?.length, summary.findings.length);
  for (const { packets } of summary.findings)
    for (const packet of packets) assert.ok(page.includes(`href="#packet-${packet}"`));
});

test('the ladder has the packets of a connection with their commands', async () => {
  const conversation = open();
  exchange(conversation, 'get a\r\n', 'END\r\n');
  const page = await pageOf(['-r', '-'], capture(conversation));
  const [ladder = ''] = /<details id="connection-1">[\s\S]*?<\/details>/.exec(page) ?? [];
  const rungs = ladder.match(/<li id="packet-\d+" class="(?:left|right)[\s\S]*?<\/li>/g) ?? [];
  assert.equal(rungs.length, conversation.packets.length);
  assert.match(rungs[0] ?? '', /class="right".*client to server: <\/span>SYN</);
  assert.match(rungs[1] ?? '', /class="left".*SYN, ACK</);
  assert.match(rungs[3] ?? '', /ACK, 7 bytes<.*<span class="note">get a<\/span>/);
  assert.match(rungs[4] ?? '', /ACK, 5 bytes<.*<span class="note">=&gt; miss, 100 µs<\/span>/);
});

test('what is captured is text, and nothing is loaded', async () => {
  const conversation = open();
  exchange(conversation, 'get <script>alert(1)</script>"&\'\r\n', 'END\r\n');
  const page = await pageOf(['-r', '-'], capture(conversation));
  assert.equal(page.includes('<script>alert'), false);
  assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;&#39;'));
  assert.match(page, /Content-Security-Policy" content="default-src 'none'/);
  assert.equal(/(?:src|href)="(?!#|data:)/.test(page), false);
});

test('the packets that prove a finding stay in the ladder of a long connection, and every link leads somewhere', async () => {
  const conversation = open();
  const misses = (count: number): void => {
    for (let index = 0; index < count; index++) exchange(conversation, `get key:${index}\r\n`, 'END\r\n');
  };
  misses(200);
  exchange(conversation, 'set a 0 0 1\r\n1\r\n', 'SERVER_ERROR out of memory storing object\r\n');
  const proof = conversation.packets.length - 1;
  misses(400);
  const page = await pageOf(['-r', '-'], capture(conversation));
  assert.match(page, new RegExp(`<a href="#packet-${proof}">${proof}</a>`));
  assert.match(page, new RegExp(`<li id="packet-${proof}" class="left wrong">.*! server-error</span>`));
  assert.equal(page.match(/<li class="pause">\d+ packets left out, /g)?.length, 2);
  assertLinks(page);
});

test('what is not in the page is no link', async () => {
  // Of each of these connections one packet is evidence, and most are not pictured.
  const page = await pageOf(['-r', 'samples/findings/churn.pcap']);
  assert.match(page, /<h3>.* churn<\/h3>/);
  assertLinks(page);
});

function assertLinks(page: string): void {
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) assert.ok(ids.has(id), id);
}

test('a tunneled connection has a ladder, too', async () => {
  const page = await pageOf(['-r', 'samples/tunnels.pcap']);
  const [ladder = ''] = /<details id="connection-1">[\s\S]*?<\/details>/.exec(page) ?? [];
  assert.match(ladder, /<li id="packet-1" class="right">.*SYN</);
});

test('--every writes it anew, and a file that can not be written is one sentence', async () => {
  const page = await pageOf(['--every', '1ms', '-r', 'samples/pipelining.pcap']);
  assert.match(page, /<h2 id="findings-title">/);
  const { stderr, exitCode } = await runMcsniff(['--report', '/nowhere/r.html', '-r', 'samples/pipelining.pcap']);
  assert.match(stderr, /^mcsniff: \/nowhere\/r\.html: /m);
  assert.equal(exitCode, 1);
});

test('time steps widen so that there are never too many, and lose nothing', () => {
  const series = new TimeSeries();
  const sample = { ...emptySample(), hits: 1, serverUs: 5 };
  for (let second = 0; second < 10_000; second++) series.add(1e15 + second * 1e6, sample);
  const steps = series.steps.filter((step) => step !== undefined);
  assert.ok(series.steps.length <= 240);
  assert.equal(
    steps.reduce((sum, { hits }) => sum + hits, 0),
    10_000,
  );
  series.add(5, sample);
  assert.equal(series.steps[0]?.hits, (steps[0]?.hits ?? 0) + 0);
});

test('markup escapes all but markup', () => {
  assert.equal(`${html`<b>${['<', raw('<i>'), 1]}</b>`}`, '<b>&lt;<i>1</b>');
});

test('axes end at numbers that people like', () => {
  assert.deepEqual([0, 0.3, 1, 3, 7, 12, 99].map(niceCeiling), [1, 0.5, 1, 5, 10, 20, 100]);
});
