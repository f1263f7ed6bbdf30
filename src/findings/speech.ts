import type { UntoldBytes } from '../../protocols/events.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { RecentMap } from './recent-map.ts';

const mostServers = 10_000;

/** How a connection is spoken over: in the binary protocol, over UDP, in TLS. Each is said once. */
export class Speech implements Detector {
  /** Of none but the first of a connection, those in another dialect than the one before, and those over UDP. */
  readonly statuses: readonly [] = [];
  readonly #context: DetectorContext;
  readonly #binary = new Set<number>();
  readonly #udp = new RecentMap<true>(mostServers);

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    if (transaction.protocol === 'binary' && !this.#binary.has(connection.id)) {
      this.#binary.add(connection.id);
      this.#context.found({
        finding: 'binary-protocol',
        timeUs: transaction.requestUs,
        connection,
        request: transaction,
        packets: [transaction.packet],
        text: 'The client speaks the binary protocol.',
      });
    }
    if (connection.transport === 'udp' && transaction.answerUs >= 0) this.#answersUdp(connection, transaction);
  }

  bytes(connection: ConnectionInfo, bytes: UntoldBytes): void {
    if (bytes.kind !== 'not_understood' || bytes.protocol !== 'TLS') return;
    const { timeUs, packet } = bytes.arrival;
    const text = 'The connection is TLS: its commands cannot be read.';
    this.#context.found({ finding: 'tls', timeUs, connection, packets: [packet], text });
  }

  connectionClose(connection: ConnectionInfo): void {
    this.#binary.delete(connection.id);
  }

  #answersUdp(connection: ConnectionInfo, transaction: Transaction): void {
    const { server } = connection;
    if (this.#udp.get(server) !== undefined) return;
    this.#udp.set(server, true);
    const { endUs, packet, answerPacket, requestBytes, responseBytes } = transaction;
    this.#context.found({
      finding: 'udp',
      timeUs: endUs,
      about: server,
      connection,
      request: transaction,
      packets: [packet, answerPacket],
      text: `The server answered ${requestBytes} bytes over UDP with ${responseBytes}.`,
    });
  }
}
