import type { Listener } from '../protocols/events.ts';
import type { ConnectionInfo } from '../protocols/protocol.ts';
import type { Transaction } from '../protocols/transaction.ts';
import type { Selection } from './selection.ts';

/** How many commands of the same connection are shown around each that matches. */
export interface Surroundings {
  readonly before: number;
  readonly after: number;
}

export const noSurroundings: Surroundings = { before: 0, after: 0 };

/** What is known of a connection with commands that did not match. */
class Passage {
  /** The last ones, as many as may have to be shown yet, in the order in which they were complete. */
  readonly last: Transaction[] = [];
  /** How many of those that come are shown, whatever they are. */
  toShow = 0;
}

/** Passes on what is told of the commands that match, and of those around them, and nothing else. */
export class SelectedCommands implements Listener {
  /** Commands that matched, once their answers were known; those around them are not counted. */
  matched = 0;
  readonly #selection: Selection;
  readonly #surroundings: Surroundings;
  readonly #target: Listener;
  readonly #passages = new WeakMap<ConnectionInfo, Passage>();

  constructor(selection: Selection, target: Listener, surroundings = noSurroundings) {
    this.#selection = selection;
    this.#target = target;
    this.#surroundings = surroundings;
  }

  commandLine(connection: ConnectionInfo, request: Transaction): void {
    if (this.#selection.matchesRequest(connection, request)) this.#target.commandLine?.(connection, request);
  }

  dataBlock(connection: ConnectionInfo, request: Transaction): void {
    if (this.#selection.matchesRequest(connection, request)) this.#target.dataBlock?.(connection, request);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    if (this.#selection.matches(connection, transaction)) {
      this.matched++;
      this.#showAround(connection);
      this.#target.transaction?.(connection, transaction);
    } else if (this.#surroundings !== noSurroundings) this.#pass(connection, transaction);
  }

  /** One that matches follows: shows those before it, and remembers how many are to be shown behind it. */
  #showAround(connection: ConnectionInfo): void {
    const { after } = this.#surroundings;
    const passage = after > 0 ? this.#passageOf(connection) : this.#passages.get(connection);
    if (passage === undefined) return;
    for (const transaction of passage.last.splice(0)) this.#target.transaction?.(connection, transaction);
    passage.toShow = after;
  }

  #pass(connection: ConnectionInfo, transaction: Transaction): void {
    const { before } = this.#surroundings;
    const passage = this.#passageOf(connection);
    if (passage.toShow > 0) {
      passage.toShow--;
      this.#target.transaction?.(connection, transaction);
    } else if (before > 0) {
      if (passage.last.length === before) passage.last.shift();
      passage.last.push(transaction);
    }
  }

  #passageOf(connection: ConnectionInfo): Passage {
    let passage = this.#passages.get(connection);
    if (passage === undefined) {
      passage = new Passage();
      this.#passages.set(connection, passage);
    }
    return passage;
  }
}
