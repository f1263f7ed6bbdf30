import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { mayHaveStored, missedKeys } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { mostPackets } from './finding.ts';
import { FirstSeen, ServerKeyHash } from './first-seen.ts';
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
  readonly statuses = ['miss', 'partial', 'stored', 'ok', 'no_reply', 'unknown', 'unanswered'] as const;
  readonly #context: DetectorContext;
  readonly #least: number;
  /** Keys that missed once; the number is 2 from the second time on. */
  readonly #once = new FirstSeen();
  readonly #hash = new ServerKeyHash();
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
        const hash = this.#hash.of(connection.server, key);
        this.#stored.add(hash);
        if (this.#once.find(hash) >= 0) this.#missed.delete(`${connection.server} ${key}`);
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
        text: `The key ${wireText(key)} was missed ${countText(count, 'time')} and never stored, as far as was captured: clients that store it may lie outside the capture.`,
      });
    }
  }

  #miss(connection: ConnectionInfo, { requestUs, packet }: Transaction, key: string): void {
    const hash = this.#hash.of(connection.server, key);
    if (this.#stored.mayHave(hash)) return;
    const slot = this.#once.find(hash);
    if (slot < 0 && this.#least > 1) {
      this.#once.put(hash, requestUs, packet, 1);
      return;
    }
    const isSecond = slot >= 0 && this.#once.number(slot) === 1;
    const first = isSecond ? [this.#once.packet(slot)] : [];
    this.#once.put(hash, requestUs, packet, 2);
    const { server } = connection;
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
