import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { isAdd, isStorage } from './commands.ts';
import { type Detector, type DetectorContext, otherThan } from './detector.ts';
import { commandText } from './words.ts';

/** Values that are stored with a date that has passed: the server takes them and lets them expire at once. */
export class ExpiresAtOnce implements Detector {
  readonly statuses = otherThan('hit', 'miss', 'partial');
  readonly #context: DetectorContext;
  readonly #longest: number;

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#longest = context.number('expires-at-once');
    context.plain.mostExptime = this.#longest;
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const { exptime, requestUs, packet, answerPacket } = transaction;
    if (typeof exptime !== 'number' || (exptime >= 0 && exptime <= this.#longest) || !isStorage(transaction)) return;
    const isNegative = exptime < 0;
    // libmemcached asks so whether a key exists: nothing is meant to be kept.
    const isQuestion = transaction.valueLength === 0 && isAdd(transaction);
    if (!isNegative && exptime * 1e6 >= requestUs) return;
    const what = isNegative
      ? `the exptime ${exptime}: a negative one expires at once, which some clients use to delete`
      : `the exptime ${exptime}, which is over ${this.#longest} and so a date, ${dateText(exptime)}: it has passed`;
    this.#context.found({
      finding: 'expires-at-once',
      severity: isNegative || isQuestion ? 'note' : 'error',
      timeUs: requestUs,
      about: `${connection.id} ${isNegative} ${isQuestion}`,
      connection,
      request: transaction,
      packets: [packet, answerPacket],
      text: `${commandText(transaction)} has ${what}${isQuestion ? ', and as it has no value, asks whether the key exists' : ''}.`,
      ...(isNegative ? { advice: 'Where the item is meant to be deleted, delete says so.' } : {}),
    });
  }
}

/** `1970-01-31`. */
function dateText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
