import type { Arrival, CloseReason, ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { commandText, countText, timeText } from './words.ts';

/** How a connection ended, as a sentence goes on. */
const ends: Readonly<Record<CloseReason, string>> = {
  fin: 'the connection was closed',
  rst: 'the connection was reset',
  expired: 'the connection fell silent',
  replaced: 'a new connection took its place',
  end_of_capture: 'the capture ended',
};

/** Requests whose answer was due and never came. */
export class Unanswered implements Detector {
  readonly statuses = ['unanswered'] as const;
  readonly #context: DetectorContext;
  readonly #patienceUs: number;
  readonly #requests = new Map<number, Transaction[]>();

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#patienceUs = context.number('unanswered') * 1e6;
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    // Who quits waits for nothing, though the binary protocol answers it.
    if (transaction.status !== 'unanswered' || transaction.command.startsWith('quit')) return;
    const waiting = this.#requests.get(connection.id);
    if (waiting === undefined) this.#requests.set(connection.id, [transaction.keep()]);
    else waiting.push(transaction.keep());
  }

  connectionClose(connection: ConnectionInfo, reason: CloseReason, { timeUs, packet }: Arrival): void {
    const waiting = this.#requests.get(connection.id);
    if (waiting === undefined) return;
    this.#requests.delete(connection.id);
    const { said } = this.#context;
    const due = waiting.filter(
      (request) =>
        !said.has(request) && (reason !== 'end_of_capture' || timeUs - request.requestUs >= this.#patienceUs),
    );
    const [first] = due;
    if (first === undefined) return;
    const others = due.length === 1 ? '' : `, nor did ${countText(due.length - 1, 'other request')}`;
    this.#context.found({
      finding: 'unanswered',
      timeUs,
      connection,
      ofCommand: first,
      packets: [...due.slice(0, 7).map((request) => request.packet), packet],
      count: due.length,
      text: `${commandText(first)} got no answer in ${timeText(timeUs - first.requestUs)}, until ${ends[reason]}${others}.`,
    });
  }
}
