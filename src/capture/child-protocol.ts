import type { CaptureStatistics } from './capture-source.ts';

/** Written to the child's standard input: it is to tell its counts on standard error. */
export const askStatistics = 'statistics\n';

/** Signals that reach whole groups; only the parent decides when a child ends. SIGUSR1 would open Node's debugger. */
export const parentsSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const;

/** Begins the line of standard error on which a child tells its counts, when asked and at its end; as JSON. */
const countsMark = 'mcsniff-counts ';

export function countsLine(counts: CaptureStatistics): string {
  return `${countsMark}${JSON.stringify(counts)}\n`;
}

/** What the child said last of its counts; nothing where it did not. */
export function countsOf(stderr: string): CaptureStatistics {
  return (lastJson(stderr, countsMark) ?? {}) as CaptureStatistics;
}

/** The last line that the child wrote for people; empty where there is none. */
export function lastWords(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith(countsMark));
  return lines.at(-1)?.trim() ?? '';
}

/** Begins the line of standard error on which the child says why it failed; the rest is a `ChildFailure` as JSON. */
const failureMark = 'mcsniff-capture-failure ';

export interface ChildFailure {
  /**
   * `open`, `filter`: libpcap's words about the device or the expression, where they are not told already.
   * `explained`: a sentence for the user. `ended`: one about the capture of this device.
   */
  readonly kind: 'open' | 'filter' | 'explained' | 'ended';
  readonly message: string;
}

export function failureLine(failure: ChildFailure): string {
  return `${failureMark}${JSON.stringify(failure)}\n`;
}

/** What the child said of its failure, if it failed knowingly. */
export function failureOf(stderr: string): ChildFailure | undefined {
  return lastJson(stderr, failureMark) as ChildFailure | undefined;
}

/** What stands behind the mark in its last line; undefined where there is none, or the child's death cut it off. */
function lastJson(stderr: string, mark: string): unknown {
  const at = stderr.lastIndexOf(mark);
  if (at < 0) return undefined;
  try {
    return JSON.parse(stderr.slice(at + mark.length).split('\n', 1)[0] ?? '');
  } catch {
    return undefined;
  }
}
