import type { ConnectionInfo } from '../../protocols/protocol.ts';
import { causeOf } from '../../protocols/split-times.ts';
import type { Cause, Transaction } from '../../protocols/transaction.ts';
import type { Detector, DetectorContext } from './detector.ts';
import type { OpenConnection } from './open-connection.ts';
import { commandText, timeText } from './words.ts';

const words: Readonly<Record<Cause, string>> = {
  request: 'sending the request',
  queue: 'waiting for the answers before it',
  server: 'the server',
  transfer: 'the transfer of the answer',
  retransmission: 'a segment that was sent again',
  zero_window: 'a window of 0',
  delayed_ack: 'a delayed acknowledgment',
};

const advices: Partial<Record<Cause, string>> = {
  server: 'Look at the server: its load, swapping, lock contention, long lists such as stats cachedump.',
  queue: 'Send what takes long over a connection of its own, so that nothing waits behind it.',
  transfer: 'Split or compress large values, and look at the bandwidth between client and server.',
  retransmission: 'Look for loss on the way: each lost segment costs a client 200 ms or more.',
  zero_window: 'Find out why the receiver does not read: it is busy, stopped, or waits for something else.',
  delayed_ack: 'Write each message with one call, or set TCP_NODELAY on the socket that sends it.',
};

/** Commands that a client waited for. Those that one command held up are counted at that one. */
export class Slow implements Detector {
  /** Of none but slow ones, and the one behind. */
  readonly statuses: readonly [] = [];
  readonly facts: readonly [] = [];
  readonly #context: DetectorContext;
  readonly #leastUs: number;

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#leastUs = context.number('slow') * 1000;
    context.plain.leastUs = this.#leastUs;
  }

  /** Heard so that `connection.tcp` is kept. */
  segment(): void {}

  transaction(connection: ConnectionInfo, transaction: Transaction, open: OpenConnection): void {
    const { durationUs } = transaction;
    if (durationUs < this.#leastUs) {
      if (open.holdsUp && durationUs >= 0 && transaction.queueUs === 0) open.holdsUp = false;
      return;
    }
    if (transaction.latencyUs < 0) return;
    const cause = transaction.cause ?? causeOf(transaction, connection.tcp);
    if (cause === 'request') return;
    const isCounted = cause === 'queue' && open.holdsUp;
    if (isCounted && !this.#context.counts) return;
    open.holdsUp = true;
    const advice = advices[cause];
    this.#context.found({
      finding: 'slow',
      timeUs: transaction.endUs,
      connection,
      request: transaction,
      cause,
      packets: [transaction.packet, transaction.answerPacket],
      text: `${commandText(transaction)} took ${timeText(durationUs)}, most of it ${words[cause]}.`,
      ...(advice === undefined ? {} : { advice }),
      ...(isCounted ? { isCounted } : {}),
    });
  }
}
