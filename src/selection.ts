import type { Listener } from '../protocols/events.ts';
import type { ConnectionInfo } from '../protocols/protocol.ts';
import type { Status, Transaction } from '../protocols/transaction.ts';
import { Glob } from './glob.ts';

/** Which commands the user wants to see; an absent condition is met by all. */
export interface SelectionConditions {
  readonly commands?: ReadonlySet<string>;
  /** A shell pattern, see `Glob`. */
  readonly key?: string;
  readonly statuses?: ReadonlySet<Status>;
  /** Compared with what the client waited. */
  readonly slowerThanUs?: number;
  /** An address, with or without a port, as records write it. */
  readonly client?: string;
}

/** Decides which commands are shown. A multi-get matches by any of its keys. */
export class Selection {
  readonly #conditions: SelectionConditions;
  readonly #key: Glob | undefined;
  /** True where only the answer can tell. */
  readonly #needsAnswer: boolean;

  constructor(conditions: SelectionConditions) {
    this.#conditions = conditions;
    this.#key = conditions.key === undefined ? undefined : new Glob(conditions.key);
    this.#needsAnswer = conditions.statuses !== undefined || conditions.slowerThanUs !== undefined;
  }

  /** Whether a request is shown where its answer is not known yet. */
  matchesRequest(connection: ConnectionInfo, request: Transaction): boolean {
    return !this.#needsAnswer && this.#matchesAsked(connection, request);
  }

  matches(connection: ConnectionInfo, transaction: Transaction): boolean {
    const { statuses, slowerThanUs } = this.#conditions;
    if (statuses !== undefined && !statuses.has(transaction.status)) return false;
    if (slowerThanUs !== undefined && transaction.durationUs <= slowerThanUs) return false;
    return this.#matchesAsked(connection, transaction);
  }

  #matchesAsked(connection: ConnectionInfo, request: Transaction): boolean {
    const { commands, client } = this.#conditions;
    if (commands !== undefined && !commands.has(request.command)) return false;
    if (client !== undefined && !matchesClient(client, connection.client)) return false;
    const key = this.#key;
    return key === undefined || request.keys.some((candidate) => key.matches(candidate));
  }
}

/** Passes on what is told of the commands that match, and nothing else. */
export class SelectedCommands implements Listener {
  readonly #selection: Selection;
  readonly #target: Listener;

  constructor(selection: Selection, target: Listener) {
    this.#selection = selection;
    this.#target = target;
  }

  commandLine(connection: ConnectionInfo, request: Transaction): void {
    if (this.#selection.matchesRequest(connection, request)) this.#target.commandLine?.(connection, request);
  }

  dataBlock(connection: ConnectionInfo, request: Transaction): void {
    if (this.#selection.matchesRequest(connection, request)) this.#target.dataBlock?.(connection, request);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    if (this.#selection.matches(connection, transaction)) this.#target.transaction?.(connection, transaction);
  }
}

/** `10.0.0.1`, `10.0.0.1:46103`, `::1` or `[::1]:46103` against `10.0.0.1:46103` or `[::1]:46103`. */
function matchesClient(wanted: string, client: string): boolean {
  if (client === wanted) return true;
  const address = client.slice(0, client.lastIndexOf(':'));
  return address === wanted || address === `[${wanted}]`;
}
