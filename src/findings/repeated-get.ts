import { addressOf } from '../../protocols/address.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { isRetrieval, isStorage } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { FirstSeen, hashOf } from './first-seen.ts';
import { RecentMap } from './recent-map.ts';
import { countText, timeText, wireText } from './words.ts';

/** Keys that are remembered of all clients together, and those that were changed. */
const mostKeys = 20_000;
const withinUs = 1e6;

/** Commands that change an item without a value of their own. */
const changing: ReadonlySet<string> = new Set([
  ...['delete', 'incr', 'decr', 'md', 'ma', 'flush_all'],
  ...['deleteq', 'increment', 'incrementq', 'decrement', 'decrementq', 'flush', 'flushq'],
]);

/** Hits of a key by one client, the last ones, each within a second of the one before. */
interface Hits {
  readonly times: number[];
  readonly packets: number[];
}

/** Keys that one client retrieves again and again, although they do not change. */
export class RepeatedGet implements Detector {
  readonly #context: DetectorContext;
  readonly #least: number;
  /** The last hit of each key; the number is 1 where there was none shortly before it. */
  readonly #once = new FirstSeen();
  readonly #hits = new RecentMap<Hits>(mostKeys);
  readonly #changed = new FirstSeen();
  readonly #flushed = new RecentMap<number>(1000);
  /** Who the clients of open connections are, and their servers. */
  readonly #names = new Map<number, string>();

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#least = Math.max(2, Math.ceil(context.number('repeated-get')));
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const { keys, status, requestUs } = transaction;
    if (isStorage(transaction) || changing.has(transaction.command)) {
      if (keys.length === 0) this.#flushed.set(connection.server, requestUs);
      for (const key of keys) this.#changed.put(hashOf(connection.server, key), requestUs, 0, 0);
      return;
    }
    if (!isRetrieval(transaction)) return;
    if (keys.length === 1 && status === 'hit') this.#hit(connection, transaction, keys[0] as string);
    else if (status === 'hit') for (const key of keys) this.#hit(connection, transaction, key);
    else {
      const found = new Set(transaction.found);
      for (const key of keys) {
        if (found.has(key)) this.#hit(connection, transaction, key);
        else this.#hits.delete(this.#nameOf(connection, key));
      }
    }
  }

  connectionClose(connection: ConnectionInfo): void {
    this.#names.delete(connection.id);
  }

  #hit(connection: ConnectionInfo, transaction: Transaction, key: string): void {
    const { requestUs, packet } = transaction;
    const hash = hashOf(this.#nameOf(connection, ''), key);
    const slot = this.#once.find(hash);
    if (slot < 0 || requestUs - (this.#once.timesUs[slot] as number) > withinUs) {
      this.#once.put(hash, requestUs, packet, 1);
      return;
    }
    const name = this.#nameOf(connection, key);
    const hits = this.#hits.get(name);
    const isFirst = this.#once.numbers[slot] === 1;
    const fresh = { times: [this.#once.timesUs[slot] as number], packets: [this.#once.packets[slot] as number] };
    this.#once.put(hash, requestUs, packet, 2);
    if (hits === undefined || isFirst) this.#hits.set(name, fresh);
    const { times, packets } = hits === undefined || isFirst ? fresh : hits;
    times.push(requestUs);
    packets.push(packet);
    if (times.length < this.#least) return;
    const first = times[0] as number;
    const spanUs = requestUs - first;
    const changedUs = Math.max(
      this.#changed.timesUs[this.#changed.find(hashOf(connection.server, key))] ?? Number.NEGATIVE_INFINITY,
      this.#flushed.get(connection.server) ?? Number.NEGATIVE_INFINITY,
    );
    if (spanUs > withinUs || changedUs >= first) {
      times.shift();
      packets.shift();
      return;
    }
    this.#hits.delete(name);
    // Those that come next are counted anew.
    this.#once.put(hash, Number.NEGATIVE_INFINITY, packet, 1);
    this.#context.found({
      finding: 'repeated-get',
      timeUs: requestUs,
      about: name,
      connection,
      scope: 'pair',
      request: transaction,
      key,
      packets,
      text: `The client at ${addressOf(connection.client)} retrieved ${wireText(key)} ${countText(times.length, 'time')} within ${timeText(spanUs)}, all hits, and nothing changed it meanwhile.`,
    });
  }

  /** Whose hits they are. */
  #nameOf(connection: ConnectionInfo, key: string): string {
    let pair = this.#names.get(connection.id);
    if (pair === undefined) {
      pair = `${addressOf(connection.client)} ${connection.server} `;
      this.#names.set(connection.id, pair);
    }
    return pair + key;
  }
}
