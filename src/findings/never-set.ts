import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { mayHaveStored, missedKeys } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { mostPackets } from './finding.ts';
import { KeyFilter } from './key-filter.ts';
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
  readonly #context: DetectorContext;
  readonly #least: number;
  readonly #missed = new RecentMap<Misses>(mostKeys);
  /** Keys that were stored: what may have been is not said to be never stored. */
  readonly #stored = new KeyFilter();

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#least = Math.max(1, Math.ceil(context.number('never-set')));
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    if (mayHaveStored(transaction)) {
      for (const key of transaction.keys) {
        const name = `${connection.server} ${key}`;
        this.#stored.add(name);
        this.#missed.delete(name);
      }
      return;
    }
    for (const key of missedKeys(transaction)) this.#miss(connection, transaction, key);
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

  #miss(connection: ConnectionInfo, { requestUs, packet }: Transaction, key: string): void {
    const name = `${connection.server} ${key}`;
    const misses = this.#missed.get(name);
    if (misses !== undefined) {
      misses.count++;
      misses.lastUs = requestUs;
      if (misses.packets.length < mostPackets) misses.packets.push(packet);
    } else if (!this.#stored.mayHave(name)) {
      this.#missed.set(name, { key, server: connection.server, count: 1, lastUs: requestUs, packets: [packet] });
    }
  }
}
