import { textHash } from '../../protocols/text-hash.ts';
import { ColumnsTable, type ColumnValues, ratio } from './columns-table.ts';
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
import type { KeyText } from './key-text.ts';
import { type SortColumn, type SumColumn, sums } from './list-columns.ts';
import { KeyNames, TextNames } from './name-list.ts';
import type { Sample } from './sample.ts';
import { SpaceSaving } from './space-saving.ts';

/** Entries that are kept of a list. Of patterns more: below so many none of them is let go of before words are folded. */
const capacity = 8192;
const patternCapacity = 100_000;

/** What a connection alone decides. */
const ofConnection: ReadonlySet<Dimension> = new Set(['client', 'server', 'connection']);

/** Connections that are found by their numbers, and the words that each has. */
const slots = 8192;
const slotWidth = 3;

/** Entries that a folded list has room for at first. */
const fewRows = 64;

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

/** Commands put together by what they have in common in one dimension or more. */
export class GroupList {
  readonly dimensions: readonly Dimension[];
  readonly #sort: SortColumn;
  /** Each with its names, one behind the other, and the connection that it names, if it names one. */
  readonly #entries: SpaceSaving<KeyText, undefined> | SpaceSaving<string, NamedConnection | undefined>;
  readonly #ofKeys: SpaceSaving<KeyText, undefined> | undefined;
  readonly #ofTexts: SpaceSaving<string, NamedConnection | undefined>;
  readonly #patternAt: number;
  readonly #isOfPattern: boolean;
  readonly #isOfConnection: boolean;
  readonly #namesConnection: boolean;
  /** Connections that spoke lately, each with the generation of the entries, and the place of theirs. */
  readonly #slots: Int32Array;
  #total = 0;

  constructor(list: readonly Dimension[], sort: SortColumn) {
    this.dimensions = list;
    this.#sort = sort;
    this.#patternAt = list.indexOf('pattern');
    const column: SumColumn = sums.find((name) => name === sort) ?? 'count';
    const most = this.#patternAt < 0 ? capacity : patternCapacity;
    this.#ofTexts = new SpaceSaving(most, column, new TextNames());
    if (list.length === 1 && list[0] === 'key') this.#ofKeys = new SpaceSaving(most, column, new KeyNames());
    this.#entries = this.#ofKeys ?? this.#ofTexts;
    this.#isOfConnection = list.every((dimension) => ofConnection.has(dimension));
    this.#slots = new Int32Array(this.#isOfConnection ? slotWidth * slots : 0);
    this.#isOfPattern = list.length === 1 && list[0] === 'pattern';
    this.#namesConnection = list.includes('connection');
  }

  add(subject: Subject, sample: Sample): void {
    const place = this.#isOfConnection ? this.#placeOfConnection(subject) : this.#placeOf(subject);
    if (place < 0) return;
    this.#total++;
    this.#entries.columns.add(place, sample);
  }

  /** All commands of a connection have the same entry: it is found by the connection's number. */
  #placeOfConnection(subject: Subject): number {
    const { id } = subject.connection;
    const at = (id % slots) * slotWidth;
    const known = this.#slots;
    if (known[at] === id && known[at + 1] === this.#entries.generation) return known[at + 2] as number;
    const place = this.#placeOf(subject);
    known[at] = id;
    known[at + 1] = this.#entries.generation;
    known[at + 2] = place;
    return place;
  }

  /** -1 where a command has no place in this list. */
  #placeOf(subject: Subject): number {
    if (this.#ofKeys !== undefined) return placeOfKey(this.#ofKeys, subject);
    const id = this.#idOf(subject);
    if (id === undefined) return -1;
    const hash = this.#isOfPattern ? subject.patternHash : textHash(id);
    const place = this.#ofTexts.find(id, hash);
    if (place >= 0) return place;
    return this.#ofTexts.add(id, hash, this.#namesConnection ? namedConnection(subject.connection) : undefined);
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

  /** The first entries; `fold`: what becomes of patterns. */
  snapshot(rows: number, fold: (pattern: string) => string): ListEntry[] {
    const entries = this.#patternAt < 0 ? this.#all() : this.#folded(fold);
    const sized = entries.map((entry) => ({ entry, size: sizeOf(entry, this.#sort) }));
    const first = firstOf(sized, rows, (one, other) => other.size - one.size || compareNames(one.entry, other.entry));
    return first.map(({ entry }) => this.#listed(entry));
  }

  #listed(entry: Entry): ListEntry {
    const { connection, columns, row, errorBound } = entry;
    const fields = namesOf(this.dimensions, namesIn(entry), connection);
    const values = columns.values(row);
    const count = values.count + errorBound;
    const bound = errorBound === 0 ? {} : { errorBound };
    return { ...fields, ...values, count, share: ratio(count, this.#total), ...bound };
  }

  #all(): Entry[] {
    const { names, labels, columns } = this.#entries;
    return Array.from(labels, (_label, row) => ({
      name: names.textAt(row),
      connection: labels[row],
      columns,
      row,
      errorBound: this.#entries.errorBound(row),
    }));
  }

  /** The entries with words folded, and those added together that are equal then. */
  #folded(fold: (pattern: string) => string): Entry[] {
    const folded = new Map<string, Entry>();
    const table = new ColumnsTable(fewRows);
    for (const entry of this.#all()) {
      const names = namesIn(entry);
      const name = names.with(this.#patternAt, fold(names[this.#patternAt] as string)).join(between);
      let target = folded.get(name);
      if (target === undefined) {
        target = { name, connection: entry.connection, columns: table, row: folded.size, errorBound: 0 };
        table.ensure(target.row);
        folded.set(name, target);
      }
      table.merge(target.row, entry.columns, entry.row);
      target.errorBound += entry.errorBound;
    }
    return [...folded.values()];
  }
}

function placeOfKey(list: SpaceSaving<KeyText, undefined>, { key, keyHash }: Subject): number {
  if (key === undefined) return -1;
  const place = list.find(key, keyHash);
  return place < 0 ? list.add(key, keyHash, undefined) : place;
}

/** One entry while the list is written. */
interface Entry {
  readonly name: string;
  readonly connection: NamedConnection | undefined;
  /** Its columns are this row. */
  readonly columns: ColumnsTable;
  readonly row: number;
  errorBound: number;
}

function namesIn({ name }: Entry): string[] {
  return name.split(between);
}

/** What an entry is sorted by. The columns of `serverUs` are called by their own names. One without the value comes last. */
function sizeOf({ columns, row, errorBound }: Entry, sort: SortColumn): number {
  if (sort === 'count') return columns.sum(row, 'count') + errorBound;
  const sum = sums.find((name) => name === sort);
  if (sum !== undefined) return columns.sum(row, sum);
  const { hitRatio, serverUs } = columns.values(row);
  return (sort === 'hitRatio' ? hitRatio : serverUs?.[sort as keyof Percentiles]) ?? -1;
}

/** So many are picked one by one; to sort all takes longer, as most are equal and their names have to be compared. */
const mostPicked = 128;

/** The first `most` of these, in their order, of which no two are equal. */
function firstOf<T>(items: readonly T[], most: number, compare: (one: T, other: T) => number): readonly T[] {
  if (most > mostPicked) return items.toSorted(compare).slice(0, most);
  const first: T[] = [];
  for (const item of items) {
    let place = first.length;
    while (place > 0 && compare(item, first[place - 1] as T) < 0) place--;
    if (place === most) continue;
    first.splice(place, 0, item);
    if (first.length > most) first.pop();
  }
  return first;
}

/** Equal ones in the order of their names, so that the same capture gives the same list. */
function compareNames(one: Entry, other: Entry): number {
  if (one.name === other.name) return 0;
  return one.name < other.name ? -1 : 1;
}
