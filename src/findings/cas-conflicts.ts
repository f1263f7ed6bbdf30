import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { isStorage, metaFlags } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { mostPackets } from './finding.ts';
import { RecentMap } from './recent-map.ts';
import { wireText } from './words.ts';

const mostKeys = 20_000;
/** So large a part of them has to come too late. */
const conflictShare = 0.2;

interface Tries {
  count: number;
  conflicts: number;
  readonly packets: number[];
  isTold: boolean;
}

/** Keys of which many cas commands come too late: somebody else was faster. */
export class CasConflicts implements Detector {
  readonly statuses = ['exists', 'stored'] as const;
  readonly #context: DetectorContext;
  readonly #least: number;
  readonly #tries = new RecentMap<Tries>(mostKeys);

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#least = Math.max(1, Math.ceil(context.number('cas-conflicts')));
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const { status, keys, packet } = transaction;
    if ((status !== 'exists' && status !== 'stored') || !isCas(transaction)) return;
    const key = keys[0] ?? '';
    const name = `${connection.server} ${key}`;
    const tries = this.#tries.ensure(name, () => ({ count: 0, conflicts: 0, packets: [], isTold: false }));
    tries.count++;
    const isConflict = status === 'exists';
    if (isConflict) {
      tries.conflicts++;
      if (tries.packets.length < mostPackets) tries.packets.push(packet);
    }
    const { count, conflicts } = tries;
    if (tries.isTold || count < this.#least || conflicts < count * conflictShare) return;
    tries.isTold = true;
    this.#context.found({
      finding: 'cas-conflicts',
      timeUs: transaction.endUs < 0 ? transaction.answerUs : transaction.endUs,
      about: name,
      connection,
      scope: 'server',
      request: transaction,
      packets: tries.packets,
      text: `${conflicts} of ${count} cas commands of ${wireText(key)} came too late (EXISTS).`,
    });
  }
}

/** A command that stores only where nobody else has since. */
function isCas(transaction: Transaction): boolean {
  const { command, protocol } = transaction;
  if (command === 'cas') return true;
  if (!isStorage(transaction)) return false;
  if (protocol === 'meta') return /(?:^| )C/.test(metaFlags(transaction));
  return transaction.comparesCas;
}
