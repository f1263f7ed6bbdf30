import type { MetricsAddress } from '../metrics/metrics-server.ts';
import { type Language, languages } from '../output/explain/language.ts';
import { type Dimension, defaultLists, dimensions } from '../statistics/dimensions.ts';
import { type SortColumn, sortColumns } from '../statistics/list-columns.ts';
import { choice, flag, list, optionalInteger, type ParsedOptions, text, UsageError } from './option-values.ts';
import { suggestion } from './suggestion.ts';

/** What standard output shows; `none`: nothing. */
export type View = 'lines' | 'records' | 'compact' | 'summary' | 'connections' | 'top' | 'explain' | 'none';

/** What a summary holds. */
export interface SummarySettings {
  /** Length of a span, µs of packet time; undefined for all at the end only. */
  readonly everyUs: number | undefined;
  readonly lists: readonly (readonly Dimension[])[];
  readonly sort: SortColumn;
  /** Entries of a list; undefined for the default. */
  readonly rows: number | undefined;
}

/** Options that say what standard output shows, beside `--json`. */
const viewOptions = {
  compact: 'compact',
  summary: 'summary',
  connections: 'connections',
  top: 'top',
  explain: 'explain',
  'no-lines': 'none',
  print: 'lines',
} as const;

/** Views that may be records. */
const withRecords: ReadonlySet<string> = new Set(['summary', 'connections']);

const topOptions = ['once', 'speed'] as const;
const summaryOptions = ['every', 'by', 'sort', 'rows'] as const;

/**
 * The view that is wanted. `json`: whether records are; `write`: where packets are saved, which then are what is wanted,
 * and no lines. Throws a `UsageError` where two are.
 */
export function viewOf(parsed: ParsedOptions, json: boolean, write: string | undefined): View {
  const asked = (Object.keys(viewOptions) as (keyof typeof viewOptions)[]).filter((option) => isAsked(parsed, option));
  const isOfRecords = json && !asked.some((option) => withRecords.has(option));
  const [option, other] = isOfRecords ? ['json', ...asked] : asked;
  if (other !== undefined) {
    throw new UsageError(`--${option} and --${other} each say what standard output shows: choose one of them`);
  }
  const isOfReport = (name: string): boolean => name === 'every' && parsed.report !== undefined;
  const needless = summaryOptions.find((name) => parsed[name] !== undefined && !isOfReport(name));
  if (option !== 'summary' && needless !== undefined) {
    const views = needless === 'every' ? '--summary or --report' : '--summary';
    throw new UsageError(`--${needless} says what is in a summary: give ${views}, too`);
  }
  const ofTop = topOptions.find((name) => parsed[name] !== undefined);
  if (option !== 'top' && ofTop !== undefined) {
    throw new UsageError(`--${ofTop} says how --top shows a capture: give --top, too`);
  }
  const [chosen] = asked;
  const view = isOfRecords ? 'records' : chosen === undefined ? undefined : viewOptions[chosen];
  if (write === '-' && view !== undefined && view !== 'none') {
    const wayOut = isOfRecords ? 'use --log FILE for the records' : 'save to a file';
    throw new UsageError(`--write - (-w -) takes standard output, and --${option} wants it too: ${wayOut}`);
  }
  return view ?? (write === undefined ? 'lines' : 'none');
}

/** Whether an option was given; one whose value may be missing has the value that is empty then. */
function isAsked(parsed: ParsedOptions, option: keyof typeof viewOptions): boolean {
  return option === 'explain' ? parsed[option] !== undefined : flag(parsed, option);
}

/** The language of explanations. Throws a `UsageError`. */
export function languageOf(parsed: ParsedOptions): Language {
  return text(parsed, 'explain') === '' ? 'en' : (choice(parsed, 'explain', 'language', languages) ?? 'en');
}

/** What the summary is to hold. Throws a `UsageError`. */
export function summaryOf(parsed: ParsedOptions): SummarySettings {
  const every = text(parsed, 'every');
  const lists = list(parsed, 'by').map(dimensionsOf);
  return {
    everyUs: every === undefined ? undefined : spanOf(every),
    lists: lists.length === 0 ? defaultLists : withoutDoubles(lists),
    sort: choice(parsed, 'sort', 'column', sortColumns) ?? 'count',
    rows: optionalInteger(parsed, 'rows', undefined, 1, 1_000_000),
  };
}

/** The names of a list: `pattern`, or of pairs: `pattern+client`. */
function dimensionsOf(word: string): readonly Dimension[] {
  const names = word.split('+').map((name) => {
    const dimension = dimensions.find((candidate) => candidate === name);
    if (dimension !== undefined) return dimension;
    const guess = suggestion(name, dimensions);
    throw new UsageError(
      `--by ${word}: there is no list by ${JSON.stringify(name)}${guess === '' ? `; choose from ${dimensions.join(', ')}, two of them joined by +` : guess}`,
    );
  });
  if (names.length > 2 || names[0] === names[1]) {
    throw new UsageError(`--by ${word}: pairs are two different ones of ${dimensions.join(', ')}, joined by +`);
  }
  return names;
}

function withoutDoubles(lists: readonly (readonly Dimension[])[]): readonly (readonly Dimension[])[] {
  return [...new Map(lists.map((names) => [names.join('+'), names])).values()];
}

const seconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600 };

/** `10s`, in µs. */
function spanOf(word: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|min|h)$/.exec(word) ?? [];
  const microseconds = Math.round(Number(number) * (seconds[unit] ?? Number.NaN) * 1e6);
  if (!(microseconds >= 1000))
    throw new UsageError(`--every ${word}: not a time of a millisecond or more; write 10s, 1m or 500ms`);
  return microseconds;
}

/** How the screen shows a capture. */
export interface TopSettings {
  /** One picture is printed, for scripts. */
  readonly isOnce: boolean;
  /** How fast a file is played: 1 as it was captured, 0 at once. */
  readonly speed: number;
}

/** How `--top` is to show it. Throws a `UsageError`. */
export function topOf(parsed: ParsedOptions): TopSettings {
  const isOnce = flag(parsed, 'once');
  const word = text(parsed, 'speed');
  if (word === undefined) return { isOnce, speed: isOnce ? 0 : 1 };
  if (text(parsed, 'read') === undefined) throw new UsageError('--speed says how fast a file is played: give -r, too');
  const speed = /^\d+(?:\.\d+)?$/.test(word) ? Number(word) : Number.NaN;
  if (!(speed <= 1_000_000))
    throw new UsageError(
      `--speed ${word}: not a number; 1 plays a file as it was captured, 10 ten times as fast, 0 at once`,
    );
  return { isOnce, speed };
}

/** Where Prometheus is answered; undefined where it is not. Throws a `UsageError`. */
export function metricsOf(parsed: ParsedOptions): MetricsAddress | undefined {
  const word = text(parsed, 'metrics');
  if (word === undefined) return undefined;
  const [, bracketed, plain, digits = ''] = /^(?:(?:\[([^\]]+)\]|([^:]*)):)?(\d{1,5})$/.exec(word) ?? [];
  const port = digits === '' ? Number.NaN : Number(digits);
  if (!(port <= 65_535))
    throw new UsageError(`--metrics ${word}: not an address; write a PORT, HOST:PORT or [::1]:PORT`);
  return { host: bracketed ?? (plain === undefined || plain === '' ? '127.0.0.1' : plain), port };
}

/** Whether connections are to be named by their processes. Throws a `UsageError`. */
export function namesProcesses(parsed: ParsedOptions, read: string | undefined): boolean {
  const isWanted = flag(parsed, 'process');
  if (isWanted && read !== undefined)
    throw new UsageError(
      '--process and --read (-r) exclude each other: a file does not tell whose its connections were',
    );
  if (!isWanted && list(parsed, 'by').some((word) => word.split('+').includes('process')))
    throw new UsageError('--by process lists what --process finds out: give --process, too');
  return isWanted;
}
