import type { Transaction } from '../../../protocols/transaction.ts';
import { faultsOf } from './faults.ts';
import type { Captured } from './losses.ts';
import type { Recording, Truth } from './recording.ts';

/** What was told, with the request that it is about, and what of it is not true. */
export interface Match {
  readonly told: Transaction;
  /** Undefined where no such request was sent. */
  readonly truth: Truth | undefined;
  readonly faults: readonly string[];
}

/**
 * Finds the request of each transaction by the packet of its end, its command and its keys. Of several that are alike
 * in that, one is taken of which what is told is true, where there is one; each is taken once.
 */
export function match(transactions: readonly Transaction[], recording: Recording, captured: Captured): Match[] {
  const index = new Index(recording, captured);
  const matches = new Map<Transaction, Match>();
  const take = (told: Transaction, needsTrue: boolean): void => {
    if (matches.has(told)) return;
    const candidates = index.of(told).map((truth) => ({ truth, faults: faultsOf(told, truth, recording.packets) }));
    const chosen = candidates.find(({ faults }) => faults.length === 0) ?? (needsTrue ? undefined : candidates[0]);
    if (chosen === undefined) return;
    index.remove(chosen.truth);
    matches.set(told, { told, ...chosen });
  };
  // `unknown` is true of every request, so that the others choose first.
  for (const told of transactions) if (!isUnknown(told)) take(told, true);
  for (const told of transactions) if (isUnknown(told)) take(told, true);
  for (const told of transactions) take(told, false);
  return transactions.map((told) => matches.get(told) ?? { told, truth: undefined, faults: [] });
}

export function isUnknown({ status }: Transaction): boolean {
  return (status as string) === 'unknown';
}

/** Requests by where they end and what they are called. */
class Index {
  readonly #byEnd = new Map<string, Truth[]>();
  /** For those whose end was not captured. */
  readonly #byLine = new Map<string, Truth[]>();
  readonly #taken = new Set<Truth>();
  readonly #captured: Captured;

  constructor({ truths }: Recording, captured: Captured) {
    this.#captured = captured;
    for (const truth of truths) {
      insert(this.#byEnd, nameOf(truth.requestPackets.at(-1), truth), truth);
      insert(this.#byLine, nameOf(truth.linePacket, truth), truth);
    }
  }

  /** Requests that are not taken and that this transaction may be about. */
  of(told: Transaction): Truth[] {
    const [table, number] = told.endIsMissing ? [this.#byLine, told.linePacket] : [this.#byEnd, told.packet];
    const found = table.get(nameOf(this.#captured[number - 1], told)) ?? [];
    return found.filter((truth) => !this.#taken.has(truth));
  }

  remove(truth: Truth): void {
    this.#taken.add(truth);
  }
}

function nameOf(packet: number | undefined, { command, keys }: Pick<Truth, 'command' | 'keys'>): string {
  return `${packet} ${command} ${keys.join(' ')}`;
}

function insert(table: Map<string, Truth[]>, name: string, truth: Truth): void {
  const same = table.get(name);
  if (same === undefined) table.set(name, [truth]);
  else same.push(truth);
}
