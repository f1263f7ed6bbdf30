import { addressOf } from '../../protocols/address.ts';
import type { Arrival, ConnectionInfo } from '../../protocols/protocol.ts';
import type { SegmentFact } from '../../protocols/tcp/segment-facts.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { pairName } from './finding.ts';
import type { OpenConnection } from './open-connection.ts';
import { RecentMap } from './recent-map.ts';
import { commandText, countText, timeText } from './words.ts';

const mostPairs = 10_000;

/** So often within so long is an error, too. */
const oftenTimes = 3;
const oftenWithinUs = 10e6;

/** A client that has closed while requests were waiting. */
interface GivenUp {
  readonly connection: ConnectionInfo;
  readonly kind: 'fin' | 'rst';
  readonly timeUs: number;
  readonly packet: number;
  /** Those that waited and have not been answered since. */
  readonly waiting: Set<Transaction>;
  readonly oldest: Transaction;
  readonly count: number;
  /** It will not read what may still come. */
  isCertain: boolean;
  /** The packet that opens a new connection soon; 0 until there is one. */
  reopened: number;
  isOpen: boolean;
  isTold: boolean;
}

/**
 * Clients that close a connection while requests are waiting. One that only says that it sends no more (FIN), and reads
 * all answers, has not given up.
 */
export class GaveUp implements Detector {
  readonly statuses: readonly [] = [];
  readonly facts = ['fin', 'rst'] as const;
  readonly #context: DetectorContext;
  readonly #withinUs: number;
  /** By number of the connection, in the order of time. */
  readonly #given = new Map<number, GivenUp>();
  /** Those that were told, while their connections are open. */
  readonly #told = new Map<number, GivenUp>();
  /** When each client gave up on a server lately. */
  readonly #lately = new RecentMap<number[]>(mostPairs);

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#withinUs = context.number('gave-up') * 1e6;
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    const given = this.#given.get(connection.id) ?? this.#told.get(connection.id);
    if (given === undefined || !given.waiting.has(transaction)) return;
    if (transaction.status !== 'unanswered') given.waiting.delete(transaction);
    else if (this.#context.isOn('gave-up')) this.#context.said.add(transaction);
  }

  segment(connection: ConnectionInfo, fact: SegmentFact, { timeUs, packet }: Arrival, open: OpenConnection): void {
    if ((fact.kind !== 'fin' && fact.kind !== 'rst') || !fact.fromClient) return;
    const before = this.#given.get(connection.id) ?? this.#told.get(connection.id);
    if (before !== undefined) {
      if (fact.kind !== 'rst') return;
      before.isCertain = true;
      this.#judge(before, timeUs);
      return;
    }
    const closedBy = connection.tcp?.closedBy;
    if (closedBy?.fromClient !== true || closedBy.timeUs !== timeUs) return;
    const waiting = new Set(open.waiting.all().filter(isWhole));
    for (const request of waiting) request.keep();
    const [oldest] = waiting;
    if (oldest === undefined) return;
    open.isNotable = true;
    const { kind } = fact;
    const isCertain = kind === 'rst';
    const count = waiting.size;
    this.#given.set(connection.id, {
      connection,
      kind,
      timeUs,
      packet,
      waiting,
      oldest,
      count,
      isCertain,
      reopened: 0,
      isOpen: true,
      isTold: false,
    });
    this.#context.clock.wakeAt(timeUs + this.#withinUs);
  }

  connectionOpen(connection: ConnectionInfo, { timeUs, packet }: Arrival): void {
    if (connection.startedMidStream || this.#given.size === 0) return;
    for (const given of this.#given.values()) {
      if (given.reopened > 0 || timeUs - given.timeUs > this.#withinUs) continue;
      if (pairName(given.connection) !== pairName(connection)) continue;
      given.reopened = packet;
      this.#judge(given, timeUs);
    }
  }

  passTime(nowUs: number): void {
    for (const given of this.#given.values()) {
      const dueUs = given.timeUs + this.#withinUs;
      if (nowUs <= dueUs) {
        this.#context.clock.wakeAt(dueUs);
        return;
      }
      if (!given.isTold && given.waiting.size > 0) {
        given.isCertain = true;
        this.#judge(given, nowUs);
      }
      if (!given.isTold) continue;
      const { id } = given.connection;
      this.#given.delete(id);
      if (given.isOpen) this.#told.set(id, given);
    }
  }

  connectionClose(connection: ConnectionInfo, reason: string, { timeUs }: Arrival): void {
    this.#told.delete(connection.id);
    const given = this.#given.get(connection.id);
    if (given === undefined) return;
    given.isOpen = false;
    if (given.isTold) return;
    given.isCertain ||= given.waiting.size > 0;
    if (!given.isCertain) this.#given.delete(connection.id);
    else if (reason === 'end_of_capture') this.#tell(given);
    else this.#judge(given, timeUs);
  }

  /** Severity is what is not known yet. */
  isUndecided(connection: number): boolean {
    const given = this.#given.get(connection);
    return given?.isCertain === true && !given.isTold;
  }

  end(): void {
    for (const given of this.#given.values()) if (given.isCertain && !given.isTold) this.#tell(given);
  }

  /** Says it when all is known that makes it an error. */
  #judge(given: GivenUp, nowUs: number): void {
    if (given.isTold || !given.isCertain) return;
    if (given.reopened > 0 || nowUs - given.timeUs > this.#withinUs || this.#isOften(given)) this.#tell(given);
  }

  #isOften({ connection, timeUs }: GivenUp): boolean {
    const times = this.#lately.get(pairName(connection)) ?? [];
    return times.filter((time) => timeUs - time <= oftenWithinUs && time < timeUs).length + 1 >= oftenTimes;
  }

  #tell(given: GivenUp): void {
    const { connection, kind, timeUs, packet, oldest, count, reopened } = given;
    given.isTold = true;
    const isOften = this.#isOften(given);
    const times = this.#lately.ensure(pairName(connection), () => []);
    if (times.push(timeUs) > oftenTimes) times.shift();
    const how = kind === 'fin' ? 'closed' : 'reset';
    const others = count > 1 ? `, with ${countText(count - 1, 'other request')} waiting` : '';
    const again = reopened > 0 ? ', and connected again at once' : '';
    const often = isOften ? `, for the third time in 10 s` : '';
    const waitedUs = Math.max(0, timeUs - oldest.requestUs);
    const isError = reopened > 0 || isOften;
    this.#context.found({
      finding: 'gave-up',
      timeUs,
      connection,
      ofCommand: oldest,
      packets: [oldest.packet, packet, reopened],
      text: `The client at ${addressOf(connection.client)} ${how} the connection ${timeText(waitedUs)} after ${commandText(oldest)}, which had no answer yet${others}${again}${often}.`,
      ...(isError ? { severity: 'error', reconnected: true } : {}),
    });
  }
}

/** Whether all of it was sent. */
function isWhole({ packet }: Transaction): boolean {
  return packet > 0;
}
