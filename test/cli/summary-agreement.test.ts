import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type JsonRecord, recordsOf } from '../support/records.ts';
import { runMcsniff } from '../support/run-program.ts';

const samples = fileURLToPath(new URL('../../../samples/', import.meta.url));
const captures = readdirSync(samples).filter((name) => /\.pcap(?:ng|\.gz)?$/.test(name));

/** A command's record, as far as a summary adds it up. */
interface Command {
  readonly command: string;
  readonly key?: string;
  readonly keys?: readonly string[];
  readonly conn: number;
  readonly clientAddress: string;
  readonly client: string;
  readonly server: string;
  readonly status: string;
  readonly hits?: number;
  readonly misses?: number;
  readonly bytes?: number;
  readonly latencyUs?: number;
  readonly queueUs?: number;
  readonly durationUs?: number;
  readonly requestBytes: number;
  readonly responseBytes?: number;
}

type Names = Readonly<Record<string, string | number>>;
type Entry = Readonly<Record<string, number | string | undefined | Readonly<Record<string, number>>>>;

const failed = ['error', 'client_error', 'server_error', 'misfit'];

/** What an entry of a list has to be, added up from records. */
function summed(commands: readonly Command[], all: number): Record<string, unknown> {
  const sum = (of: (command: Command) => number): number => commands.reduce((total, one) => total + of(one), 0);
  const withStatus = (...statuses: string[]): number =>
    commands.filter(({ status }) => statuses.includes(status)).length;
  const hits = sum(({ hits = 0 }) => hits);
  const misses = sum(({ misses = 0 }) => misses);
  const server = commands.flatMap(({ latencyUs, queueUs = 0 }) =>
    latencyUs === undefined ? [] : [latencyUs - queueUs],
  );
  const waits = commands.flatMap(({ durationUs }) => (durationUs === undefined ? [] : [durationUs]));
  const mean = Math.round(server.reduce((total, one) => total + one, 0) / server.length);
  return {
    count: commands.length,
    hits,
    misses,
    hitRatio: hits + misses === 0 ? undefined : Math.round((hits / (hits + misses)) * 10_000) / 10_000,
    stored: withStatus('stored'),
    errors: withStatus(...failed),
    unanswered: withStatus('unanswered'),
    unknown: withStatus('unknown'),
    requestBytes: sum(({ requestBytes }) => requestBytes),
    responseBytes: sum(({ responseBytes = 0 }) => responseBytes),
    valueBytes: sum(({ bytes = 0 }) => bytes),
    serverUs: percentiles(server, { p50: 0.5, p90: 0.9, p99: 0.99, p999: 0.999 }, { mean }),
    waitUs: percentiles(waits, { p50: 0.5, p99: 0.99 }, {}),
    share: Math.round((commands.length / all) * 10_000) / 10_000,
  };
}

function percentiles(values: readonly number[], shares: Readonly<Record<string, number>>, more: object): unknown {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const ranks = Object.entries(shares).map(([name, share]) => [name, sorted[Math.ceil(share * sorted.length) - 1]]);
  return { ...Object.fromEntries(ranks), max: sorted.at(-1), ...more };
}

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

/** Numbers of percentiles may differ by one percent. */
function assertAgree(entry: Entry, expected: Record<string, unknown>, where: string): void {
  for (const [name, value] of Object.entries(expected)) {
    const found = entry[name];
    if (typeof value !== 'object' || value === null || typeof found !== 'object') {
      assert.equal(found, value, `${where}: ${name}`);
      continue;
    }
    for (const [part, number] of Object.entries(value as Record<string, number>)) {
      const other = (found as Record<string, number>)[part] ?? Number.NaN;
      assert.ok(Math.abs(other - number) <= number * 0.01, `${where}: ${name}.${part} is ${other}, not ${number}`);
    }
  }
}

const namings: Readonly<Record<string, (command: Command) => Names>> = {
  command: ({ command }) => ({ command }),
  client: ({ clientAddress }) => ({ client: clientAddress }),
  server: ({ server }) => ({ server }),
  status: ({ status }) => ({ status }),
  connection: ({ conn, client, server }) => ({ conn, client, server }),
  'command+client': ({ command, clientAddress }) => ({ command, client: clientAddress }),
  'server+status': ({ server, status }) => ({ server, status }),
};

function assertLists(summary: JsonRecord, commands: readonly Command[]): void {
  const by = summary.by as Record<string, Entry[]>;
  for (const [list, naming] of Object.entries(namings)) {
    const groups = grouped(commands, (command) => JSON.stringify(naming(command)));
    const entries = by[list] as Entry[];
    assert.equal(entries.length, groups.size, list);
    for (const [names, group] of groups) {
      const wanted = Object.entries(JSON.parse(names) as Names);
      const entry = entries.find((one) => wanted.every(([name, value]) => one[name] === value));
      assert.ok(entry !== undefined, `${list}: ${names}`);
      assertAgree(entry, summed(group, commands.length), `${list}: ${names}`);
    }
  }
}

const lists = ['--by', Object.keys(namings).join(','), '--by', 'key,pattern', '--rows', '100000'];

async function commandsOf(options: readonly string[]): Promise<{ commands: Command[]; records: JsonRecord[] }> {
  const records = recordsOf((await runMcsniff([...options, '--json', '--findings'])).stdout);
  return { commands: records.filter(({ event }) => event === 'command') as unknown as Command[], records };
}

async function summariesOf(options: readonly string[]): Promise<JsonRecord[]> {
  return recordsOf((await runMcsniff([...options, '--summary', '--json'])).stdout);
}

describe('a summary agrees with the records of the same capture', { concurrency: 2 }, () => {
  for (const name of captures) {
    it(name, async () => {
      const read = ['-r', join(samples, name)];
      const { commands, records } = await commandsOf(read);
      const [summary, ...others] = await summariesOf([...read, ...lists]);
      assert.ok(summary !== undefined && others.length === 0);
      assertLists(summary, commands);
      assertKeys(summary, commands);
      const exit = records.at(-1);
      assert.equal(summary.packets, exit?.packets);
      assert.equal(summary.commands, commands.length);
      assert.equal(summary.opened, records.filter(({ event }) => event === 'connection_open').length);
      const closes = records.filter(({ event }) => event === 'connection_close');
      const reasons = grouped(closes, ({ reason }) => reason);
      assert.equal(summary.open, reasons.get('end_of_capture')?.length ?? 0);
      reasons.delete('end_of_capture');
      assert.deepEqual(
        summary.closed,
        Object.fromEntries([...reasons].map(([reason, { length }]) => [reason, length])),
      );
      // Equal findings are one entry of a summary, with the first evidence.
      const found = grouped(
        records.filter(({ event }) => event === 'finding'),
        ({ finding }) => finding,
      );
      const entries = grouped(summary.findings as JsonRecord[], ({ finding }) => finding);
      assert.deepEqual([...entries.keys()].sort(), [...found.keys()].sort());
      for (const [finding, [entry]] of entries) {
        const first = found.get(finding)?.find(({ client, key }) => client === entry?.client && key === entry?.key);
        assert.ok(first !== undefined, `${finding} of ${entry?.client}`);
      }
    });
  }
});

/** Each key of each command counts once, with its own hit, miss and value. */
function assertKeys(summary: JsonRecord, commands: readonly Command[]): void {
  const by = summary.by as Record<
    string,
    { count: number; key?: string; hits: number; misses: number; valueBytes: number }[]
  >;
  const keys = commands.flatMap(({ key, keys = key === undefined ? [] : [key] }) => keys);
  assert.deepEqual(
    new Map((by.key ?? []).map(({ key, count }) => [key, count])),
    new Map([...grouped(keys, (key) => key)].map(([key, { length }]) => [key, length])),
  );
  const withKeys = commands.filter(({ key }) => key !== undefined);
  for (const list of [by.key ?? [], by.pattern ?? []]) {
    for (const column of ['hits', 'misses', 'valueBytes'] as const) {
      const field = column === 'valueBytes' ? 'bytes' : column;
      const total = withKeys.reduce((sum, command) => sum + (command[field] ?? 0), 0);
      assert.equal(
        list.reduce((sum, entry) => sum + entry[column], 0),
        total,
        column,
      );
    }
  }
}

describe('a summary of a part', { concurrency: 2 }, () => {
  const capture = ['-r', join(samples, 'all-commands.pcap')];
  for (const selection of [
    ['--command', 'get,set'],
    ['--status', 'hit'],
    ['--key', '[a-n]*'],
    ['--slower-than', '150us'],
    ['--connection', '2'],
  ]) {
    it(`agrees with the records under ${selection.join(' ')}`, async () => {
      const { commands } = await commandsOf([...capture, ...selection]);
      const [summary] = await summariesOf([...capture, ...selection, ...lists]);
      assert.ok(summary !== undefined && commands.length > 0);
      assertLists(summary, commands);
    });
  }

  for (const every of ['1s', '10ms']) {
    it(`spans of ${every} add up to the whole`, async () => {
      const summaries = await summariesOf([...capture, '--every', every, ...lists]);
      const whole = summaries.pop();
      assert.ok(whole !== undefined && whole.span === undefined && summaries.length > 1);
      for (const field of ['packets', 'bytes', 'opened'] as const) {
        assert.equal(
          summaries.reduce((sum, one) => sum + (one[field] as number), 0),
          whole[field],
          field,
        );
      }
      const counts = (summary: JsonRecord): Record<string, number> =>
        Object.fromEntries(
          (summary.by as Record<string, Entry[]>).command?.map((one) => [one.command, one.count]) ?? [],
        );
      const added: Record<string, number> = {};
      for (const one of summaries) {
        for (const [command, count] of Object.entries(counts(one))) added[command] = (added[command] ?? 0) + count;
      }
      assert.deepEqual(added, counts(whole));
      const start = Date.parse(whole.from as string);
      for (const { span, every: seconds, from } of summaries) {
        assert.equal(Math.floor((Date.parse(from as string) - start) / 1000 / (seconds as number)) + 1, span);
      }
    });
  }
});
