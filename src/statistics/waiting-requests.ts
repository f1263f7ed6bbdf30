import type { Transaction } from '../../protocols/transaction.ts';

/** Requests that are due an answer and have none yet. */
export interface WaitingRequests {
  /** At least 1. */
  readonly count: number;
  readonly oldest: {
    readonly command: string;
    /** The first of several; undefined where the command has none. Text from the wire, Latin-1. */
    readonly key: string | undefined;
    /** Number of the packet with its last byte. */
    readonly packet: number;
    /** How long it has waited, µs. */
    readonly waitedUs: number;
  };
}

/** Counts the requests that `each` tells, at this time in µs since 1970; undefined where it tells none. */
export function waitingRequests(
  each: (tell: (request: Transaction) => void) => void,
  nowUs: number,
): WaitingRequests | undefined {
  let count = 0;
  let oldest: Transaction | undefined;
  each((request) => {
    count++;
    if (oldest === undefined || isOlder(request, oldest)) oldest = request;
  });
  if (oldest === undefined) return undefined;
  // The compiler does not see that it is set in the function above.
  const { command, keys, packet, requestUs }: Transaction = oldest;
  return { count, oldest: { command, key: keys[0], packet, waitedUs: Math.max(0, nowUs - requestUs) } };
}

function isOlder(one: Transaction, other: Transaction): boolean {
  return one.requestUs < other.requestUs || (one.requestUs === other.requestUs && one.packet < other.packet);
}
