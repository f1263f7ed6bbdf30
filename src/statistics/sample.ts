import type { CommandFacts } from '../../protocols/plain-command.ts';
import type { Status, Transaction } from '../../protocols/transaction.ts';
import { binOf } from './durations.ts';

/** What one command, or one key of a retrieval, adds to the columns of a list. One object is used again and again. */
export interface Sample {
  hits: number;
  misses: number;
  stored: 0 | 1;
  errors: 0 | 1;
  unanswered: 0 | 1;
  unknown: 0 | 1;
  /** Any of these three. */
  failed: 0 | 1;
  requestBytes: number;
  responseBytes: number;
  valueBytes: number;
  /** What the server took, and what the client waited, µs; -1 where that is not known. */
  serverUs: number;
  waitUs: number;
  /** The bins of both, as `Durations` takes them. */
  serverBin: number;
  waitBin: number;
}

const errors: ReadonlySet<Status> = new Set(['error', 'client_error', 'server_error', 'misfit']);

export function emptySample(): Sample {
  return {
    hits: 0,
    misses: 0,
    stored: 0,
    errors: 0,
    unanswered: 0,
    unknown: 0,
    failed: 0,
    requestBytes: 0,
    responseBytes: 0,
    valueBytes: 0,
    serverUs: -1,
    waitUs: -1,
    serverBin: 0,
    waitBin: 0,
  };
}

/** Fills `sample` with a command as a whole. */
export function sampleCommand(command: CommandFacts, sample: Sample): void {
  const { status, retrieves } = command;
  sample.hits = retrieves ? command.hits : 0;
  sample.misses = retrieves ? command.misses : 0;
  sample.stored = status === 'stored' ? 1 : 0;
  sample.errors = errors.has(status) ? 1 : 0;
  sample.unanswered = status === 'unanswered' ? 1 : 0;
  sample.unknown = status === 'unknown' ? 1 : 0;
  sample.failed = sample.errors === 1 || sample.unanswered === 1 || sample.unknown === 1 ? 1 : 0;
  sample.requestBytes = command.requestBytes;
  sample.responseBytes = command.answerUs < 0 ? 0 : Math.max(0, command.responseBytes);
  sample.valueBytes = Math.max(0, command.bytes);
  const { serverUs, durationUs } = command;
  sample.serverUs = serverUs;
  sample.waitUs = durationUs;
  sample.serverBin = binOf(serverUs);
  sample.waitBin = binOf(durationUs);
}

/**
 * Tells each key of a command, with `sample` filled for it: of one key that is the whole command; each one of several
 * counts as a command of its own, with the status and the times of the whole, and its own value.
 */
export function eachKey(transaction: Transaction, sample: Sample, tell: (key: string, sample: Sample) => void): void {
  const { keys } = transaction;
  sampleCommand(transaction, sample);
  if (keys.length === 0) return;
  if (keys.length === 1) {
    tell(keys[0] as string, sample);
    return;
  }
  sample.requestBytes = 0;
  const values = valuesOf(transaction);
  const knowsHits = transaction.retrieves && transaction.hits + transaction.misses > 0;
  for (const key of keys) {
    const bytes = values.get(key)?.shift() ?? -1;
    const isHit = bytes >= 0 || (knowsHits && transaction.misses === 0);
    sample.hits = knowsHits && isHit ? 1 : 0;
    sample.misses = knowsHits && !isHit ? 1 : 0;
    sample.valueBytes = Math.max(0, bytes);
    sample.responseBytes = sample.valueBytes;
    tell(key, sample);
  }
}

/** The sizes of the values that came, by key: a key that was asked for twice has two. */
function valuesOf({ found = [], foundBytes = [] }: Transaction): Map<string, number[]> {
  const values = new Map<string, number[]>();
  for (const [index, key] of found.entries()) {
    const bytes = foundBytes[index] ?? 0;
    const sizes = values.get(key);
    if (sizes === undefined) values.set(key, [bytes]);
    else sizes.push(bytes);
  }
  return values;
}
