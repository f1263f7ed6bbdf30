import type { Random } from '../random.ts';
import { BinaryAuthor } from './binary-items.ts';
import type { Author, Item, Part } from './item.ts';
import { MetaAuthor } from './meta-items.ts';
import { TextAuthor } from './text-items.ts';

export const dialects = ['meta', 'text', 'binary'] as const;
export type Dialect = (typeof dialects)[number];

/** How a client writes: one command and its answer at a time, many in one write, or some that are under way at once. */
export const paces = ['lock-step', 'batch', 'pipeline'] as const;
export type Pace = (typeof paces)[number];

/** A command as the server read it, and all that it answered: nothing where it kept silent. */
export interface TrueCommand extends Part {
  readonly answer: Buffer;
}

/** An item with what became of it. */
export interface Exchange {
  readonly item: Item;
  readonly answer: Buffer;
}

/** One connection, as the twin had it. */
export interface Session {
  readonly pace: Pace;
  readonly exchanges: readonly Exchange[];
  /** In the order of the stream; their bytes together are the client's stream. */
  readonly commands: readonly TrueCommand[];
}

export function newAuthor(dialect: Dialect, random: Random): Author {
  switch (dialect) {
    case 'meta':
      return new MetaAuthor(random);
    case 'text':
      return new TextAuthor(random);
    case 'binary':
      return new BinaryAuthor(random);
  }
}
