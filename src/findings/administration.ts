import { addressOf } from '../../protocols/address.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { type Detector, type DetectorContext, otherThan } from './detector.ts';
import { pairName } from './finding.ts';
import { RecentMap } from './recent-map.ts';
import { countText, timeText, wireText } from './words.ts';

const mostClients = 10_000;

const flushes: ReadonlySet<string> = new Set(['flush_all', 'flush', 'flushq']);

/** What takes the server long, or holds its locks: lists of items. */
const expensive = /^(?:stats? (?:cachedump|sizes)|lru_crawler metadump)\b/;

/** As many in a row, each too soon after the one before, are often. */
const neededInRow = 3;

/** For so long after the last one, a further one is only counted, µs. */
const quietUs = 10e6;

interface Row {
  count: number;
  lastUs: number;
  readonly packets: number[];
}

/** Commands of those who look after a server: they empty it, or keep it busy. */
export class Administration implements Detector {
  readonly statuses = otherThan('hit', 'miss', 'partial', 'stored', 'deleted', 'touched');
  readonly #context: DetectorContext;
  /** Time between two of the same that is not too short, µs. */
  readonly #leastUs: number;
  /** When it was said of a client and a server. */
  readonly #told = new RecentMap<number>(mostClients);
  readonly #rows = new RecentMap<Row>(mostClients);

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#leastUs = 1e6 / context.number('expensive-stats');
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const { command } = transaction;
    if (flushes.has(command)) this.#flushed(connection, transaction);
    else if (command === 'stats' || command === 'stat' || command === 'lru_crawler')
      this.#stats(connection, transaction);
  }

  #flushed(connection: ConnectionInfo, transaction: Transaction): void {
    const { status, packet, answerPacket, exptime, requestUs } = transaction;
    if (status !== 'ok' && status !== 'no_reply') return;
    const later = typeof exptime === 'number' && exptime > 0 ? `, to take effect with the delay ${exptime}` : '';
    this.#context.found({
      finding: 'flushed',
      timeUs: requestUs,
      connection,
      request: transaction,
      packets: [packet, answerPacket],
      text: `The client at ${addressOf(connection.client)} flushed all items of ${connection.server}${later}.`,
    });
  }

  #stats(connection: ConnectionInfo, transaction: Transaction): void {
    const { command, args = '', keys, packet, answerPacket, requestUs, status } = transaction;
    const line = [command, args || (keys[0] ?? '')].join(' ').trim();
    if (status === 'error' || status === 'client_error') return;
    if (expensive.test(line)) {
      this.#tell(
        connection,
        transaction,
        [packet, answerPacket],
        `sent ${wireText(line, 'line')}, which takes the server much time`,
      );
      return;
    }
    if (command === 'lru_crawler') return;
    const name = `${pairName(connection)} ${line}`;
    const row = this.#rows.ensure(name, () => ({ count: 0, lastUs: Number.NEGATIVE_INFINITY, packets: [] }));
    const gapUs = requestUs - row.lastUs;
    if (gapUs >= this.#leastUs) {
      row.count = 0;
      row.packets.length = 0;
    }
    row.count++;
    row.lastUs = requestUs;
    if (row.packets.length < neededInRow) row.packets.push(packet);
    if (row.count !== neededInRow) return;
    const what = `sent ${wireText(line, 'line')} ${countText(row.count, 'time')} in a row, the last ones ${timeText(Math.max(0, gapUs))} apart`;
    this.#tell(connection, transaction, row.packets, what);
  }

  #tell(connection: ConnectionInfo, transaction: Transaction, packets: readonly number[], what: string): void {
    const { requestUs } = transaction;
    const name = pairName(connection);
    // A tool sends dozens of these: they are said once.
    const isCounted = requestUs - (this.#told.get(name) ?? Number.NEGATIVE_INFINITY) < quietUs;
    this.#told.set(name, requestUs);
    this.#context.found({
      finding: 'expensive-stats',
      timeUs: transaction.requestUs,
      about: pairName(connection),
      connection,
      scope: 'pair',
      request: transaction,
      packets,
      ...(isCounted ? { isCounted } : {}),
      text: `The client at ${addressOf(connection.client)} ${what}.`,
    });
  }
}
