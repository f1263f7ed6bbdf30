import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { type Dimension, defaultLists } from '../statistics/dimensions.ts';
import type { SortColumn } from '../statistics/list-columns.ts';
import { Stories, type TellStory } from '../statistics/stories.ts';
import { Summary, type SummarySnapshot } from '../statistics/summary.ts';
import type { SnifferListener } from './options.ts';

/** What a summary holds. */
export interface SummaryOptions {
  /** Which lists: `['key']`, or pairs, `[['pattern', 'client']]`; by command, pattern, key, client and server by default. */
  readonly by?: readonly (Dimension | readonly Dimension[])[];
  /** The column by which lists are sorted, the largest first; `count` by default. */
  readonly sort?: SortColumn;
  /** Entries of a list, 20 by default. */
  readonly rows?: number;
}

/** Adds up what it hears. */
export interface SummaryListener extends SnifferListener {
  /** The numbers so far. Text from the wire is Latin-1, one character a byte. */
  snapshot(): SummarySnapshot;
  /** Begins anew; connections stay open. */
  restart(): void;
}

/** Makes a listener that adds up what the option `--summary` does. */
export function createSummary({ by = defaultLists, sort = 'count', rows = 20 }: SummaryOptions = {}): SummaryListener {
  const lists = by.map((list) => (typeof list === 'string' ? [list] : list));
  return new WholeSummary({ lists, sort, rows });
}

/** Makes a listener that tells the story of each connection when it ends, as the option `--connections` does. */
export function createStories(tell: TellStory): SnifferListener {
  return new WholeStories(tell, false);
}

/** Of all commands: none is left out. */
class WholeSummary extends Summary implements SummaryListener {
  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    this.commands.transaction?.(connection, transaction);
  }
}

class WholeStories extends Stories {
  override transaction(connection: ConnectionInfo, transaction: Transaction): void {
    super.transaction(connection, transaction);
    this.commands.transaction?.(connection, transaction);
  }
}
