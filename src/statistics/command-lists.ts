import type { CommandFacts, PlainCommand } from '../../protocols/plain-command.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Cause, Transaction } from '../../protocols/transaction.ts';
import { ClientAddresses } from './client-addresses.ts';
import { Columns } from './columns.ts';
import type { ColumnValues } from './columns-table.ts';
import { type Dimension, isByKey, type ProcessOf, type Subject } from './dimensions.ts';
import { GroupList, type ListEntry } from './group-list.ts';
import { patternOf } from './key-pattern.ts';
import { KeyText } from './key-text.ts';
import type { SortColumn } from './list-columns.ts';
import { PatternTable } from './pattern-table.ts';
import { lookAtKey } from './plain-key.ts';
import { Ranking } from './ranking.ts';
import { eachKey, emptySample, sampleCommand } from './sample.ts';

/** Which lists are wanted of commands. */
export interface CommandListsOptions {
  readonly lists: readonly (readonly Dimension[])[];
  readonly sort: SortColumn;
  /** Entries of a list, at most. */
  readonly rows: number;
  /** Finds the pattern of a key; without, the key's own characters do. */
  readonly patternOf?: ((key: string) => string) | undefined;
  /** Finds the process of a connection; without, no list by process has an entry. */
  readonly processOf?: ProcessOf | undefined;
}

/** A command that is worth looking at, with its place in the capture. Text from the wire is Latin-1. */
export interface NotableCommand {
  readonly packet: number;
  readonly conn: number;
  readonly client: string;
  readonly command: string;
  readonly key?: string;
}

export interface SlowCommand extends NotableCommand {
  readonly durationUs: number;
  readonly latencyUs?: number;
  readonly queueUs?: number;
  readonly cause?: Cause;
}

export interface LargeCommand extends NotableCommand {
  /** Of the value of `key`. */
  readonly bytes: number;
}

/** What commands come to. */
export interface CommandsSnapshot {
  readonly by: Readonly<Record<string, readonly ListEntry[]>>;
  /** Of all commands. */
  readonly total: ColumnValues;
  readonly slowest: readonly SlowCommand[];
  readonly largest: readonly LargeCommand[];
  /** True where patterns were folded before all traffic was known. */
  readonly isApproximate: boolean;
}

/** The lists of a summary. */
export class CommandLists {
  readonly #options: CommandListsOptions;
  /** Lists to which a command counts as a whole, and those to which each of its keys does. */
  readonly #byCommand: readonly GroupList[];
  readonly #byKey: readonly GroupList[];
  readonly #needsPattern: boolean;
  readonly #patterns: PatternTable;
  readonly #slowest: Ranking<SlowCommand>;
  readonly #largest: Ranking<LargeCommand>;
  readonly #sample = emptySample();
  /** The command under way, and its key. */
  #subject: Subject | undefined = undefined;
  readonly #key = new KeyText();
  readonly #addresses = new ClientAddresses();
  readonly #total = new Columns();

  constructor(options: CommandListsOptions) {
    this.#options = options;
    this.#patterns = new PatternTable(options.patternOf);
    const { lists, sort, rows } = options;
    this.#byCommand = lists.filter((list) => !isByKey(list)).map((list) => new GroupList(list, sort));
    this.#byKey = lists.filter(isByKey).map((list) => new GroupList(list, sort));
    this.#needsPattern = lists.some((list) => list.includes('pattern'));
    this.#slowest = new Ranking(rows);
    this.#largest = new Ranking(rows);
  }

  add(connection: ConnectionInfo, transaction: Transaction): void {
    const subject = this.#addWhole(connection, transaction);
    const { keys } = transaction;
    if (keys.length === 1) this.#addKey(subject, this.#key.take(keys[0] as string));
    else if (keys.length > 0) eachKey(transaction, this.#sample, (key) => this.#addKey(subject, this.#key.take(key)));
  }

  addPlain(connection: ConnectionInfo, command: PlainCommand): void {
    const subject = this.#addWhole(connection, command);
    this.#addKey(subject, this.#key.point(command.keyBytes, command.keyStart, command.keyEnd));
  }

  /** The command, but for its keys. */
  #addWhole(connection: ConnectionInfo, command: CommandFacts): Subject {
    const sample = this.#sample;
    sampleCommand(command, sample);
    this.#total.add(sample);
    const subject = this.#subjectOf(connection, command);
    for (const list of this.#byCommand) list.add(subject, sample);
    const { waitUs } = sample;
    // One of those that another command held up is none of them.
    if (waitUs >= 0 && this.#slowest.takes(waitUs) && command.cause !== 'queue') {
      this.#slowest.add(waitUs, () => slowCommand(connection, command));
    }
    return subject;
  }

  snapshot(): CommandsSnapshot {
    const { lists } = this.#options;
    const fold = this.#fold();
    const by: Record<string, readonly ListEntry[]> = {};
    for (const list of lists) by[list.join('+')] = this.#entries(list, fold);
    return {
      by,
      total: this.total(),
      slowest: this.#slowest.items(),
      largest: this.#largest.items(),
      isApproximate: this.#patterns.isApproximate,
    };
  }

  /** Of all commands until now. */
  total(): ColumnValues {
    return this.#total.values();
  }

  /** The first entries of one list until now. */
  entries(dimension: Dimension): readonly ListEntry[] {
    const list = this.#options.lists.find((names) => names.length === 1 && names[0] === dimension);
    return list === undefined ? [] : this.#entries(list, dimension === 'pattern' ? this.#fold() : unfolded);
  }

  /** The pattern that a key is listed under, as far as traffic tells until now. */
  patterns(): (key: string) => string {
    const fold = this.#fold();
    const find = this.#options.patternOf ?? patternOf;
    return (key) => fold(find(key));
  }

  #entries(list: readonly Dimension[], fold: (pattern: string) => string): readonly ListEntry[] {
    const group = [...this.#byCommand, ...this.#byKey].find(({ dimensions }) => dimensions === list);
    return group?.snapshot(this.#options.rows, fold) ?? [];
  }

  #fold(): (pattern: string) => string {
    return this.#needsPattern ? this.#patterns.folding() : unfolded;
  }

  #subjectOf(connection: ConnectionInfo, command: CommandFacts): Subject {
    this.#subject ??= {
      connection,
      command,
      key: undefined,
      keyHash: 0,
      pattern: undefined,
      patternHash: 0,
      addresses: this.#addresses,
      processOf: this.#options.processOf,
    };
    this.#subject.connection = connection;
    this.#subject.command = command;
    return this.#subject;
  }

  /** A key of the command under way, for which the sample is filled. */
  #addKey(subject: Subject, key: KeyText): void {
    if (this.#byKey.length > 0) {
      const looked = lookAtKey(key);
      subject.key = key;
      subject.keyHash = looked.hash;
      if (this.#needsPattern) {
        const { text, hash } = this.#patterns.of(key, looked);
        subject.pattern = text;
        subject.patternHash = hash;
      }
      for (const list of this.#byKey) list.add(subject, this.#sample);
    }
    const bytes = this.#sample.valueBytes;
    if (bytes === 0 || !this.#largest.takes(bytes)) return;
    const { connection, command } = subject;
    this.#largest.add(bytes, () => ({ ...notableCommand(connection, command, key.text), bytes }));
  }
}

const unfolded = (pattern: string): string => pattern;

function slowCommand(connection: ConnectionInfo, command: CommandFacts): SlowCommand {
  const { durationUs, latencyUs, queueUs, cause } = command;
  return {
    ...notableCommand(connection, command, command.keysHeld > 0 ? command.keyAt(0) : undefined),
    durationUs,
    ...(latencyUs < 0 ? {} : { latencyUs }),
    ...(queueUs === 0 ? {} : { queueUs }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function notableCommand(
  connection: ConnectionInfo,
  { packet, command }: CommandFacts,
  key: string | undefined,
): NotableCommand {
  const { id, client } = connection;
  return { packet, conn: id, client, command, ...(key === undefined ? {} : { key }) };
}
