import type { Arrival, ConnectionInfo, UnaskedAnswer } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { isDueAnAnswer } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { Order } from './late-request.ts';
import type { OpenConnection } from './open-connection.ts';
import { commandText, timeText } from './words.ts';

/** A request is late when it has waited so long, µs. */
const lateUs = 50_000;

/** As many requests behind the first one are looked at, of which so many have to leave before an earlier answer. */
const looked = 10;
const needed = 3;

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
    const { order } = open;
    if (order === undefined || this.#follows(connection, order, open, request)) this.#leaves(open, request);
    if (open.order !== undefined) open.order.leftUs = request.startUs;
  }

  transaction(_connection: ConnectionInfo, transaction: Transaction, open: OpenConnection): void {
    const { status } = transaction;
    if (status === 'unanswered' && transaction === open.order?.late) open.order.isPassed = true;
    // What was never captured may have been the answer in time.
    if (status !== 'unknown' || !isDueAnAnswer(transaction)) return;
    open.order = undefined;
    open.inTurn = 0;
  }

  unasked(connection: ConnectionInfo, _answer: UnaskedAnswer, _arrival: Arrival, open: OpenConnection): void {
    const { order } = open;
    if (order === undefined || !order.isPassed || order.early.length <= needed) return;
    this.#tell(connection, order);
    open.order = undefined;
    open.inTurn = 0;
  }

  /** One that leaves after a late one did. Returns whether that was the last one to be looked at. */
  #follows(connection: ConnectionInfo, order: Order, open: OpenConnection, request: Transaction): boolean {
    const { early } = order;
    if (order.isPassed) {
      if (early.length <= needed) early.push(request.keep());
      return false;
    }
    order.left++;
    // Those that leave one after the other during the same wait are a pipeline, unless each waits in its turn.
    const heardUs = request.heardUs === -1 ? (connection.tcp?.server.dataUs ?? -1) : request.heardUs;
    const hasWaited = heardUs >= order.leftUs || request.startUs - order.leftUs >= lateUs;
    if (open.waiting.size > 0 && hasWaited) early.push(request.keep());
    if (early.length > needed) {
      this.#tell(connection, order);
      open.inTurn = 0;
    } else if (order.left < looked) return false;
    open.order = undefined;
    return true;
  }

  #leaves(open: OpenConnection, request: Transaction): void {
    const { oldest } = open.waiting;
    if (oldest === undefined) {
      open.inTurn++;
      return;
    }
    const isLate = request.startUs - oldest.requestUs >= lateUs && oldest.packet > 0;
    if (open.inTurn > this.#least && isLate) open.order = new Order(oldest.keep(), request.keep());
    open.inTurn = 0;
  }

  #tell(connection: ConnectionInfo, { late, early }: Order): void {
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
