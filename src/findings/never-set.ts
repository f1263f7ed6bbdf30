import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { textHash } from '../statistics/text-hash.ts';
import { keysMissed, mayHaveStored } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { mostPackets } from './finding.ts';
import { KeyFilter } from './key-filter.ts';
import { hashWithin } from './key-hashes.ts';
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
  /** Those that missed twice, by hash. */
  readonly #missed = new RecentMap<Misses, number>(mostKeys);
  /** Keys that were stored: what may have been is not said to be never stored. */
  readonly #stored = new KeyFilter();

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#least = Math.max(1, Math.ceil(context.number('never-set')));
  }

  transaction(connection: ConnectionInfo, transaction: Transaction, open: OpenConnection): void {
    const { keyHashes, missedKeys: known } = this.#context;
    const { keys } = transaction;
    if (mayHaveStored(transaction)) {
      for (let place = 0; place < keys.length; place++) {
        const hash = hashWithin(open.serverHash, keyHashes.at(place));
        this.#stored.add(hash);
        const slot = known.find(hash);
        if (slot >= 0 && known.lonePacket(slot) < 0) this.#missed.delete(hash);
      }
      return;
    }
    const missed = keysMissed(transaction);
    for (let place = 0; place < missed.length; place++) {
      const key = missed[place] as string;
      const hash = missed === keys ? keyHashes.at(place) : textHash(key);
      this.#miss(connection, transaction, key, hashWithin(open.serverHash, hash));
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
        text: `The key ${wireText(key)} was missed ${countText(count, 'time')} and never stored, as far as was captured: clients that store it may lie outside the capture.`,
      });
    }
  }

  #miss(connection: ConnectionInfo, { requestUs, packet }: Transaction, key: string, hash: number): void {
    if (this.#stored.mayHave(hash)) return;
    const { missedKeys: known } = this.#context;
    const slot = known.ensure(hash);
    const lonePacket = known.lonePacket(slot);
    if (lonePacket === 0 && this.#least > 1) {
      known.setLonePacket(slot, packet);
      return;
    }
    known.setLonePacket(slot, -1);
    const { server } = connection;
    let misses = this.#missed.get(hash);
    if (misses === undefined || misses.key !== key || misses.server !== server) {
      const packets = lonePacket > 0 ? [lonePacket] : [];
      misses = { key, server, count: packets.length, lastUs: requestUs, packets };
      this.#missed.set(hash, misses);
    }
    misses.count++;
    misses.lastUs = requestUs;
    if (misses.packets.length < mostPackets) misses.packets.push(packet);
  }
}
