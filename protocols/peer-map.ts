import type { Datagram } from './datagram.ts';
import { hashSeed, mix } from './hash.ts';
import type { Peers, Ports } from './peers.ts';

const smallest = 1024;

/**
 * Finds connections or flows by address and port, in either direction. Chains run through them, so a
 * look-up makes nothing for the garbage collector: with string keys it would cost several times as much.
 */
export class PeerMap<P extends Peers> {
  #buckets: (P | undefined)[] = new Array<P | undefined>(smallest).fill(undefined);
  #size = 0;
  // As secret as the seed.
  readonly #factor = (Math.random() * 2 ** 32) | 1;

  get size(): number {
    return this.#size;
  }

  /** The same for both directions. */
  hash(datagram: Datagram, ports: Ports): number {
    const d = datagram;
    let source = (d.source3 ^ hashSeed) + Math.imul(ports.sourcePort, this.#factor);
    let destination = (d.destination3 ^ hashSeed) + Math.imul(ports.destinationPort, this.#factor);
    if (d.family === 6) {
      source = mix(mix(mix(source, d.source2), d.source1), d.source0);
      destination = mix(mix(mix(destination, d.destination2), d.destination1), d.destination0);
    }
    return mix(mix(source, 0) + mix(destination, 0), hashSeed);
  }

  find(hash: number, datagram: Datagram, ports: Ports): P | undefined {
    let peers = this.#buckets[hash & (this.#buckets.length - 1)];
    for (; peers !== undefined; peers = peers.nextInBucket) {
      if (peers.hash !== hash) continue;
      if (peers.goesToServer(datagram, ports) || peers.goesToClient(datagram, ports)) return peers;
    }
    return undefined;
  }

  add(peers: P): void {
    if (this.#size >= this.#buckets.length) this.#grow();
    this.#link(peers);
    this.#size++;
  }

  remove(peers: P): void {
    const index = peers.hash & (this.#buckets.length - 1);
    let at = this.#buckets[index];
    if (at === peers) this.#buckets[index] = peers.nextInBucket;
    else {
      while (at !== undefined && at.nextInBucket !== peers) at = at.nextInBucket;
      if (at === undefined) return;
      at.nextInBucket = peers.nextInBucket;
    }
    peers.nextInBucket = undefined;
    this.#size--;
  }

  #link(peers: P): void {
    const index = peers.hash & (this.#buckets.length - 1);
    peers.nextInBucket = this.#buckets[index];
    this.#buckets[index] = peers;
  }

  #grow(): void {
    const old = this.#buckets;
    this.#buckets = new Array<P | undefined>(old.length * 2).fill(undefined);
    for (const bucket of old) {
      for (let peers = bucket; peers !== undefined; ) {
        const next = peers.nextInBucket;
        this.#link(peers);
        peers = next;
      }
    }
  }
}
