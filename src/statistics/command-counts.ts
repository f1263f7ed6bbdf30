import type { Status, Transaction } from '../../protocols/transaction.ts';
import { Histogram } from './histogram.ts';

/** From what a fast server takes to what no client waits for any more, µs. */
const bounds = [50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1e6, 2.5e6];

/** How an unknown command is counted: a client may send any word. */
const otherCommand = 'other';

/** What is counted of the commands of one name. */
export class CommandCount {
  readonly byStatus = new Map<Status, number>();
  /** What the server took, and what the client waited. */
  readonly server = new Histogram(bounds);
  readonly wait = new Histogram(bounds);
}

/** Commands counted by name and status, with their times; as many names as there are commands. */
export class CommandCounts {
  readonly byCommand = new Map<string, CommandCount>();
  hits = 0;
  misses = 0;
  requestBytes = 0;
  responseBytes = 0;
  valueBytes = 0;
  readonly #known: ReadonlySet<string>;

  /** `known`: names that are counted for themselves. */
  constructor(known: ReadonlySet<string>) {
    this.#known = known;
  }

  add(transaction: Transaction): void {
    const { status, serverUs, durationUs, retrieves } = transaction;
    const count = this.#of(transaction.command);
    count.byStatus.set(status, (count.byStatus.get(status) ?? 0) + 1);
    if (serverUs >= 0) count.server.add(serverUs);
    if (durationUs >= 0) count.wait.add(durationUs);
    if (retrieves) {
      this.hits += transaction.hits;
      this.misses += transaction.misses;
    }
    this.requestBytes += transaction.requestBytes;
    if (transaction.answerUs >= 0) this.responseBytes += Math.max(0, transaction.responseBytes);
    this.valueBytes += Math.max(0, transaction.bytes);
  }

  #of(command: string): CommandCount {
    const name = this.#known.has(command) ? command : otherCommand;
    let count = this.byCommand.get(name);
    if (count === undefined) {
      count = new CommandCount();
      this.byCommand.set(name, count);
    }
    return count;
  }
}
