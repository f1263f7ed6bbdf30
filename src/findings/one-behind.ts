import type { Arrival, ConnectionInfo, UnaskedAnswer } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { isDueAnAnswer } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import type { OpenConnection } from './open-connection.ts';
import { commandText, timeText } from './words.ts';

/** A request is late when it has waited so long, µs. */
const lateUs = 50_000;

/** As many requests behind the first one are looked at, of which so many have to leave before an earlier answer. */
const looked = 10;
const needed = 3;

/** In which order requests and answers came on a connection. */
export class Order {
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
  readonly statuses = ['unanswered', 'unknown'] as const;
  readonly facts: readonly [] = [];
  readonly #context: DetectorContext;
  readonly #least: number;

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#least = Math.ceil(context.number('one-behind'));
  }

  /** Heard so that `connection.tcp` is kept. */
  segment(): void {}

  requestLeaves(connection: ConnectionInfo, request: Transaction, open: OpenConnection): void {
    open.order ??= new Order();
    const { order, waiting } = open;
    if (waiting.size === 0 && order.late === undefined) order.inTurn++;
    else this.#leaves(connection, order, waiting.oldest, request);
    order.leftUs = request.startUs;
  }

  transaction(_connection: ConnectionInfo, transaction: Transaction, open: OpenConnection): void {
    const { order } = open;
    if (order === undefined) return;
    if (transaction.status === 'unanswered' && transaction === order.late) order.isPassed = true;
    // What was never captured may have been the answer in time.
    if (transaction.status === 'unknown' && isDueAnAnswer(transaction)) open.order = undefined;
  }

  unasked(connection: ConnectionInfo, _answer: UnaskedAnswer, _arrival: Arrival, open: OpenConnection): void {
    const { order } = open;
    if (order?.late === undefined || !order.isPassed || order.early.length <= needed) return;
    this.#tell(connection, order.late, order.early);
    open.order = undefined;
  }

  /** `oldest`: of those that wait. */
  #leaves(connection: ConnectionInfo, order: Order, oldest: Transaction | undefined, request: Transaction): void {
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
