import type { ListEntry } from '../statistics/group-list.ts';
import { nameOf, type Tab, type TopRow } from './tables.ts';

/** What an entry had come to when it was last looked at. */
interface Seen {
  readonly count: number;
  readonly bytes: number;
}

/** How fast the entries of one table grow: what they have grown by between two looks. */
export class Rates {
  readonly #tab: Tab;
  #seen = new Map<string, Seen>();
  #timeUs: number | undefined;
  #rows: readonly TopRow[] = [];

  constructor(tab: Tab) {
    this.#tab = tab;
  }

  /**
   * The entries of the table now, `timeUs`. At the first look the rates are those since `sinceUs`; where no time has
   * passed, those of the last look.
   */
  rows(entries: readonly ListEntry[], timeUs: number, sinceUs: number): readonly TopRow[] {
    const isFirst = this.#timeUs === undefined;
    const seconds = (timeUs - (this.#timeUs ?? sinceUs)) / 1e6;
    if (seconds <= 0 && !isFirst) return this.#rows;
    const seen = new Map<string, Seen>();
    this.#rows = entries.map((entry): TopRow => {
      const name = nameOf(this.#tab, entry);
      const now = { count: entry.count, bytes: entry.requestBytes + entry.responseBytes };
      const before = isFirst ? nothing : this.#seen.get(name);
      seen.set(name, now);
      if (before === undefined || seconds <= 0) return { entry, name, rate: undefined, byteRate: undefined };
      const rate = Math.max(0, now.count - before.count) / seconds;
      return { entry, name, rate, byteRate: Math.max(0, now.bytes - before.bytes) / seconds };
    });
    this.#seen = seen;
    this.#timeUs = timeUs;
    return this.#rows;
  }
}

const nothing: Seen = { count: 0, bytes: 0 };
