import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { isStorage, mayHaveStored, missedKeys } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { FirstSeen } from './first-seen.ts';
import { hashOf, hashWithin } from './key-hashes.ts';
import type { OpenConnection } from './open-connection.ts';
import { RecentMap } from './recent-map.ts';
import { countText, timeText, wireText } from './words.ts';

const mostKeys = 20_000;
const neededConnections = 3;
const mostConnections = 1000;

/** Misses of a key within a short time, by connection, and who has stored it since. */
interface Rush {
  readonly firstUs: number;
  /** The packet of the miss, by connection. */
  readonly missed: Map<number, number>;
  readonly stored: Map<number, number>;
  isTold: boolean;
}

/** Keys that several connections miss at the same time, and all make anew. */
export class Stampede implements Detector {
  readonly statuses = ['miss', 'partial', 'stored', 'ok', 'no_reply', 'unknown', 'unanswered'] as const;
  readonly #context: DetectorContext;
  readonly #withinUs: number;
  /** The first miss of each key; the number is that of its connection. */
  readonly #once = new FirstSeen();
  readonly #rushes = new RecentMap<Rush>(mostKeys);

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#withinUs = context.number('stampede') * 1e6;
  }

  transaction(connection: ConnectionInfo, transaction: Transaction, open: OpenConnection): void {
    const { keyHashes } = this.#context;
    const { keys } = transaction;
    if (isStorage(transaction)) {
      if (!mayHaveStored(transaction)) return;
      for (let place = 0; place < keys.length; place++) {
        const hash = hashWithin(open.serverHash, keyHashes.at(place));
        if (this.#once.find(hash) >= 0) this.#store(connection, transaction, keys[place] as string);
      }
      return;
    }
    const missed = missedKeys(transaction);
    for (let place = 0; place < missed.length; place++) {
      const key = missed[place] as string;
      const hash = missed === keys ? keyHashes.at(place) : hashOf(key);
      this.#miss(connection, transaction, key, hashWithin(open.serverHash, hash));
    }
  }

  #miss({ server, id }: ConnectionInfo, { requestUs, packet }: Transaction, key: string, hash: number): void {
    const slot = this.#once.find(hash);
    const firstUs = slot < 0 ? Number.NEGATIVE_INFINITY : this.#once.timeUs(slot);
    if (requestUs - firstUs > this.#withinUs) {
      this.#once.put(hash, requestUs, packet, id);
      return;
    }
    const first = this.#once.number(slot);
    if (first === id) return;
    const name = `${server} ${key}`;
    const rush = this.#rushes.get(name);
    if (rush === undefined || rush.firstUs !== firstUs) {
      const missed = new Map([
        [first, this.#once.packet(slot)],
        [id, packet],
      ]);
      this.#rushes.set(name, { firstUs, missed, stored: new Map(), isTold: false });
    } else if (!rush.missed.has(id) && rush.missed.size < mostConnections) rush.missed.set(id, packet);
  }

  #store(connection: ConnectionInfo, { requestUs, packet }: Transaction, key: string): void {
    const { server, id } = connection;
    const name = `${server} ${key}`;
    const rush = this.#rushes.get(name);
    if (rush === undefined || !rush.missed.has(id) || rush.stored.has(id)) return;
    rush.stored.set(id, packet);
    if (rush.isTold || rush.stored.size < neededConnections) return;
    rush.isTold = true;
    const packets = [...rush.stored].flatMap(([by, stored]) => [rush.missed.get(by) ?? 0, stored]);
    this.#context.found({
      finding: 'stampede',
      timeUs: requestUs,
      about: name,
      connection,
      scope: 'server',
      key,
      packets,
      text: `${countText(rush.missed.size, 'connection')} missed ${wireText(key)} within ${timeText(this.#withinUs)}, and ${rush.stored.size} of them have stored it, ${timeText(requestUs - rush.firstUs)} after the first miss.`,
    });
  }
}
