import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { isQuiet } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { WaitingRequests } from './waiting-requests.ts';
import { commandText, timeText } from './words.ts';

/** A request is late when it has waited so long, µs. */
const lateUs = 50_000;

/** As many requests behind the first one are looked at, of which so many have to leave before an earlier answer. */
const looked = 10;
const needed = 3;

/** Requests under way that are remembered of a connection. */
const mostWaiting = 1024;

class Order {
  /** Requests without an answer, oldest first. */
  readonly waiting = new WaitingRequests();
  /** Requests in a row that left when all before them were answered; of the last one the answer is yet to be waited for. */
  inTurn = 0;
  /** The late request, and the one that left all the same; then how many left since, and of these too early. */
  late: Transaction | undefined = undefined;
  readonly early: Transaction[] = [];
  left = 0;
  /** The late one was passed over, as if it had no answer: one too many proves the contrary. */
  isPassed = false;
  /** When the last request left. */
  leftUs = 0;
}

/** Clients that wait for their answers, give up on a late one, and read on as if it were the next. */
export class OneBehind implements Detector {
  readonly facts: readonly [] = [];
  readonly #context: DetectorContext;
  readonly #least: number;
  readonly #orders = new Map<number, Order>();

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#least = Math.ceil(context.number('one-behind'));
  }

  /** Heard so that `connection.tcp` is kept. */
  segment(): void {}

  commandLine(connection: ConnectionInfo, request: Transaction): void {
    if (request.noreply || connection.transport !== 'tcp' || isQuiet(request) || request.command === 'quit') return;
    let order = this.#orders.get(connection.id);
    if (order === undefined) {
      order = new Order();
      this.#orders.set(connection.id, order);
    }
    this.#leaves(connection, order, request);
    order.leftUs = request.startUs;
    if (order.waiting.size < mostWaiting) order.waiting.add(request);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const order = this.#orders.get(connection.id);
    if (order === undefined || !order.waiting.delete(transaction)) return;
    if (transaction.status === 'unanswered' && transaction === order.late) order.isPassed = true;
    // What was never captured may have been the answer in time.
    if (transaction.status === 'unknown') this.#orders.delete(connection.id);
  }

  unasked(connection: ConnectionInfo): void {
    const order = this.#orders.get(connection.id);
    if (order?.late === undefined || !order.isPassed || order.early.length <= needed) return;
    this.#tell(connection, order.late, order.early);
    this.#orders.delete(connection.id);
  }

  connectionClose(connection: ConnectionInfo): void {
    this.#orders.delete(connection.id);
  }

  #leaves(connection: ConnectionInfo, order: Order, request: Transaction): void {
    if (order.waiting.size === 0 && order.late === undefined) {
      order.inTurn++;
      return;
    }
    const { oldest } = order.waiting;
    if (order.late !== undefined && order.isPassed) {
      if (order.early.length <= needed) order.early.push(request);
      return;
    }
    if (order.late !== undefined) {
      order.left++;
      // Those that leave one after the other during the same wait are a pipeline, unless each waits in its turn.
      const heardUs = connection.tcp?.server.dataUs ?? -1;
      const hasWaited = heardUs >= order.leftUs || request.startUs - order.leftUs >= lateUs;
      if (oldest !== undefined && hasWaited) order.early.push(request);
      if (order.early.length > needed) {
        this.#tell(connection, order.late, order.early);
        order.late = undefined;
        order.inTurn = 0;
      } else if (order.left >= looked) order.late = undefined;
      else return;
    }
    if (oldest === undefined) {
      order.inTurn++;
      return;
    }
    if (order.inTurn > this.#least && request.startUs - oldest.requestUs >= lateUs && oldest.packet > 0) {
      order.late = oldest;
      order.early.length = 0;
      order.early.push(request);
      order.left = 0;
      order.isPassed = false;
    }
    order.inTurn = 0;
  }

  #tell(connection: ConnectionInfo, late: Transaction, early: readonly Transaction[]): void {
    const [first] = early as [Transaction];
    const last = early.at(-1) as Transaction;
    const after = timeText(first.startUs - late.requestUs);
    this.#context.found({
      finding: 'one-behind',
      timeUs: last.startUs,
      connection,
      request: last,
      ofCommand: late,
      packets: [late.packet, ...early.map(({ linePacket }) => linePacket)],
      text: `${commandText(late)} was late, ${commandText(first)} left ${after} after it, and ${early.length - 1} more since before an earlier answer had come: the client reads the answers of other requests.`,
    });
  }
}
