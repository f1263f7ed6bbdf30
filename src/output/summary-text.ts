import { escapedText } from '../byte-writer.ts';
import type { NotableCommand, SlowCommand } from '../statistics/command-lists.ts';
import type { ListEntry } from '../statistics/group-list.ts';
import type { SortColumn } from '../statistics/list-columns.ts';
import type { SummarySnapshot } from '../statistics/summary.ts';
import { isOnConnection } from './finding-record.ts';
import { isoTime } from './iso-time.ts';
import { type TextColumn, textTable } from './text-table.ts';
import { bytesText, countText, durationText, percentText, wholeText } from './units.ts';

const indent = '  ';

/** How a summary is shown. */
export interface SummaryTextOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Entries of a list. */
  readonly rows: number;
  readonly sort: SortColumn;
  /** Times are from the first packet. */
  readonly isRelative: boolean;
}

/** A summary as lines of text: totals first, then what is unusual, then the lists. */
export function summaryLines(snapshot: SummarySnapshot, options: SummaryTextOptions): string[] {
  const { rows, width } = options;
  const lines = [...head(snapshot, options.isRelative), ...unusual(snapshot, width), ...findingLines(snapshot)];
  for (const [list, entries] of Object.entries(snapshot.by)) {
    if (entries.length === 0) continue;
    const title = `By ${list.replaceAll('+', ' and ')}`;
    const order = options.sort === 'count' ? '' : `, most ${options.sort} first`;
    lines.push('', `${title}${order}`, ...listTable(list, entries.slice(0, rows), options));
  }
  const slowest = snapshot.slowest.slice(0, rows);
  if (slowest.length > 0) lines.push('', 'Longest waits', ...textTable(slowColumns, slowest, width));
  const largest = snapshot.largest.slice(0, rows);
  if (largest.length > 0) lines.push('', 'Largest values', ...textTable(largeColumns, largest, width));
  return lines;
}

function head(snapshot: SummarySnapshot, isRelative: boolean): string[] {
  const { span, every, fromUs, toUs, packets, bytes, opened, closed, open, total } = snapshot;
  if (packets === 0) return ['No packets'];
  const seconds = fromUs === undefined || toUs === undefined ? 0 : Math.max(0, toUs - fromUs) / 1e6;
  const which = span === undefined ? '' : `Span ${span} of ${every} s: `;
  const ended = Object.entries(closed).map(([reason, count]) => `${wholeText(count)} by ${reason}`);
  const { count, hits, misses, hitRatio, serverUs, waitUs } = total;
  const lines = [
    `${which}${fromUs === undefined || toUs === undefined ? 'Commands' : `${timeText(fromUs, isRelative)} to ${timeText(toUs, isRelative)}, ${seconds} s`}`,
    `  packets      ${wholeText(packets)}, ${bytesText(bytes)}`,
    `  connections  ${wholeText(opened)} opened${ended.length === 0 ? '' : `, closed: ${ended.join(', ')}`}, ${wholeText(open)} open`,
    `  commands     ${wholeText(count)}${seconds > 0 ? `, ${rate(count / seconds)}/s` : ''}`,
  ];
  if (hitRatio !== undefined) {
    lines.push(
      `  hit ratio    ${percentText(hitRatio)}, ${countText(hits, 'hit', 'hits')}, ${countText(misses, 'miss', 'misses')}`,
    );
  }
  if (serverUs !== undefined) {
    const { p50, p99, max } = serverUs;
    lines.push(
      `  server took  ${durationText(p50)} (median), ${durationText(p99)} (p99), ${durationText(max)} at most`,
    );
  }
  if (waitUs !== undefined) {
    const { p50, p99, max } = waitUs;
    lines.push(
      `  client wait  ${durationText(p50)} (median), ${durationText(p99)} (p99), ${durationText(max)} at most`,
    );
  }
  return lines;
}

function timeText(timeUs: number, isRelative: boolean): string {
  const text = isoTime(timeUs);
  return isRelative ? text.slice('1970-01-01T'.length, -1) : text;
}

/** What a healthy cache does not show; nothing where there is none of it. */
function unusual({ neverAnswered, closed, total, isApproximate, by }: SummarySnapshot, width: number): string[] {
  const items: string[] = [];
  const item = (count: number, one: string, several: string): void => {
    if (count > 0) items.push(countText(count, one, several));
  };
  item(neverAnswered, 'connection never answered', 'connections never answered');
  item(closed.rst ?? 0, 'connection reset', 'connections reset');
  item(total.errors, 'command failed', 'commands failed');
  item(total.unanswered, 'command unanswered', 'commands unanswered');
  item(total.unknown, 'answer unknown', 'answers unknown');
  if (isApproximate) items.push('more than 100,000 key patterns: folded early, approximate');
  const bounds = Object.values(by).flatMap((entries) => entries.map(({ errorBound = 0 }) => errorBound));
  const bound = Math.max(0, ...bounds);
  if (bound > 0) items.push(`counts marked ~ may be too high, by up to ${wholeText(bound)}`);
  if (items.length === 0) return [];
  const lines = ['', 'Unusual'];
  for (const text of items) lines.push(`  ${text}`.slice(0, width));
  return lines;
}

/** Every finding in two lines: what was seen, then where. Long texts are left to the terminal to wrap. */
function findingLines({ findings }: SummarySnapshot): string[] {
  if (findings.length === 0) return [];
  const lines = ['', 'Findings'];
  for (const finding of findings) {
    const { severity, count, text, advice, client, server, packets } = finding;
    const times = count > 1 ? ` (${wholeText(count)} times)` : '';
    const place = [
      ...(isOnConnection(finding) ? [`conn ${finding.connection?.id}`] : []),
      ...(client === undefined ? [] : [`${client}${server === undefined ? '' : ` > ${server}`}`]),
      ...(client === undefined && server !== undefined ? [server] : []),
      `${packets.length === 1 ? 'packet' : 'packets'} ${packets.join(', ')}`,
    ];
    lines.push(
      `  ${severity.padEnd(8)} ${finding.finding}${times}: ${text}`,
      `           ${place.join(', ')}`,
      `           ${advice}`,
    );
  }
  return lines;
}

function listTable(list: string, entries: readonly ListEntry[], { width, sort }: SummaryTextOptions): string[] {
  const name: TextColumn<ListEntry> = { heading: list, cell: (entry) => nameOf(list, entry), isText: true };
  const used = columnsOf(entries);
  const sorted = used.find(({ heading }) => heading === (headings[sort] ?? sort));
  const columns = sorted === undefined ? used : [sorted, ...used.filter((column) => column !== sorted)];
  return textTable([name, ...columns], entries, width - indent.length).map((line) => indent + line);
}

function nameOf(list: string, entry: ListEntry): string {
  const names = list.split('+').map((dimension) => {
    if (dimension === 'connection') return `${entry.conn} ${entry.client} > ${entry.server}`;
    return escapedText(`${entry[dimension as keyof ListEntry] ?? ''}`);
  });
  return names.map((text) => (text === '' ? '(empty)' : text)).join('  ');
}

/** How columns are called where their own names would take too much room. */
const headings: Partial<Record<SortColumn, string>> = {
  hitRatio: 'hits %',
  valueBytes: 'values',
  requestBytes: 'sent',
  responseBytes: 'received',
  p999: 'p99.9',
};

/** Those that say something, the more telling ones first. */
function columnsOf(entries: readonly ListEntry[]): TextColumn<ListEntry>[] {
  const any = (has: (entry: ListEntry) => boolean): boolean => entries.some(has);
  const time = (heading: string, of: 'p50' | 'p90' | 'p99' | 'p999' | 'max' | 'mean'): TextColumn<ListEntry> => ({
    heading,
    cell: ({ serverUs }) => (serverUs === undefined ? '' : durationText(serverUs[of])),
  });
  const number = (heading: string, of: (entry: ListEntry) => number, text = wholeText): TextColumn<ListEntry>[] =>
    any((entry) => of(entry) > 0) ? [{ heading, cell: (entry) => text(of(entry)) }] : [];
  return [
    { heading: 'count', cell: ({ count, errorBound }) => `${errorBound === undefined ? '' : '~'}${wholeText(count)}` },
    ...(any(({ hitRatio }) => hitRatio !== undefined)
      ? [
          {
            heading: 'hits %',
            cell: ({ hitRatio }: ListEntry) => (hitRatio === undefined ? '' : (hitRatio * 100).toFixed(1)),
          },
        ]
      : []),
    ...number('misses', ({ misses }) => misses),
    ...number('errors', ({ errors }) => errors),
    ...number('unanswered', ({ unanswered }) => unanswered),
    time('p50', 'p50'),
    time('p99', 'p99'),
    time('max', 'max'),
    ...number('values', ({ valueBytes }) => valueBytes, bytesText),
    ...number('stored', ({ stored }) => stored),
    { heading: 'share', cell: ({ share }) => percentText(share) },
    ...number('hits', ({ hits }) => hits),
    ...number('unknown', ({ unknown }) => unknown),
    ...number('sent', ({ requestBytes }) => requestBytes, bytesText),
    ...number('received', ({ responseBytes }) => responseBytes, bytesText),
    time('mean', 'mean'),
    time('p90', 'p90'),
    time('p99.9', 'p999'),
  ];
}

const commandColumn: TextColumn<NotableCommand> = {
  heading: '  command',
  cell: ({ command, key }) => `  ${escapedText(key === undefined ? command : `${command} ${key}`) || '(empty)'}`,
  isText: true,
};

const placeColumns: readonly TextColumn<NotableCommand>[] = [
  { heading: 'packet', cell: ({ packet }) => `${packet}` },
  { heading: 'conn', cell: ({ conn }) => `${conn}` },
];

const slowColumns: readonly TextColumn<SlowCommand>[] = [
  commandColumn,
  { heading: 'waited', cell: ({ durationUs }) => durationText(durationUs) },
  {
    heading: 'server',
    cell: ({ latencyUs, queueUs = 0 }) => (latencyUs === undefined ? '' : durationText(latencyUs - queueUs)),
  },
  { heading: 'cause', cell: ({ cause = '' }) => cause, isText: true },
  ...placeColumns,
  { heading: 'client', cell: ({ client }) => client, isText: true },
];

const largeColumns: readonly TextColumn<NotableCommand & { readonly bytes: number }>[] = [
  commandColumn,
  { heading: 'value', cell: ({ bytes }) => bytesText(bytes) },
  ...placeColumns,
  { heading: 'client', cell: ({ client }) => client, isText: true },
];

function rate(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(2) : wholeText(Math.round(perSecond));
}
