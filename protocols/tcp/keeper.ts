import type { Connection } from './connection.ts';

/**
 * Follows connections in place of the table as long as nothing unusual happens on them, and knows of them what their
 * streams and session would. Whoever needs such a connection asks for it back first.
 */
export interface Keeper {
  /** Sets when the connection was last used, and where it stands among the idle. */
  tellLastUse(connection: Connection): void;
  /** Brings its streams and its session up to date; from then on it is the table's again. */
  giveBack(connection: Connection): void;
}
