import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { mayHaveStored, missedKeys } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { mostPackets } from './finding.ts';
import { FirstSeen } from './first-seen.ts';
import { KeyFilter } from './key-filter.ts';
import { hashOf, hashWithin } from './key-hashes.ts';
import type { OpenConnection } from './open-connection.ts';
import { RecentMap } from './recent-map.ts';
import { countText, wireText } from './words.ts';

/** Keys that are remembered, and those that are told, the ones missed most. */
const mostKeys = 100_000;
const mostTold = 1000;

interface Misses {
  readonly key: string;
  readonly server: string;
  count: number;
  lastUs: number;
  readonly packets: number[];
}

/** Keys that are asked for and never stored. Only the end of the capture can tell. */
export class NeverSet implements Detector {
  readonly statuses = ['miss', 'partial', 'stored', 'ok', 'no_reply', 'unknown', 'unanswered'] as const;
  readonly #context: DetectorContext;
  readonly #least: number;
  /** Keys that missed once; the number is 2 from the second time on. */
  readonly #once = new FirstSeen();
  readonly #missed = new RecentMap<Misses>(mostKeys);
  /** Keys that were stored: what may have been is not said to be never stored. */
  readonly #stored = new KeyFilter();

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#least = Math.max(1, Math.ceil(context.number('never-set')));
  }

  transaction({ server }: ConnectionInfo, transaction: Transaction, open: OpenConnection): void {
    const { keyHashes } = this.#context;
    const { keys } = transaction;
    if (mayHaveStored(transaction)) {
      for (let place = 0; place < keys.length; place++) {
        const hash = hashWithin(open.serverHash, keyHashes.at(place));
        this.#stored.add(hash);
        if (this.#once.find(hash) >= 0) this.#missed.delete(`${server} ${keys[place]}`);
      }
      return;
    }
    const missed = missedKeys(transaction);
    for (let place = 0; place < missed.length; place++) {
      const key = missed[place] as string;
      const hash = missed === keys ? keyHashes.at(place) : hashOf(key);
      this.#miss(server, transaction, key, hashWithin(open.serverHash, hash));
    }
  }

  end(): void {
    const most = this.#missed.values().filter(({ count }) => count >= this.#least);
    most.sort((one, other) => other.count - one.count);
    for (const { key, server, count, lastUs, packets } of most.slice(0, mostTold)) {
      this.#context.found({
        finding: 'never-set',
        timeUs: lastUs,
        about: `${server} ${key}`,
        server,
        key,
        packets,
        text: `${wireText(key)} was missed ${countText(count, 'time')} and never stored, as far as was captured: clients that store it may lie outside the capture.`,
      });
    }
  }

  #miss(server: string, { requestUs, packet }: Transaction, key: string, hash: number): void {
    if (this.#stored.mayHave(hash)) return;
    const slot = this.#once.find(hash);
    if (slot < 0 && this.#least > 1) {
      this.#once.put(hash, requestUs, packet, 1);
      return;
    }
    const isSecond = slot >= 0 && this.#once.number(slot) === 1;
    const first = isSecond ? [this.#once.packet(slot)] : [];
    this.#once.put(hash, requestUs, packet, 2);
    const misses = this.#missed.ensure(`${server} ${key}`, () => ({
      key,
      server,
      count: first.length,
      lastUs: requestUs,
      packets: first,
    }));
    misses.count++;
    misses.lastUs = requestUs;
    if (misses.packets.length < mostPackets) misses.packets.push(packet);
  }
}
