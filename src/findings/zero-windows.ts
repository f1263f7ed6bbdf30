import type { Arrival, ConnectionInfo } from '../../protocols/protocol.ts';
import type { SegmentFact } from '../../protocols/tcp/segment-facts.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Detector, DetectorContext } from './detector.ts';
import type { OpenConnection } from './open-connection.ts';
import { commandText, countText, timeText } from './words.ts';

/** Zero windows of a connection that are remembered until it is known what they held up. */
const mostWindows = 64;

/** A time in which a receiver took nothing. */
interface Closed {
  /** Whose window it is. */
  readonly ofClient: boolean;
  readonly fromUs: number;
  readonly packet: number;
  /** Offset behind what the other side had sent. */
  readonly sent: number;
  isTold: boolean;
}

/** What is known of one connection. */
class Windows {
  readonly closed: Closed[] = [];
  /** How often each side's window became 0, and how often of these was said. */
  count = { client: 0, server: 0 };
  told = { client: 0, server: 0 };
}

/** Receivers whose window was 0 while the other side had more to send. */
export class ZeroWindows implements Detector {
  readonly statuses: readonly [] = [];
  readonly facts = ['zero_window', 'probe'] as const;
  readonly #context: DetectorContext;
  readonly #open = new Map<number, Windows>();

  constructor(context: DetectorContext) {
    this.#context = context;
  }

  segment(connection: ConnectionInfo, fact: SegmentFact, { timeUs, packet }: Arrival, open: OpenConnection): void {
    open.isNotable = true;
    if (fact.kind === 'zero_window') this.#close(connection, fact.fromClient, timeUs, packet);
    else if (fact.kind === 'probe') this.#probed(connection, !fact.fromClient, timeUs, packet);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    if (this.#open.size === 0) return;
    const windows = this.#open.get(connection.id);
    if (windows === undefined) return;
    const { requestStart, requestBytes, answerStart, responseBytes, packet, answerPacket } = transaction;
    for (const closed of windows.closed) {
      const { ofClient, sent } = closed;
      const [from, length] = ofClient ? [answerStart, responseBytes] : [requestStart, requestBytes];
      if (closed.isTold || from < 0 || sent <= from || sent >= from + length) continue;
      const timeUs = ofClient ? transaction.endUs : transaction.requestUs;
      const message = ofClient ? `the answer to ${commandText(transaction)}` : commandText(transaction);
      const rest = from + length - sent;
      const text = `with ${countText(rest, 'byte')} of ${message} still to come`;
      this.#tell(connection, windows, closed, timeUs, ofClient ? answerPacket : packet, text, transaction);
    }
  }

  connectionClose(connection: ConnectionInfo): void {
    this.#open.delete(connection.id);
  }

  #close(connection: ConnectionInfo, ofClient: boolean, timeUs: number, packet: number): void {
    let windows = this.#open.get(connection.id);
    if (windows === undefined) {
      windows = new Windows();
      this.#open.set(connection.id, windows);
    }
    const sent = connection.tcp?.side(!ofClient).dataEnd ?? 0;
    windows.count[ofClient ? 'client' : 'server']++;
    windows.closed.push({ ofClient, fromUs: timeUs, packet, sent, isTold: false });
    if (windows.closed.length > mostWindows) windows.closed.shift();
  }

  /** The other side asks: it has more to send. */
  #probed(connection: ConnectionInfo, ofClient: boolean, timeUs: number, packet: number): void {
    const windows = this.#open.get(connection.id);
    const closed = windows?.closed.findLast((one) => one.ofClient === ofClient);
    if (windows === undefined || closed === undefined || closed.isTold) return;
    const text = `and the ${ofClient ? 'server' : 'client'}, which had more to send, probed after ${timeText(timeUs - closed.fromUs)}`;
    this.#tell(connection, windows, closed, timeUs, packet, text);
  }

  #tell(
    connection: ConnectionInfo,
    windows: Windows,
    closed: Closed,
    timeUs: number,
    packet: number,
    what: string,
    request?: Transaction,
  ): void {
    const side = closed.ofClient ? 'client' : 'server';
    closed.isTold = true;
    const count = windows.count[side] - windows.told[side];
    // It was counted with one that was told.
    if (count === 0) return;
    windows.told[side] = windows.count[side];
    this.#context.found({
      finding: 'zero-window',
      timeUs,
      connection,
      packets: [closed.packet, packet],
      count,
      text: `The ${side}'s window became 0, ${what}.`,
      ...(request === undefined ? {} : { request }),
    });
  }
}
