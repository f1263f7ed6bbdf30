import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { wireText } from './words.ts';

/** Keys that are too long, or have control characters. */
export class BadKey implements Detector {
  /** Of none but those with such keys. */
  readonly statuses: readonly [] = [];
  readonly #context: DetectorContext;
  readonly #most: number;

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#most = context.number('bad-key');
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const { keys, extra } = transaction;
    // What is sent in base64 may hold any byte.
    if (extra?.keyBase64 === true) return;
    for (const key of keys) if (key.length > this.#most || hasControl(key)) this.#tell(connection, transaction, key);
  }

  #tell(connection: ConnectionInfo, transaction: Transaction, key: string): void {
    const { packet, answerPacket, status, outcome, requestUs } = transaction;
    const isRefused = status === 'client_error' || status === 'error';
    if (isRefused && this.#context.isOn('bad-key')) this.#context.said.add(transaction);
    const what = key.length > this.#most ? `a key of ${key.length} bytes` : 'a key with control characters';
    const answer = isRefused ? `, and the server said ${wireText(outcome)}` : '';
    this.#context.found({
      finding: 'bad-key',
      timeUs: requestUs,
      connection,
      request: transaction,
      key,
      packets: [packet, answerPacket],
      text: `${wireText(transaction.command, 'command')} was sent with ${what}${answer}.`,
    });
  }
}

function hasControl(key: string): boolean {
  for (let at = 0; at < key.length; at++) {
    const code = key.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}
