import { addressOf } from '../../protocols/address.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { isRetrieval, isStorage } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { FirstSeen, hashOf, ServerKeyHash, stateBehind } from './first-seen.ts';
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

/** A client and a server: what the names of their keys begin with, and the hash of that. */
interface Pair {
  readonly name: string;
  readonly state: number;
}

/** Keys that one client retrieves again and again, although they do not change. */
export class RepeatedGet implements Detector {
  readonly #context: DetectorContext;
  readonly #least: number;
  /** The last hit of each key; the number is 1 where there was none shortly before it. */
  readonly #once = new FirstSeen();
  readonly #hits = new RecentMap<Hits>(mostKeys);
  readonly #changed = new FirstSeen();
  readonly #changedHash = new ServerKeyHash();
  readonly #flushed = new RecentMap<number>(1000);
  /** Who the clients of open connections are, and their servers. */
  readonly #pairs = new Map<number, Pair>();

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#least = Math.max(2, Math.ceil(context.number('repeated-get')));
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const { keys, status, requestUs } = transaction;
    if (isStorage(transaction) || changing.has(transaction.command)) {
      if (keys.length === 0) this.#flushed.set(connection.server, requestUs);
      for (const key of keys) this.#changed.put(this.#changedHash.of(connection.server, key), requestUs, 0, 0);
      return;
    }
    if (!isRetrieval(transaction)) return;
    if (keys.length === 1 && status === 'hit') this.#hit(connection, transaction, keys[0] as string);
    else if (status === 'hit') for (const key of keys) this.#hit(connection, transaction, key);
    else if (status === 'miss') for (const key of keys) this.#missed(connection, key);
    else {
      const found = new Set(transaction.found);
      for (const key of keys) {
        if (found.has(key)) this.#hit(connection, transaction, key);
        else this.#missed(connection, key);
      }
    }
  }

  connectionClose(connection: ConnectionInfo): void {
    this.#pairs.delete(connection.id);
  }

  /** Hits that were counted begin anew behind a miss; of a key that was hit no more than once lately none were. */
  #missed(connection: ConnectionInfo, key: string): void {
    const pair = this.#pairOf(connection);
    const slot = this.#once.find(hashOf(key, pair.state));
    if (slot >= 0 && this.#once.number(slot) === 2) this.#hits.delete(pair.name + key);
  }

  #hit(connection: ConnectionInfo, transaction: Transaction, key: string): void {
    const { requestUs, packet } = transaction;
    const pair = this.#pairOf(connection);
    const hash = hashOf(key, pair.state);
    const slot = this.#once.find(hash);
    if (slot < 0 || requestUs - this.#once.timeUs(slot) > withinUs) {
      this.#once.put(hash, requestUs, packet, 1);
      return;
    }
    const name = pair.name + key;
    const hits = this.#hits.get(name);
    const isFirst = this.#once.number(slot) === 1;
    const fresh = { times: [this.#once.timeUs(slot)], packets: [this.#once.packet(slot)] };
    this.#once.put(hash, requestUs, packet, 2);
    if (hits === undefined || isFirst) this.#hits.set(name, fresh);
    const { times, packets } = hits === undefined || isFirst ? fresh : hits;
    times.push(requestUs);
    packets.push(packet);
    if (times.length < this.#least) return;
    const first = times[0] as number;
    const spanUs = requestUs - first;
    const changed = this.#changed.find(this.#changedHash.of(connection.server, key));
    const changedUs = Math.max(
      changed < 0 ? Number.NEGATIVE_INFINITY : this.#changed.timeUs(changed),
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
  #pairOf(connection: ConnectionInfo): Pair {
    let pair = this.#pairs.get(connection.id);
    if (pair === undefined) {
      const name = `${addressOf(connection.client)} ${connection.server} `;
      pair = { name, state: stateBehind(name) };
      this.#pairs.set(connection.id, pair);
    }
    return pair;
  }
}
