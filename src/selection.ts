import type { ConnectionInfo } from '../protocols/protocol.ts';
import type { Status, Transaction } from '../protocols/transaction.ts';
import type { AddressRange } from './address-range.ts';
import { Glob } from './glob.ts';

/** Which commands the user wants to see; an absent condition is met by all, a list of patterns by any of them. */
export interface SelectionConditions {
  readonly commands?: ReadonlySet<string>;
  readonly notCommands?: ReadonlySet<string>;
  /** Shell patterns, see `Glob`. */
  readonly keys?: readonly string[];
  readonly notKeys?: readonly string[];
  readonly statuses?: ReadonlySet<Status>;
  readonly notStatuses?: ReadonlySet<Status>;
  /** Compared with what the client waited. */
  readonly slowerThanUs?: number;
  readonly clients?: readonly AddressRange[];
  readonly notClients?: readonly AddressRange[];
  /** Of which one matches the command line or a key, as they came from the wire. */
  readonly patterns?: readonly RegExp[];
  /** Of the value of one key. */
  readonly valueSize?: SizeRange;
}

/** Bytes, both ends included. */
export interface SizeRange {
  readonly from: number;
  readonly to: number;
}

/** Decides which commands are shown. A multi-get matches by any of its keys. */
export class Selection {
  readonly #conditions: SelectionConditions;
  readonly #keys: readonly Glob[] | undefined;
  readonly #notKeys: readonly Glob[];
  /** True where only the answer can tell. */
  readonly #needsAnswer: boolean;

  constructor(conditions: SelectionConditions) {
    const { keys, notKeys = [], statuses, notStatuses, slowerThanUs } = conditions;
    this.#conditions = conditions;
    this.#keys = keys?.map((pattern) => new Glob(pattern));
    this.#notKeys = notKeys.map((pattern) => new Glob(pattern));
    this.#needsAnswer = statuses !== undefined || notStatuses !== undefined || slowerThanUs !== undefined;
  }

  /** Whether a request is shown where its answer is not known yet. */
  matchesRequest(connection: ConnectionInfo, request: Transaction): boolean {
    return !this.#needsAnswer && this.#matchesSize(request) && this.#matchesAsked(connection, request);
  }

  matches(connection: ConnectionInfo, transaction: Transaction): boolean {
    const { statuses, notStatuses, slowerThanUs } = this.#conditions;
    if (statuses?.has(transaction.status) === false || notStatuses?.has(transaction.status)) return false;
    if (slowerThanUs !== undefined && transaction.durationUs <= slowerThanUs) return false;
    return this.#matchesSize(transaction) && this.#matchesAsked(connection, transaction);
  }

  /** Of a retrieval it is known only once it is answered. */
  #matchesSize({ valueLength, bytes, hits, retrieves, foundBytes }: Transaction): boolean {
    const { valueSize } = this.#conditions;
    if (valueSize === undefined) return true;
    const isIn = (size: number): boolean => size >= valueSize.from && size <= valueSize.to;
    if (foundBytes !== undefined) return foundBytes.some(isIn);
    if (retrieves) return hits > 0 && isIn(bytes);
    return valueLength >= 0 && isIn(valueLength);
  }

  /** Whether a finding is shown: what it is about has to match, as far as it is about a command, a key or a client. */
  matchesFinding(finding: {
    readonly connection: ConnectionInfo | undefined;
    readonly request: Transaction | undefined;
    readonly command: string | undefined;
    readonly key: string | undefined;
  }): boolean {
    const { connection, request, command, key } = finding;
    if (connection !== undefined && request !== undefined) return this.matches(connection, request);
    const { commands, notCommands, clients, notClients, statuses, patterns, valueSize } = this.#conditions;
    const isNeeded = (condition: unknown, has: unknown): boolean => condition === undefined || has !== undefined;
    if (!isNeeded(commands, command) || !isNeeded(this.#keys, key) || !isNeeded(clients, connection)) return false;
    if (statuses !== undefined || valueSize !== undefined) return false;
    if (patterns?.some((pattern) => key !== undefined && pattern.test(key)) === false) return false;
    if (command !== undefined && (commands?.has(command) === false || notCommands?.has(command))) return false;
    if (key !== undefined && !this.#matchesKeys([key])) return false;
    if (connection === undefined) return true;
    return (
      clients?.some((range) => range.includes(connection.client)) !== false &&
      !notClients?.some((range) => range.includes(connection.client))
    );
  }

  #matchesAsked({ client }: ConnectionInfo, { command, keys, line }: Transaction): boolean {
    const { commands, notCommands, clients, notClients, patterns } = this.#conditions;
    if (commands?.has(command) === false || notCommands?.has(command)) return false;
    if (clients?.some((range) => range.includes(client)) === false) return false;
    if (notClients?.some((range) => range.includes(client))) return false;
    if (patterns?.some((pattern) => pattern.test(line) || keys.some((key) => pattern.test(key))) === false)
      return false;
    return this.#matchesKeys(keys);
  }

  /** A command without a key has none that is wanted, and none that is not. */
  #matchesKeys(keys: readonly string[]): boolean {
    const wanted = this.#keys;
    if (keys.length === 0) return wanted === undefined;
    return keys.some(
      (key) =>
        (wanted === undefined || wanted.some((glob) => glob.matches(key))) &&
        !this.#notKeys.some((glob) => glob.matches(key)),
    );
  }
}
