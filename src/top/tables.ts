import { escapedText } from '../byte-writer.ts';
import type { TextColumn } from '../output/text-table.ts';
import { bytesText, durationText, wholeText } from '../output/units.ts';
import type { ListEntry } from '../statistics/group-list.ts';

/** The tables, in the order of their keys. */
const usualTabs = ['pattern', 'key', 'client', 'server', 'command', 'connection', 'finding'] as const;
export type Tab = (typeof usualTabs)[number] | 'process';
/** Those that list commands. */
export type ListTab = Exclude<Tab, 'finding'>;

/** The tables that there are; `namesProcesses`: one by process, too, as the last, so that the others keep their keys. */
export function tabsOf(namesProcesses: boolean): readonly Tab[] {
  return namesProcesses ? [...usualTabs, 'process'] : usualTabs;
}

export function isListTab(tab: Tab): tab is ListTab {
  return tab !== 'finding';
}

/** How the tables are called. */
export const tabNames: Readonly<Record<Tab, string>> = {
  pattern: 'Patterns',
  key: 'Keys',
  client: 'Clients',
  server: 'Servers',
  command: 'Commands',
  connection: 'Connections',
  finding: 'Findings',
  process: 'Processes',
};

/** The same where there is less room. */
export const shortTabNames: Readonly<Record<Tab, string>> = { ...tabNames, connection: 'Conns' };

/** What tables can be sorted by, the largest first, in the order of the columns. */
export const topColumns = ['rate', 'count', 'bytes', 'hits', 'misses', 'errors', 'mean', 'p99'] as const;
export type TopColumn = (typeof topColumns)[number];

/** An entry of a list, and how fast it grew lately. */
export interface TopRow {
  readonly entry: ListEntry;
  readonly name: string;
  /** Commands, and bytes of requests and answers, in a second; undefined where it is not known yet. */
  readonly rate: number | undefined;
  readonly byteRate: number | undefined;
}

/** What an entry is called: the value of the field that its table is about. */
export function nameOf(tab: Tab, entry: ListEntry): string {
  if (tab === 'connection') return `${entry.conn} ${entry.client} > ${entry.server}`;
  const name = escapedText(`${entry[tab as keyof ListEntry] ?? ''}`);
  return name === '' ? '(empty)' : name;
}

interface Column {
  readonly heading: string;
  readonly cell: (row: TopRow) => string;
  /** What it is sorted by; -1 where that is not known. */
  readonly size: (row: TopRow) => number;
}

const columns: Readonly<Record<TopColumn, Column>> = {
  rate: {
    heading: 'cmds/s',
    cell: ({ rate }) => (rate === undefined ? '' : rateText(rate)),
    size: ({ rate = -1 }) => rate,
  },
  count: {
    heading: 'commands',
    cell: ({ entry }) => `${entry.errorBound === undefined ? '' : '~'}${wholeText(entry.count)}`,
    size: ({ entry }) => entry.count,
  },
  bytes: {
    heading: 'bytes/s',
    cell: ({ byteRate }) => (byteRate === undefined ? '' : bytesText(Math.round(byteRate))),
    size: ({ byteRate = -1 }) => byteRate,
  },
  hits: {
    heading: 'hits %',
    cell: ({ entry: { hitRatio } }) => (hitRatio === undefined ? '' : (hitRatio * 100).toFixed(1)),
    size: ({ entry: { hitRatio = -1 } }) => hitRatio,
  },
  misses: { heading: 'misses', cell: ({ entry }) => wholeText(entry.misses), size: ({ entry }) => entry.misses },
  errors: { heading: 'errors', cell: ({ entry }) => wholeText(entry.errors), size: ({ entry }) => entry.errors },
  mean: {
    heading: 'average',
    cell: ({ entry: { serverUs } }) => (serverUs === undefined ? '' : durationText(serverUs.mean)),
    size: ({ entry: { serverUs } }) => serverUs?.mean ?? -1,
  },
  p99: {
    heading: 'p99',
    cell: ({ entry: { serverUs } }) => (serverUs === undefined ? '' : durationText(serverUs.p99)),
    size: ({ entry: { serverUs } }) => serverUs?.p99 ?? -1,
  },
};

/** Wide enough for most numbers, and the mark of the sorted column, so that columns stay where they are. */
const columnWidth = 7;

/** The columns of a table, the one that it is sorted by marked. */
export function tableColumns(tab: Tab, sort: TopColumn): readonly TextColumn<TopRow>[] {
  const numbers = topColumns.map((name): TextColumn<TopRow> => {
    const { heading, cell } = columns[name];
    return { heading: `${heading}${name === sort ? '▼' : ''}`.padStart(columnWidth), cell };
  });
  return [{ heading: tab, cell: ({ name }) => name, isText: true }, ...numbers];
}

/** The largest first; of equal ones, as where nothing comes, those with more commands, then by name. */
export function sortRows(rows: readonly TopRow[], sort: TopColumn): readonly TopRow[] {
  const { size } = columns[sort];
  const count = (row: TopRow): number => row.entry.count;
  return rows.toSorted(
    (one, other) => size(other) - size(one) || count(other) - count(one) || (one.name < other.name ? -1 : 1),
  );
}

/** `0.4`, `12`, `1,234`. */
export function rateText(rate: number): string {
  return rate > 0 && rate < 9.95 ? rate.toFixed(1) : wholeText(Math.round(rate));
}
