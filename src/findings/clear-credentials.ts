import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { type Detector, type DetectorContext, otherThan } from './detector.ts';
import type { OpenConnection } from './open-connection.ts';
import { RecentMap } from './recent-map.ts';

const mostServers = 10_000;
const mostCharacters = 40;

/** Users and passwords that anybody on the way can read. What they are is never said. */
export class ClearCredentials implements Detector {
  readonly statuses = otherThan('hit', 'miss', 'partial', 'stored', 'deleted', 'touched');
  readonly #context: DetectorContext;
  readonly #said = new Set<number>();
  /** Servers that have asked for credentials. */
  readonly #asking = new RecentMap<true>(mostServers);

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  transaction(connection: ConnectionInfo, transaction: Transaction, open: OpenConnection): void {
    const { command, keys } = transaction;
    if (transaction.protocol === 'binary') {
      if (command === 'sasl_auth' && keys[0] === 'PLAIN') this.#tell(connection, transaction, 'with SASL PLAIN');
      return;
    }
    const isRefused =
      transaction.status === 'client_error' && transaction.outcome.startsWith('CLIENT_ERROR unauthenticated');
    if (isRefused) this.#asking.set(connection.server, true);
    if (!open.isNew || connection.startedMidStream || command !== 'set' || !transaction.holdsTwoWords) return;
    const isNamed = keys[0] === 'auth';
    if (isNamed || this.#asking.get(connection.server) !== undefined) {
      this.#tell(connection, transaction, isNamed ? 'with a set of the key auth' : 'with a first set');
    }
  }

  connectionClose(connection: ConnectionInfo): void {
    this.#said.delete(connection.id);
  }

  #tell(connection: ConnectionInfo, transaction: Transaction, how: string): void {
    if (this.#context.isOn('clear-credentials')) this.#context.said.add(transaction);
    if (this.#said.has(connection.id)) return;
    this.#said.add(connection.id);
    const result = transaction.status.slice(0, mostCharacters);
    this.#context.found({
      finding: 'clear-credentials',
      timeUs: transaction.requestUs,
      connection,
      request: transaction,
      packets: [transaction.packet, transaction.answerPacket],
      text: `The client authenticates ${how}, in the clear (${result}).`,
    });
  }
}
