import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { commandText, wireText } from './words.ts';

/** Answers that name what their requests did not ask for. */
export class WrongKey implements Detector {
  readonly statuses = ['misfit'] as const;
  readonly #context: DetectorContext;

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const { misnamed, packet, answerPacket, endUs, result = '' } = transaction;
    if (misnamed === undefined) return;
    this.#context.found({
      finding: 'wrong-key',
      timeUs: endUs < 0 ? transaction.answerUs : endUs,
      connection,
      request: transaction,
      packets: [packet, answerPacket],
      text: `${commandText(transaction)} was answered with ${wireText(misnamed)}, which it did not ask for: ${wireText(result)}.`,
    });
  }
}
