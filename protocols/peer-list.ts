/** Its neighbours in a list. */
export interface Linked {
  older: this | undefined;
  newer: this | undefined;
}

/** Connections, flows and the like in the order of their last use, linked through themselves. */
export class PeerList<P extends Linked> {
  oldest: P | undefined;
  newest: P | undefined;
  length = 0;

  append(peers: P): void {
    peers.older = this.newest;
    peers.newer = undefined;
    if (this.newest === undefined) this.oldest = peers;
    else this.newest.newer = peers;
    this.newest = peers;
    this.length++;
  }

  /** Puts one in behind another, or before all where there is none. */
  insertBehind(before: P | undefined, peers: P): void {
    const behind = before === undefined ? this.oldest : before.newer;
    peers.older = before;
    peers.newer = behind;
    if (before === undefined) this.oldest = peers;
    else before.newer = peers;
    if (behind === undefined) this.newest = peers;
    else behind.older = peers;
    this.length++;
  }

  remove(peers: P): void {
    const { older, newer } = peers;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.newest = older;
    else newer.older = older;
    peers.older = undefined;
    peers.newer = undefined;
    this.length--;
  }

  /** Marks the one that was used last. */
  touch(peers: P): void {
    if (this.newest === peers) return;
    this.remove(peers);
    this.append(peers);
  }
}
