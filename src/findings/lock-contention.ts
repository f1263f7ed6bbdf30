import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { isAdd } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { RecentMap } from './recent-map.ts';
import { countText, timeText, wireText } from './words.ts';

const mostKeys = 20_000;
const withinUs = 1e6;

interface Failures {
  readonly times: number[];
  readonly packets: number[];
}

/** Keys of which one add after the other fails: a lock that many want. */
export class LockContention implements Detector {
  readonly statuses = ['not_stored', 'exists'] as const;
  readonly #context: DetectorContext;
  readonly #least: number;
  readonly #failures = new RecentMap<Failures>(mostKeys);

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#least = Math.max(1, Math.ceil(context.number('lock-contention')));
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const { status, keys, answerUs, packet } = transaction;
    // The binary protocol says of an add that the key exists.
    if ((status !== 'not_stored' && status !== 'exists') || !isAdd(transaction)) return;
    const key = keys[0] ?? '';
    const name = `${connection.server} ${key}`;
    const { times, packets } = this.#failures.ensure(name, () => ({ times: [], packets: [] }));
    times.push(answerUs);
    packets.push(packet);
    if (times.length < this.#least) return;
    const spanUs = answerUs - (times[0] as number);
    if (spanUs > withinUs) {
      times.shift();
      packets.shift();
      return;
    }
    this.#failures.delete(name);
    this.#context.found({
      finding: 'lock-contention',
      timeUs: answerUs,
      about: name,
      connection,
      scope: 'server',
      request: transaction,
      packets,
      text: `add of ${wireText(key)} failed ${countText(times.length, 'time')} within ${timeText(Math.max(0, spanUs))}.`,
    });
  }
}
