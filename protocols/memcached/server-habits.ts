import type { ConnectionInfo, SessionContext } from '../protocol.ts';

/** Which servers swallow the block behind a line that others refuse, running the block as commands. */
export const Swallower = {
  /** Nobody knows: it is of another server's or version's. */
  unknown: 0,
  /** Those before 1.6.0: they take the line. */
  oldest: 1,
  /** Those as old as 1.6.18: they take the line. */
  older: 2,
  /** Those as new as 1.6.45: they read the size first. */
  newer: 3,
} as const;

export type Swallower = (typeof Swallower)[keyof typeof Swallower];

/** Servers of which it is remembered how they read lines. */
const mostServers = 4096;

/** What one connection to a server has shown of how that reads lines which others refuse, for the other connections. */
export class ServerHabits {
  readonly #readsAs = new Map<string, Swallower>();

  /** Whether the server swallows the block of a line, or runs it; undefined where nothing is known. */
  swallows({ server }: ConnectionInfo, swallower: Swallower): boolean | undefined {
    const known = this.#readsAs.get(server);
    return known === undefined || swallower < Swallower.older ? undefined : known === swallower;
  }

  learn({ server }: ConnectionInfo, swallower: Swallower, isSwallowed: boolean): void {
    if (swallower < Swallower.older) return;
    if (this.#readsAs.size >= mostServers) this.#readsAs.clear();
    const other = swallower === Swallower.older ? Swallower.newer : Swallower.older;
    this.#readsAs.set(server, isSwallowed ? swallower : other);
  }
}

const habits = new WeakMap<SessionContext['memory'], ServerHabits>();

/** What all connections of a run have shown. */
export function habitsOf({ memory }: SessionContext): ServerHabits {
  let known = habits.get(memory);
  if (known === undefined) {
    known = new ServerHabits();
    habits.set(memory, known);
  }
  return known;
}
