import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { play, startProxy } from '../support/known-contents/play.ts';
import {
  clients,
  type KeyUse,
  lastSession,
  lastWords,
  patternOf,
  type Said,
  type Session,
  sessions,
} from '../support/known-contents/script.ts';
import { startCapture } from '../support/recorder/capture.ts';
import { freePort, startServer } from '../support/recorder/server.ts';
import { recordsOf } from '../support/records.ts';
import { runMcsniff, runProgram } from '../support/run-program.ts';

const hosts = { server: '127.9.0.1', proxy: '127.9.0.2', proxyToServer: '127.9.0.3' } as const;

/** What is counted of commands. The script adds it up on one side, the summary on the other. */
interface Sums {
  readonly count: number;
  readonly hits: number;
  readonly misses: number;
  readonly hitRatio: number | undefined;
  readonly stored: number;
  readonly errors: number;
  readonly unanswered: number;
  readonly unknown: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly valueBytes: number;
  readonly share: number;
}

type Times = Readonly<Record<string, number>>;
type Entry = Sums & { readonly serverUs?: Times; readonly waitUs?: Times } & Readonly<Record<string, unknown>>;

interface Summary {
  readonly seconds: number;
  readonly packets: number;
  readonly bytes: number;
  readonly commands: number;
  readonly opened: number;
  readonly closed: Readonly<Record<string, number>>;
  readonly open: number;
  readonly neverAnswered: number;
  readonly by: Readonly<Record<string, readonly Entry[]>>;
  readonly slowest: readonly { readonly packet: number; readonly durationUs: number }[];
  readonly largest: readonly { readonly command: string; readonly key: string; client: string; bytes: number }[];
}

interface CommandRecord {
  readonly event: string;
  readonly packet: number;
  readonly command: string;
  readonly clientAddress: string;
  readonly server: string;
  readonly key?: string;
  readonly keys?: readonly string[];
  readonly latencyUs?: number;
  readonly queueUs?: number;
  readonly durationUs?: number;
  readonly cause?: string;
}

/** A command of the script, or one key of it, where it was said, and what it took at least and at most. */
interface Done extends Said {
  readonly client: string;
  readonly server: string;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly leastServerUs: number;
  readonly leastWaitUs: number;
  readonly mostUs: number;
}

interface Run {
  readonly file: string;
  readonly port: number;
  readonly done: readonly Done[];
}

let directory = '';
let run: Run;
let summary: Summary;
let commandRecords: CommandRecord[];

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mcsniff-known-'));
  run = await record(join(directory, 'known.pcap'));
  const read = ['-r', run.file, '--port', `${run.port}`, '--json'];
  const records = recordsOf<CommandRecord>((await runMcsniff(read)).stdout);
  commandRecords = records.filter(({ event }) => event === 'command');
  [summary] = recordsOf<Summary>((await runMcsniff([...read, '--summary', '--rows', '1000'])).stdout) as [Summary];
});
after(() => rmSync(directory, { recursive: true, force: true }));

/** Plays the script while what goes to and from the server and the proxy is captured, but not what is between them. */
async function record(file: string): Promise<Run> {
  const port = await freePort();
  const atServer = { host: hosts.server, port };
  const atProxy = { host: hosts.proxy, port };
  const server = await startServer(atServer);
  const holds = sessions.filter(({ isProxied }) => isProxied).flatMap(({ steps }) => steps.map(({ holdMs }) => holdMs));
  const proxy = await startProxy(atProxy, atServer, hosts.proxyToServer, holds);
  try {
    const capture = await startCapture(file, `port ${port} and not host ${hosts.proxyToServer}`);
    try {
      const playOne = async (session: Session): Promise<Done[]> => {
        const target = session.isProxied ? atProxy : atServer;
        const took = await play(session, target);
        return session.steps.flatMap(({ commands, holdMs }, place) =>
          commands.map((said, index) => ({
            ...said,
            client: session.client,
            server: `${target.host}:${port}`,
            requestBytes: said.send.length,
            responseBytes: said.answer.length,
            leastServerUs: index === 0 && holdMs !== 'forever' ? holdMs * 1000 : 0,
            leastWaitUs: holdMs === 'forever' ? 0 : holdMs * 1000,
            mostUs: took[place] as number,
          })),
        );
      };
      const done = (await Promise.all(sessions.map(playOne))).flat();
      done.push(...(await playOne(lastSession)));
      await capture.stopAfter(lastWords.send);
      return { file, port, done };
    } finally {
      await capture.stop();
    }
  } finally {
    await proxy.stop();
    await server.stop();
  }
}

/** Each key of a retrieval of several counts for itself: it has sent nothing, and received its value. */
function byKey(done: readonly Done[]): (Done & { readonly keys: readonly [KeyUse] })[] {
  return done.flatMap((one) =>
    one.keys.map((use) => ({
      ...one,
      keys: [use] as const,
      ...(one.keys.length === 1 ? {} : { requestBytes: 0, responseBytes: use.bytes }),
    })),
  );
}

function sumsOf(done: readonly Done[], all: number): Sums {
  const sum = (of: (one: Done) => number): number => done.reduce((total, one) => total + of(one), 0);
  const countOf = (wanted: Said['status']): number => done.filter(({ status }) => status === wanted).length;
  const hits = sum(({ keys }) => keys.filter(({ isHit }) => isHit === true).length);
  const misses = sum(({ keys }) => keys.filter(({ isHit }) => isHit === false).length);
  return {
    count: done.length,
    hits,
    misses,
    hitRatio: hits + misses === 0 ? undefined : fourDigits(hits / (hits + misses)),
    stored: countOf('stored'),
    errors: countOf('error'),
    unanswered: countOf('unanswered'),
    unknown: 0,
    requestBytes: sum(({ requestBytes }) => requestBytes),
    responseBytes: sum(({ responseBytes }) => responseBytes),
    valueBytes: sum(({ keys }) => keys.reduce((total, { bytes }) => total + bytes, 0)),
    share: fourDigits(done.length / all),
  };
}

function fourDigits(share: number): number {
  return Number(share.toFixed(4));
}

function groupsOf<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(nameOf(item));
    if (group === undefined) groups.set(nameOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

const serverTimes = (records: readonly CommandRecord[]): number[] =>
  records.flatMap(({ latencyUs, queueUs = 0 }) => (latencyUs === undefined ? [] : [latencyUs - queueUs]));
const waits = (records: readonly CommandRecord[]): number[] =>
  records.flatMap(({ durationUs }) => (durationUs === undefined ? [] : [durationUs]));

const shares: Times = { p50: 50, p90: 90, p99: 99, p999: 99.9, max: 100 };

/** By nearest rank: the smallest value that so many percent are not above. */
function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted.find((_, index) => (index + 1) * 100 >= percent * sorted.length - 1e-9) ?? Number.NaN;
}

function assertTimes(told: Times | undefined, values: readonly number[], columns: string[], where: string): void {
  if (values.length === 0) {
    assert.equal(told, undefined, where);
    return;
  }
  assert.ok(told !== undefined, where);
  assert.deepEqual(Object.keys(told).sort(), columns.sort(), where);
  for (const [name, value] of Object.entries(told)) {
    const isMean = name === 'mean';
    const total = values.reduce((sum, one) => sum + one, 0);
    const exact = isMean ? Math.round(total / values.length) : percentile(values, shares[name] as number);
    const mayDiffer = isMean || name === 'max' ? 0 : exact * 0.01;
    assert.ok(Math.abs(value - exact) <= mayDiffer, `${where}: ${name} is ${value}, not ${exact}`);
  }
}

interface List {
  readonly name: string;
  readonly isByKey?: true;
  readonly ofScript: (done: Done) => string;
  readonly ofRecord: (record: CommandRecord) => string;
}

const keyOf = ({ keys: [use] }: Done): string => (use as KeyUse).key;

const lists: readonly List[] = [
  { name: 'command', ofScript: ({ command }) => command, ofRecord: ({ command }) => command },
  { name: 'client', ofScript: ({ client }) => client, ofRecord: ({ clientAddress }) => clientAddress },
  { name: 'server', ofScript: ({ server }) => server, ofRecord: ({ server }) => server },
  { name: 'key', isByKey: true, ofScript: keyOf, ofRecord: ({ key }) => key as string },
  {
    name: 'pattern',
    isByKey: true,
    ofScript: (done) => patternOf(keyOf(done)),
    ofRecord: ({ key }) => patternOf(key as string),
  },
];

/** The records of a capture, each key of a retrieval for itself where `isByKey`. */
function recordsFor({ isByKey }: List): CommandRecord[] {
  if (isByKey !== true) return commandRecords;
  return commandRecords.flatMap((record) => {
    const { key, keys = key === undefined ? [] : [key] } = record;
    return keys.map((one) => ({ ...record, key: one }));
  });
}

describe('the summary of a script with known contents', () => {
  it('is of a script that has something of everything', () => {
    assert.ok(Object.keys(clients).length >= 3);
    assert.ok(new Set(byKey(run.done).map((one) => patternOf(keyOf(one)))).size >= 4);
    const { hits, misses, stored, errors, unanswered } = sumsOf(run.done, run.done.length);
    for (const number of [hits, misses, stored, errors]) assert.ok(number > 5);
    assert.equal(unanswered, 1);
  });

  for (const list of lists) {
    it(`counts by ${list.name} what the script did`, () => {
      const all = list.isByKey === true ? byKey(run.done) : run.done;
      const entries = summary.by[list.name] as readonly Entry[];
      const groups = groupsOf(all, list.ofScript);
      assert.deepEqual(entries.map((entry) => entry[list.name]).sort(), [...groups.keys()].sort());
      for (const entry of entries) {
        const name = entry[list.name] as string;
        const { [list.name]: _, serverUs, waitUs, ...sums } = entry;
        const expected = sumsOf(groups.get(name) as Done[], all.length);
        assert.deepEqual({ hitRatio: undefined, ...sums }, expected, name);
      }
    });

    it(`tells by ${list.name} what took how long, as the records do`, () => {
      const groups = groupsOf(recordsFor(list), list.ofRecord);
      const entries = summary.by[list.name] as readonly Entry[];
      assert.equal(entries.length, groups.size);
      for (const { [list.name]: name, serverUs, waitUs } of entries) {
        const records = groups.get(name as string) ?? [];
        assertTimes(serverUs, serverTimes(records), ['p50', 'p90', 'p99', 'p999', 'max', 'mean'], `${name}: server`);
        assertTimes(waitUs, waits(records), ['p50', 'p99', 'max'], `${name}: wait`);
      }
    });
  }

  it('tells what the proxy added: no less than it held, no more than its client saw', () => {
    const entry = (summary.by.client as readonly Entry[]).find(({ client }) => client === clients.proxied);
    const done = run.done.filter(({ client, status }) => client === clients.proxied && status !== 'unanswered');
    const most = done.map(({ mostUs }) => mostUs);
    for (const [times, least] of [
      [entry?.serverUs, done.map(({ leastServerUs }) => leastServerUs)],
      [entry?.waitUs, done.map(({ leastWaitUs }) => leastWaitUs)],
    ] as const) {
      assert.ok(times !== undefined);
      const { mean, ...ranks } = times;
      for (const [name, value] of Object.entries(ranks)) {
        const percent = shares[name] as number;
        // Packets are timed by another clock: it may go a little faster or slower.
        const [from, to] = [percentile(least, percent) * 0.989, percentile(most, percent) * 1.011 + 1000];
        assert.ok(value >= from && value <= to, `${name} is ${value}, not between ${from} and ${to}`);
      }
    }
    assert.ok((entry?.serverUs?.p50 ?? 0) >= 15_000 * 0.989);
    assert.ok((entry?.waitUs?.p99 ?? 0) >= 60_000 * 0.989);
  });

  it('counts packets as tcpdump does, and connections as the script does', async () => {
    const { stdout } = await runProgram('tcpdump', ['-r', run.file, '-n', '-q', '-e', '-tt']);
    const lines = stdout.toString().trimEnd().split('\n');
    const lengths = lines.map((line) => Number(/ length (\d+):/.exec(line)?.[1]));
    const times = lines.map((line) => Number(line.split(' ')[0]?.replace('.', '')));
    assert.equal(summary.packets, lines.length);
    assert.equal(
      summary.bytes,
      lengths.reduce((sum, length) => sum + length, 0),
    );
    assert.equal(summary.seconds, ((times.at(-1) as number) - (times[0] as number)) / 1e6);
    const { opened, closed, open, neverAnswered, commands } = summary;
    const all = [...sessions, lastSession];
    assert.deepEqual({ opened, closed, open, neverAnswered, commands }, expectedTotals(all));
  });

  it('lists the longest waits and the largest values', () => {
    const waited = commandRecords.filter(({ durationUs, cause }) => durationUs !== undefined && cause !== 'queue');
    const longest = waited.map(({ packet, durationUs }) => `${durationUs} ${packet}`);
    assert.deepEqual(summary.slowest.map(({ packet, durationUs }) => `${durationUs} ${packet}`).sort(), longest.sort());
    assertFalling(summary.slowest.map(({ durationUs }) => durationUs));
    const values = byKey(run.done)
      .filter(({ keys: [{ bytes }] }) => bytes > 0)
      .map(({ client, command, keys: [{ key, bytes }] }) => `${client} ${command} ${key} ${bytes}`);
    const largest = summary.largest.map(
      ({ client, command, key, bytes }) => `${client.replace(/:\d+$/, '')} ${command} ${key} ${bytes}`,
    );
    assert.deepEqual(largest.sort(), values.sort());
    assertFalling(summary.largest.map(({ bytes }) => bytes));
  });
});

function expectedTotals(all: readonly Session[]): Partial<Summary> {
  const ended = (wanted: Session['end']): number => all.filter(({ end }) => end === wanted).length;
  return {
    opened: all.length,
    closed: { fin: ended('fin'), rst: ended('rst') },
    open: 0,
    neverAnswered: 0,
    commands: run.done.length,
  };
}

function assertFalling(numbers: readonly number[]): void {
  assert.deepEqual(
    numbers,
    [...numbers].sort((one, other) => other - one),
  );
}

/** Columns of the text's tables. There is no room for all: that by which they are sorted is the first. */
const textColumns: Readonly<
  Record<string, { readonly sort: string; readonly of: (entry: Entry) => number | undefined }>
> = {
  count: { sort: 'count', of: ({ count }) => count },
  'hits %': { sort: 'hitRatio', of: ({ hitRatio }) => (hitRatio === undefined ? undefined : hitRatio * 100) },
  hits: { sort: 'hits', of: ({ hits }) => hits },
  misses: { sort: 'misses', of: ({ misses }) => misses },
  stored: { sort: 'stored', of: ({ stored }) => stored },
  errors: { sort: 'errors', of: ({ errors }) => errors },
  unanswered: { sort: 'unanswered', of: ({ unanswered }) => unanswered },
  sent: { sort: 'requestBytes', of: ({ requestBytes }) => requestBytes },
  received: { sort: 'responseBytes', of: ({ responseBytes }) => responseBytes },
  values: { sort: 'valueBytes', of: ({ valueBytes }) => valueBytes },
  p50: { sort: 'p50', of: ({ serverUs }) => serverUs?.p50 },
  p90: { sort: 'p90', of: ({ serverUs }) => serverUs?.p90 },
  p99: { sort: 'p99', of: ({ serverUs }) => serverUs?.p99 },
  'p99.9': { sort: 'p999', of: ({ serverUs }) => serverUs?.p999 },
  max: { sort: 'max', of: ({ serverUs }) => serverUs?.max },
  mean: { sort: 'mean', of: ({ serverUs }) => serverUs?.mean },
  share: { sort: 'count', of: ({ share }) => share * 100 },
};

const units: Readonly<Record<string, number>> = { '': 1, '%': 1, B: 1, kB: 1e3, MB: 1e6, µs: 1, ms: 1e3, s: 1e6 };

/** The number that a cell says, and by how much it was rounded at most. */
function readCell(cell: string): { value: number; rounding: number } {
  const [, digits = '', unit = ''] = /^([\d,.]+) ?(\S*)$/.exec(cell) ?? [];
  const plain = digits.replaceAll(',', '');
  const scale = units[unit] ?? Number.NaN;
  const decimals = plain.split('.')[1]?.length ?? 0;
  const isWhole = scale === 1 && decimals === 0;
  return { value: Number(plain) * scale, rounding: isWhole ? 0 : (10 ** -decimals / 2) * scale + 1e-6 };
}

function assertSays(cell: string, expected: number | undefined, where: string, within = 0): void {
  if (expected === undefined) {
    assert.equal(cell, '', where);
    return;
  }
  const { value, rounding } = readCell(cell);
  assert.ok(Math.abs(value - expected) <= rounding + expected * within, `${where} says ${cell}, not ${expected}`);
}

/** A table of the text: its rows by their names, each with its cells by their headings. */
function tableOf(text: string, list: string): Map<string, Map<string, string>> {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line === `By ${list}` || line.startsWith(`By ${list}, `)) + 1;
  assert.ok(start > 0, `there is no table by ${list}`);
  const [heading = '', ...rows] = lines.slice(start, lines.indexOf('', start));
  // Numbers end where their heading does; all begin where the one before has ended.
  const headings = [...heading.matchAll(/\S+(?: \S+)*/g)];
  const ends = headings.map(({ index, 0: word }) => index + word.length);
  ends[0] = Math.max(...rows.map((row) => /^ {2}\S+/.exec(row)?.[0].length ?? 0), ends[0] as number);
  return new Map(
    rows.map((row) => {
      const cells = headings.map(([word], column): [string, string] => {
        return [word, row.slice(column === 0 ? 0 : ends[column - 1], ends[column]).trim()];
      });
      return [cells[0]?.[1] ?? '', new Map(cells.slice(1))];
    }),
  );
}

const tables = ['command', 'pattern', 'client', 'server'];

function assertTables(text: string, firstColumn: string): void {
  for (const list of tables) {
    const table = tableOf(text, list);
    const entries = summary.by[list] as readonly Entry[];
    assert.equal(table.size, entries.length, list);
    for (const entry of entries) {
      const row = table.get(entry[list] as string);
      assert.ok(row !== undefined, `no ${entry[list]} by ${list}`);
      assert.equal([...row.keys()][0], firstColumn, list);
      for (const [heading, cell] of row) {
        const column = textColumns[heading];
        assert.ok(column !== undefined, `no column is called ${heading}`);
        assertSays(cell, column.of(entry), `${list} ${entry[list]}: ${heading}`);
      }
    }
  }
}

describe('the text of a summary of known contents', { concurrency: 2 }, () => {
  const textBy = async (sort: string): Promise<string> => {
    const options = ['-r', run.file, '--port', `${run.port}`, '--summary', '--rows', '1000', '--sort', sort];
    return (await runMcsniff(options)).stdout.toString();
  };

  it('has the totals of the script, and the numbers of the record by count', async () => {
    const text = await textBy('count');
    const { count, hits, misses, hitRatio, errors, unanswered } = sumsOf(run.done, run.done.length);
    const { fin, rst } = summary.closed;
    for (const line of [
      `  packets      ${summary.packets}, ${Math.round(summary.bytes / 1000)} kB\n`,
      `  connections  ${summary.opened} opened, closed: `,
      `  commands     ${count}, `,
      `  hit ratio    ${((hitRatio as number) * 100).toFixed(1)} %, ${hits} hits, ${misses} misses\n`,
      `  ${rst} connection reset\n`,
      `  ${errors} commands failed\n`,
      `  ${unanswered} command unanswered\n`,
    ]) {
      assert.ok(text.includes(`\n${line}`), `there is no ${line}`);
    }
    for (const part of [` ${fin} by fin`, ` ${rst} by rst`]) assert.ok(text.includes(part), part);
    assertTotalTimes(text, 'server took', serverTimes(commandRecords));
    assertTotalTimes(text, 'client wait', waits(commandRecords));
    assertTables(text, 'count');
    const headings = [...(tableOf(text, 'command').get('get')?.keys() ?? [])];
    assert.deepEqual(headings, ['count', 'hits %', 'misses', 'errors', 'unanswered', 'p50', 'p99', 'max']);
  });

  // The others have their place in the table by count.
  for (const heading of ['hits', 'stored', 'sent', 'received', 'values', 'p90', 'p99.9', 'mean']) {
    it(`has the numbers of the record by ${heading}`, async () => {
      assertTables(await textBy(textColumns[heading]?.sort as string), heading);
    });
  }
});

function assertTotalTimes(text: string, words: string, values: readonly number[]): void {
  const line = text.split('\n').find((one) => one.startsWith(`  ${words}  `)) ?? '';
  const [, median = '', p99 = '', max = ''] = /^.{15}(.+) \(median\), (.+) \(p99\), (.+) at most$/.exec(line) ?? [];
  assertSays(median, percentile(values, 50), `${words}: median`, 0.01);
  assertSays(p99, percentile(values, 99), `${words}: p99`, 0.01);
  assertSays(max, percentile(values, 100), `${words}: max`);
}
