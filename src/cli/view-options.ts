import { type Dimension, defaultLists, dimensions } from '../statistics/dimensions.ts';
import { type SortColumn, sortColumns } from '../statistics/list-columns.ts';
import { choice, flag, list, optionalInteger, type ParsedOptions, text, UsageError } from './option-values.ts';
import { suggestion } from './suggestion.ts';

/** What standard output shows. */
export type View = 'lines' | 'records' | 'summary' | 'connections';

/** What a summary holds. */
export interface SummarySettings {
  /** Length of a span, µs of packet time; undefined for all at the end only. */
  readonly everyUs: number | undefined;
  readonly lists: readonly (readonly Dimension[])[];
  readonly sort: SortColumn;
  /** Entries of a list; undefined for the default. */
  readonly rows: number | undefined;
}

/** Options that say what standard output shows; records may be wanted of the last two. */
const viewOptions = ['summary', 'connections'] as const;

const summaryOptions = ['every', 'by', 'sort', 'rows'] as const;

/** The view that is wanted. `json`: whether records are. Throws a `UsageError` where two are. */
export function viewOf(parsed: ParsedOptions, json: boolean): View {
  const views = viewOptions.filter((name) => flag(parsed, name));
  const [view, other] = views;
  if (other !== undefined) {
    throw new UsageError(`--${view} and --${other} each say what standard output shows: choose one of them`);
  }
  const needless = summaryOptions.find((name) => parsed[name] !== undefined);
  if (view !== 'summary' && needless !== undefined) {
    throw new UsageError(`--${needless} says what is in a summary: give --summary, too`);
  }
  return view ?? (json ? 'records' : 'lines');
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
