import { textTable } from '../output/text-table.ts';
import { bytesText, countText, durationText, percentText, wholeText } from '../output/units.ts';
import type { ColumnValues } from '../statistics/columns-table.ts';
import type { TopState } from './controls.ts';
import type { ScreenSize } from './screen-terminal.ts';
import { rateText, shortTabNames, type TopRow, tableColumns, tabNames } from './tables.ts';

/** All that a screen shows. */
export interface TopPicture {
  /** What is watched: `lo`, or a file's name. */
  readonly source: string;
  /** Time of day, and since when. */
  readonly clock: string;
  readonly elapsed: string;
  /** True once nothing more comes. */
  readonly hasEnded: boolean;
  readonly total: ColumnValues;
  readonly packets: number;
  readonly bytes: number;
  /** Commands a second of the last looks, the latest last. */
  readonly rates: readonly number[];
  readonly byteRate: number;
  readonly open: number;
  /** Packets that the kernel has dropped; undefined where nobody counts them. */
  readonly dropped: number | undefined;
  /** Rows of the table that is shown, sorted and filtered. */
  readonly rows: readonly TopRow[];
  /** Lines instead of the table: findings, or the latest commands of the row that is open. */
  readonly lines: readonly string[] | undefined;
}

/** Escape codes for what stands out; empty where nothing may. */
export interface ScreenStyle {
  readonly strong: string;
  readonly marked: string;
  readonly dim: string;
  readonly end: string;
}

/** Lines above the table. */
const headLines = 5;
/** Lines that are not the table's rows: the head, the tabs, the headings, the keys. */
const otherLines = headLines + 3;

/** A name is cut to no less than this, so that a terminal of 80 columns has room for most numbers. */
const leastName = 18;

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** How many rows of a table a screen has room for. */
export function pageOf({ rows }: ScreenSize): number {
  return Math.max(1, rows - otherLines);
}

/** The lines of a screen, as many as it has rows, none longer than it is wide. */
export function screenLines(picture: TopPicture, state: TopState, size: ScreenSize, style: ScreenStyle): string[] {
  const { columns, rows } = size;
  const body = state.showsHelp
    ? helpLines(state.tabs.length).map((line) => cut(line, columns))
    : (picture.lines ?? tableLines(picture, state, size, style));
  const top = [...head(picture, state, columns), tabLine(state, style, columns)];
  const middle = body.slice(0, rows - top.length - 1);
  const blank = new Array<string>(Math.max(0, rows - top.length - 1 - middle.length)).fill('');
  return [...top, ...middle, ...blank, cut(keyLine(state), columns)]
    .slice(0, rows)
    .map((line, index) => (index === 0 ? style.strong + cut(line, columns) + style.end : line));
}

function head(picture: TopPicture, state: TopState, columns: number): string[] {
  const { source, clock, elapsed, hasEnded, total, packets, bytes, rates, byteRate, open, dropped } = picture;
  const mode = hasEnded ? 'ended' : state.isPaused ? 'paused' : '';
  const left = `mcsniff  ${source}  ${clock}  for ${elapsed}`;
  const now = rates.at(-1) ?? 0;
  const line = `commands    ${wholeText(total.count)}, ${rateText(now)}/s  `;
  const { hitRatio, hits, misses, serverUs, waitUs, errors, unanswered } = total;
  const ratio = hitRatio === undefined ? '-' : percentText(hitRatio);
  const trouble = unanswered === 0 ? '' : `, ${wholeText(unanswered)} unanswered`;
  const loss = dropped === undefined || dropped === 0 ? '' : `, ${wholeText(dropped)} dropped`;
  const server =
    serverUs === undefined
      ? '-'
      : `median ${durationText(serverUs.p50)}, p99 ${durationText(serverUs.p99)}, max ${durationText(serverUs.max)}`;
  const wait = waitUs === undefined ? '' : `   client wait p99 ${durationText(waitUs.p99)}`;
  return [
    `${left}${mode.padStart(Math.max(2, columns - left.length))}`,
    cut(line + sparkline(rates, columns - line.length), columns),
    cut(
      `hit ratio   ${ratio}, ${wholeText(hits)} hits, ${wholeText(misses)} misses, ${wholeText(errors)} errors${trouble}`,
      columns,
    ),
    cut(`server took ${server}${wait}`, columns),
    cut(
      `traffic     ${wholeText(packets)} packets${loss}, ${bytesText(bytes)}, ${bytesText(Math.round(byteRate))}/s; ${countText(open, 'connection', 'connections')} open`,
      columns,
    ),
  ];
}

/** The last values that there is room for, the largest of them as the highest bar. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = width > 0 ? values.slice(-width) : [];
  const most = Math.max(0, ...shown);
  return shown
    .map((value) => (most === 0 ? bars[0] : bars[Math.min(bars.length - 1, Math.floor((value / most) * bars.length))]))
    .join('');
}

function tabLine(state: TopState, style: ScreenStyle, columns: number): string {
  const { tabs } = state;
  const long = tabs.map((tab, index) => `${index + 1} ${tabNames[tab]}`);
  const isLong = long.join('  ').length <= columns;
  const names = isLong ? long : tabs.map((tab, index) => `${index + 1} ${shortTabNames[tab]}`);
  const between = isLong ? '  ' : ' ';
  const plain = names.join(between);
  const filter = state.filter === '' && !state.isTyping ? '' : `  /${state.filter}${state.isTyping ? '_' : ''}`;
  const end = cut(filter, Math.max(0, columns - plain.length));
  if (plain.length > columns) return cut(`${style.marked}${tabNames[state.tab]}${style.end}`, columns + 16) + filter;
  const tabsText = names.map((name, index) =>
    tabs[index] === state.tab ? `${style.marked}${name}${style.end}` : name,
  );
  return tabsText.join(between) + end;
}

function tableLines({ rows }: TopPicture, state: TopState, size: ScreenSize, style: ScreenStyle): string[] {
  const page = pageOf(size);
  // The marked row stays in sight.
  const first = Math.max(0, Math.min(state.row - page + 1, rows.length - page));
  const start = state.row < first ? state.row : first;
  const [heading = '', ...lines] = textTable(
    tableColumns(state.tab, state.sort),
    rows.slice(start, start + page),
    size.columns,
    leastName,
  );
  if (rows.length === 0) return [style.strong + cut(heading, size.columns) + style.end, '', '  nothing yet'];
  const marked = lines.map((line, index) =>
    start + index === state.row ? style.marked + line.padEnd(size.columns) + style.end : line,
  );
  return [style.strong + heading + style.end, ...marked];
}

function keyLine({ isTyping, opened }: TopState): string {
  if (isTyping) return 'type what names shall hold   Enter keep   Esc show all';
  if (opened !== undefined) return `${opened}   Esc back   p pause   q quit`;
  return 'Tab table  ↑↓ row  Enter open  < > sort  / filter  p pause  ? help  q quit';
}

const helpLines = (tabs: number): string[] => [
  '',
  `  Tab, ←, →, 1 to ${tabs}   another table`,
  '  ↑, ↓, j, k          another row; Page Up, Page Down, Home, End',
  '  Enter               the latest commands of the row; Esc or Backspace: back',
  '  <, >, s             sort by another column; ▼ marks it',
  '  /                   show only rows whose name holds a text; Esc: all',
  '  p, space            pause; what comes meanwhile is counted',
  '  q, Control-C        quit',
  '',
  '  cmds/s and bytes/s are of the last second, all else is of the whole capture.',
];

function cut(text: string, columns: number): string {
  return text.length > columns ? text.slice(0, columns) : text;
}
