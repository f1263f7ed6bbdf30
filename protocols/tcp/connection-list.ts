import type { Connection } from './connection.ts';

/** Connections in the order of their last packet, linked through the connections themselves. */
export class ConnectionList {
  oldest: Connection | undefined;
  newest: Connection | undefined;
  length = 0;

  append(connection: Connection): void {
    connection.older = this.newest;
    connection.newer = undefined;
    if (this.newest === undefined) this.oldest = connection;
    else this.newest.newer = connection;
    this.newest = connection;
    this.length++;
  }

  remove(connection: Connection): void {
    const { older, newer } = connection;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.newest = older;
    else newer.older = older;
    connection.older = undefined;
    connection.newer = undefined;
    this.length--;
  }

  /** Marks the connection as the one used last. */
  touch(connection: Connection): void {
    if (this.newest === connection) return;
    this.remove(connection);
    this.append(connection);
  }
}
