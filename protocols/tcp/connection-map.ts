import type { Datagram } from '../datagram.ts';
import type { Connection } from './connection.ts';
import type { TcpSegment } from './segment.ts';

const smallest = 1024;

/**
 * Finds connections by address and port, in either direction. Chains run through the connections, so a
 * look-up makes nothing for the garbage collector: with string keys it would cost several times as much.
 */
export class ConnectionMap {
  #buckets: (Connection | undefined)[] = new Array<Connection | undefined>(smallest).fill(undefined);
  #size = 0;
  // Senders choose their addresses; unknown to them, this keeps them from choosing one chain for all.
  readonly #seed = (Math.random() * 2 ** 32) | 0;

  get size(): number {
    return this.#size;
  }

  /** The same for both directions. */
  hash(datagram: Datagram, segment: TcpSegment): number {
    const d = datagram;
    const source = mixEndpoint(this.#seed, d.source0, d.source1, d.source2, d.source3, segment.sourcePort);
    const destination = mixEndpoint(
      this.#seed,
      d.destination0,
      d.destination1,
      d.destination2,
      d.destination3,
      segment.destinationPort,
    );
    return mix(source + destination, this.#seed);
  }

  find(hash: number, datagram: Datagram, segment: TcpSegment): Connection | undefined {
    let connection = this.#buckets[hash & (this.#buckets.length - 1)];
    for (; connection !== undefined; connection = connection.nextInBucket) {
      if (connection.hash !== hash) continue;
      if (connection.goesToServer(datagram, segment) || connection.goesToClient(datagram, segment)) return connection;
    }
    return undefined;
  }

  add(connection: Connection): void {
    if (this.#size >= this.#buckets.length) this.#grow();
    this.#link(connection);
    this.#size++;
  }

  remove(connection: Connection): void {
    const index = connection.hash & (this.#buckets.length - 1);
    let at = this.#buckets[index];
    if (at === connection) this.#buckets[index] = connection.nextInBucket;
    else {
      while (at !== undefined && at.nextInBucket !== connection) at = at.nextInBucket;
      if (at === undefined) return;
      at.nextInBucket = connection.nextInBucket;
    }
    connection.nextInBucket = undefined;
    this.#size--;
  }

  #link(connection: Connection): void {
    const index = connection.hash & (this.#buckets.length - 1);
    connection.nextInBucket = this.#buckets[index];
    this.#buckets[index] = connection;
  }

  #grow(): void {
    const old = this.#buckets;
    this.#buckets = new Array<Connection | undefined>(old.length * 2).fill(undefined);
    for (const bucket of old) {
      for (let connection = bucket; connection !== undefined; ) {
        const next = connection.nextInBucket;
        this.#link(connection);
        connection = next;
      }
    }
  }
}

function mixEndpoint(seed: number, word0: number, word1: number, word2: number, word3: number, port: number): number {
  let hash = mix(seed, word3);
  if ((word0 | word1 | word2) !== 0) hash = mix(mix(mix(hash, word2), word1), word0);
  return mix(hash, port);
}

/** One round of MurmurHash3's finalizer over both words. */
function mix(hash: number, word: number): number {
  let mixed = (hash ^ word) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
