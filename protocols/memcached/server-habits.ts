import type { ConnectionInfo, SessionContext } from '../protocol.ts';

/** Servers of which it is remembered how they read lines. */
const mostServers = 4096;

/**
 * How servers read a line that some versions refuse: 1.6.45 swallows the block behind one that it refuses where 1.6.18
 * runs it as commands, and the other way round. What one connection to a server has shown holds for the others.
 */
export class ServerHabits {
  readonly #readsAsNew = new Map<string, boolean>();

  /** Whether the server swallows the block behind a line which it refuses, or not; undefined where nothing is known. */
  swallows(connection: ConnectionInfo, isRefused: boolean): boolean | undefined {
    const isNew = this.#readsAsNew.get(connection.server);
    return isNew === undefined ? undefined : isNew === isRefused;
  }

  learn(connection: ConnectionInfo, isRefused: boolean, isSwallowed: boolean): void {
    if (this.#readsAsNew.size >= mostServers) this.#readsAsNew.clear();
    this.#readsAsNew.set(connection.server, isRefused === isSwallowed);
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
