import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';

/** A command that was told; neither changes any more. */
export interface RecentCommand {
  readonly connection: ConnectionInfo;
  readonly transaction: Transaction;
}

/** Of all commands, and of those of the row that is open. */
const mostRecent = 2000;
const mostOpened = 200;

/** The latest commands, so that a row can be opened that has long been busy, and the latest of that row. */
export class RecentCommands {
  readonly #all: RecentCommand[] = [];
  #next = 0;
  #opened: RecentCommand[] = [];
  #isOfRow: ((command: RecentCommand) => boolean) | undefined;

  add(connection: ConnectionInfo, transaction: Transaction): void {
    const command = { connection, transaction };
    this.#all[this.#next] = command;
    this.#next = (this.#next + 1) % mostRecent;
    if (this.#isOfRow?.(command) !== true) return;
    this.#opened.push(command);
    if (this.#opened.length > 2 * mostOpened) this.#opened = this.#opened.slice(-mostOpened);
  }

  /** Keeps the commands for which `isOfRow` is true apart, from those on that are remembered; undefined: none. */
  open(isOfRow: ((command: RecentCommand) => boolean) | undefined): void {
    this.#isOfRow = isOfRow;
    this.#opened = [];
    if (isOfRow === undefined) return;
    const inOrder = [...this.#all.slice(this.#next), ...this.#all.slice(0, this.#next)];
    this.#opened = inOrder.filter(isOfRow).slice(-mostOpened);
  }

  /** The latest of the row that is open, the latest last. */
  opened(most: number): readonly RecentCommand[] {
    return most <= 0 ? [] : this.#opened.slice(-most);
  }
}
