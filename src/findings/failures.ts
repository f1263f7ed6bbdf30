import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Detector, DetectorContext } from './detector.ts';
import type { OpenConnection } from './open-connection.ts';
import { commandText, wireText } from './words.ts';

/** What `SERVER_ERROR` says, and what to do about it. */
const serverErrors: readonly (readonly [words: RegExp, kind: string, advice: string])[] = [
  [
    /out of memory/i,
    'out of memory',
    'Give the server more memory (-m), let it evict (no -M), and look at slabs whose class has no pages left.',
  ],
  [/too large/i, 'object too large', "Compress or split the value, or raise the server's item size limit (-I)."],
  [
    /timeout|timed out|connect|unavailable|no route|unable to forward|proxy|host/i,
    'a proxy could not reach its server',
    'Look at the proxy and at the servers behind it: they are down, slow or unreachable.',
  ],
];

const storageLine = /^(?:set|add|replace|append|prepend|cas|ms) /;

/** Whether bytes of a value follow its line, which may be run as commands where that is refused. */
function isStorageLine({ protocol, line }: Transaction): boolean {
  return protocol !== 'binary' && storageLine.test(line);
}

/** Commands that failed, as far as nothing says more of them: comes behind the detectors that do. */
export class Failures implements Detector {
  readonly statuses = ['error', 'client_error', 'server_error'] as const;
  readonly #context: DetectorContext;

  /** Refused storage commands, until it is known what became of their values. */
  readonly #held = new Map<number, Transaction>();

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  transaction(connection: ConnectionInfo, transaction: Transaction, open: OpenConnection): void {
    const { status } = transaction;
    if (this.#held.size > 0) this.#release(connection);
    if (status === 'server_error') this.#serverError(connection, transaction);
    else if (status === 'error' || status === 'client_error') {
      if (isStorageLine(transaction)) {
        open.isNotable = true;
        this.#held.set(connection.id, transaction.keep());
      } else this.#protocolError(connection, transaction, transaction);
    }
  }

  connectionClose(connection: ConnectionInfo): void {
    this.#release(connection);
  }

  #release(connection: ConnectionInfo): void {
    const held = this.#held.get(connection.id);
    if (held === undefined) return;
    this.#held.delete(connection.id);
    this.#protocolError(connection, held, undefined);
  }

  #serverError(connection: ConnectionInfo, transaction: Transaction): void {
    if (this.#context.said.has(transaction)) return;
    const { outcome, packet, answerPacket, endUs } = transaction;
    const [, kind = '', advice] = serverErrors.find(([words]) => words.test(outcome)) ?? [];
    this.#context.found({
      finding: 'server-error',
      timeUs: endUs,
      about: `${connection.id} ${kind === '' ? outcome : kind}`,
      connection,
      request: transaction,
      packets: [packet, answerPacket],
      text: `${commandText(transaction)} failed: ${wireText(outcome)}.`,
      ...(advice === undefined ? {} : { advice }),
    });
  }

  /** `request`: the transaction, where it is still to be told. */
  #protocolError(connection: ConnectionInfo, transaction: Transaction, request: Transaction | undefined): void {
    const { outcome, packet, answerPacket, endUs, protocol } = transaction;
    if (this.#context.said.has(transaction)) return;
    // Other words that mean failure are those of a single command: the server understood what was asked.
    if (protocol !== 'binary' && !/^(?:CLIENT_)?ERROR\b/.test(outcome)) return;
    this.#context.found({
      finding: 'protocol-error',
      timeUs: endUs,
      connection,
      ofCommand: transaction,
      ...(request === undefined ? {} : { request }),
      packets: [packet, answerPacket],
      text: `The server refused ${commandText(transaction)}: ${wireText(outcome)}.`,
    });
  }
}
