import { Columns, type ColumnValues, ratio } from './columns.ts';
import {
  type Dimension,
  type NamedConnection,
  type Names,
  namedConnection,
  nameIn,
  namesOf,
  type Subject,
} from './dimensions.ts';
import type { Percentiles } from './durations.ts';
import { type SortColumn, type SumColumn, sums } from './list-columns.ts';
import type { Sample } from './sample.ts';
import { type Counted, SpaceSaving } from './space-saving.ts';
import { textHash } from './text-hash.ts';

/** Entries that are kept of a list. Of patterns more: below so many none of them is let go of before words are folded. */
const capacity = 8192;
const patternCapacity = 100_000;

/** What a connection alone decides. */
const ofConnection: ReadonlySet<Dimension> = new Set(['client', 'server', 'connection']);

const slots = 8192;

/** Stands between the names of a pair; no name holds it, since text from the wire is Latin-1. */
const between = '\uffff';

/** One entry of a list: its names, its columns, and what part of all commands it has. */
export type ListEntry = Names &
  ColumnValues & {
    /** Of all `count`, 4 digits. */
    readonly share: number;
    /** How much `count` may be too high; absent where 0. */
    readonly errorBound?: number;
  };

class Entry implements Counted {
  readonly columns = new Columns();
  /** Its names, one behind the other. */
  name = '';
  /** The connection that it names, if it names one. */
  connection: NamedConnection | undefined = undefined;
  errorBound = 0;
  weightBound = 0;

  get names(): string[] {
    return this.name.split(between);
  }
}

/** Commands put together by what they have in common in one dimension or more. */
export class GroupList {
  readonly dimensions: readonly Dimension[];
  readonly #sort: SortColumn;
  readonly #entries: SpaceSaving<Entry>;
  readonly #patternAt: number;
  readonly #isOfKey: boolean;
  readonly #isOfConnection: boolean;
  /** Connections that spoke lately, each with the generation of the entries, and their entries. */
  readonly #slotIds: Int32Array;
  readonly #slotEntries: (Entry | undefined)[];
  #total = 0;

  constructor(list: readonly Dimension[], sort: SortColumn) {
    this.dimensions = list;
    this.#sort = sort;
    this.#patternAt = list.indexOf('pattern');
    const column: SumColumn = sums.find((name) => name === sort) ?? 'count';
    this.#entries = new SpaceSaving(this.#patternAt < 0 ? capacity : patternCapacity, column, () => new Entry());
    this.#isOfConnection = list.every((dimension) => ofConnection.has(dimension));
    const size = this.#isOfConnection ? slots : 0;
    this.#slotIds = new Int32Array(2 * size);
    this.#slotEntries = new Array<Entry | undefined>(size).fill(undefined);
    this.#isOfKey = list.length === 1 && list[0] === 'key';
  }

  add(subject: Subject, sample: Sample): void {
    const entry = this.#isOfConnection ? this.#entryOfConnection(subject) : this.#entryOf(subject);
    if (entry === undefined) return;
    this.#total++;
    entry.columns.add(sample);
  }

  /** All commands of a connection have the same entry: it is found by the connection's number. */
  #entryOfConnection(subject: Subject): Entry | undefined {
    const { id } = subject.connection;
    const slot = id % slots;
    const ids = this.#slotIds;
    if (ids[2 * slot] === id && ids[2 * slot + 1] === this.#entries.generation) return this.#slotEntries[slot];
    const entry = this.#entryOf(subject);
    ids[2 * slot] = id;
    ids[2 * slot + 1] = this.#entries.generation;
    this.#slotEntries[slot] = entry;
    return entry;
  }

  #entryOf(subject: Subject): Entry | undefined {
    const id = this.#idOf(subject);
    if (id === undefined) return undefined;
    const hash = this.#isOfKey ? subject.keyHash : textHash(id);
    return this.#entries.get(id, hash) ?? this.#addEntry(id, hash, subject);
  }

  /** The names of what an entry is about, in one text; undefined where a command has no place in this list. */
  #idOf(subject: Subject): string | undefined {
    let id: string | undefined;
    for (const dimension of this.dimensions) {
      const name = nameIn(dimension, subject);
      if (name === undefined) return undefined;
      id = id === undefined ? name : `${id}${between}${name}`;
    }
    return id;
  }

  #addEntry(id: string, hash: number, { connection }: Subject): Entry {
    const entry = this.#entries.add(id, hash);
    if (this.dimensions.includes('connection')) entry.connection = namedConnection(connection);
    return entry;
  }

  /** The first entries; `fold`: what becomes of patterns. */
  snapshot(rows: number, fold: (pattern: string) => string): ListEntry[] {
    const entries = this.#patternAt < 0 ? [...this.#entries.entries()] : this.#folded(fold);
    const sorted = entries.map((entry) => ({ entry, size: sizeOf(entry, this.#sort) }));
    sorted.sort((one, other) => other.size - one.size || compareNames(one.entry, other.entry));
    return sorted.slice(0, rows).map(({ entry }) => this.#listed(entry));
  }

  #listed({ names, connection, columns, errorBound }: Entry): ListEntry {
    const fields = namesOf(this.dimensions, names, connection);
    const values = columns.values();
    const count = values.count + errorBound;
    const bound = errorBound === 0 ? {} : { errorBound };
    return { ...fields, ...values, count, share: ratio(count, this.#total), ...bound };
  }

  /** The entries with words folded, and those added together that are equal then. */
  #folded(fold: (pattern: string) => string): Entry[] {
    const folded = new Map<string, Entry>();
    for (const entry of this.#entries.entries()) {
      const pattern = fold(entry.names[this.#patternAt] as string);
      const names = entry.names.with(this.#patternAt, pattern);
      const id = names.join(between);
      let target = folded.get(id);
      if (target === undefined) {
        target = new Entry();
        target.name = id;
        target.connection = entry.connection;
        folded.set(id, target);
      }
      target.columns.merge(entry.columns);
      target.errorBound += entry.errorBound;
    }
    return [...folded.values()];
  }
}

/** What an entry is sorted by. The columns of `serverUs` are called by their own names. One without the value comes last. */
function sizeOf({ columns, errorBound }: Entry, sort: SortColumn): number {
  if (sort === 'count') return columns.count + errorBound;
  const sum = sums.find((name) => name === sort);
  if (sum !== undefined) return columns[sum];
  const { hitRatio, serverUs } = columns.values();
  return (sort === 'hitRatio' ? hitRatio : serverUs?.[sort as keyof Percentiles]) ?? -1;
}

/** Equal ones in the order of their names, so that the same capture gives the same list. */
function compareNames(one: Entry, other: Entry): number {
  if (one.name === other.name) return 0;
  return one.name < other.name ? -1 : 1;
}
