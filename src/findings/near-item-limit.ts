import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { isRetrieval, isStorage } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { RecentMap } from './recent-map.ts';
import { countText, wireText } from './words.ts';

const mostServers = 10_000;
const defaultLimit = 1024 * 1024;

/** Values that are nearly as large as an item may be. */
export class NearItemLimit implements Detector {
  /** Those in which a server may say what its limit is; and all that are large. */
  readonly statuses = ['ok'] as const;
  readonly #context: DetectorContext;
  readonly #share: number;
  /** What servers have said of themselves. */
  readonly #limits = new RecentMap<number>(mostServers);

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#share = context.number('near-item-limit') / 100;
    // The smallest limit that any server has, times the share: few values are larger.
    context.plain.leastBytes = defaultLimit * this.#share;
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const { plain } = this.#context;
    const { itemSizeMax, bytes, valueLength, keys, foundBytes, found } = transaction;
    if (itemSizeMax > 0) {
      this.#limits.set(connection.server, itemSizeMax);
      plain.leastBytes = Math.min(plain.leastBytes, itemSizeMax * this.#share);
    }
    if (bytes < plain.leastBytes && valueLength < plain.leastBytes) return;
    if (isStorage(transaction)) {
      // One that was too large is said to be so.
      if (transaction.status !== 'server_error') this.#see(connection, transaction, keys[0] as string, valueLength);
    } else if (isRetrieval(transaction)) {
      if (found === undefined) this.#see(connection, transaction, keys[0] ?? '', bytes);
      else found.forEach((key, place) => void this.#see(connection, transaction, key, foundBytes?.[place] ?? 0));
    }
  }

  #see(connection: ConnectionInfo, transaction: Transaction, key: string, bytes: number): void {
    const said = this.#limits.get(connection.server);
    const limit = said ?? defaultLimit;
    if (bytes < limit * this.#share) return;
    const whose = said === undefined ? `the default limit of ${limit}` : `${limit}, the limit that the server says`;
    this.#context.found({
      finding: 'near-item-limit',
      timeUs: transaction.requestUs,
      about: `${connection.server} ${key}`,
      connection,
      request: transaction,
      key,
      packets: [transaction.packet, transaction.answerPacket],
      text: `The value of ${wireText(key)} has ${countText(bytes, 'byte')}, ${Math.floor((bytes / limit) * 100)} % of ${whose}.`,
    });
  }
}
