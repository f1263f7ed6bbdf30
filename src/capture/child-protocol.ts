/** How to capture live. The `cap` child gets it as JSON in its first argument. */
export interface CaptureOptions {
  readonly device: string;
  /** pcap-filter(7) expression, compiled by libpcap; empty for every packet. */
  readonly filter: string;
  /** Size of the kernel's buffer in bytes. */
  readonly bufferBytes: number;
  /** Bytes kept of a packet; 0 for as many as possible. */
  readonly snapLength: number;
}

/** Written to the child's standard input: it is to tell its counts on standard error. */
export const askStatistics = 'statistics\n';

/** Signals that reach whole groups; only the parent decides when a child ends. SIGUSR1 would open Node's debugger. */
export const parentsSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const;

/** Begins the line of standard error on which the `cap` child says at its end how many packets it captured. */
const capturedMark = 'mcsniff-captured ';

export function capturedLine(packets: number): string {
  return `${capturedMark}${packets}\n`;
}

/** How many packets the child said that it captured; undefined where it did not. */
export function capturedOf(stderr: string): number | undefined {
  const captured = stderr.split(capturedMark).at(-1)?.split('\n', 1)[0] ?? '';
  return /^\d+$/.test(captured) ? Number(captured) : undefined;
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
  const at = stderr.lastIndexOf(failureMark);
  if (at < 0) return undefined;
  const line = stderr.slice(at + failureMark.length).split('\n', 1)[0] ?? '';
  try {
    return JSON.parse(line) as ChildFailure;
  } catch {
    // Cut off by the child's death.
    return undefined;
  }
}
