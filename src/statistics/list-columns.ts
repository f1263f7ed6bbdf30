/** Columns that are sums. */
export const sums = [
  'count',
  'hits',
  'misses',
  'stored',
  'errors',
  'unanswered',
  'unknown',
  'requestBytes',
  'responseBytes',
  'valueBytes',
] as const;
export type SumColumn = (typeof sums)[number];

/** What a list can be sorted by: the largest come first. */
export const sortColumns = [...sums, 'hitRatio', 'p50', 'p90', 'p99', 'p999', 'max', 'mean'] as const;
export type SortColumn = (typeof sortColumns)[number];
