import type { Arrival, ConnectionInfo } from '../../protocols/protocol.ts';
import type { SegmentFact } from '../../protocols/tcp/segment-facts.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Detector, DetectorContext } from './detector.ts';
import type { OpenConnection } from './open-connection.ts';
import { commandText, timeText } from './words.ts';

/** Stalls of a connection that are remembered until it is known what was sent. */
const mostStalls = 64;

type Stall = Extract<SegmentFact, { kind: 'delayed_ack' }> & { readonly timeUs: number; readonly packet: number };

/** Messages in two segments, the second of which waited for a delayed ACK of the first: Nagle's algorithm. */
export class Stalls implements Detector {
  readonly statuses: readonly [] = [];
  readonly facts = ['delayed_ack'] as const;
  readonly #context: DetectorContext;
  readonly #reactionUs: number;
  readonly #stalls = new Map<number, Stall[]>();

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#reactionUs = context.number('stall-delayed-ack') * 1000;
  }

  segment(connection: ConnectionInfo, fact: SegmentFact, { timeUs, packet }: Arrival, open: OpenConnection): void {
    if (fact.kind !== 'delayed_ack') return;
    if (timeUs - fact.ackUs > this.#reactionUs + (connection.tcp?.roundTripUs ?? 0)) return;
    open.isNotable = true;
    const stalls = this.#stalls.get(connection.id);
    if (stalls === undefined) this.#stalls.set(connection.id, [{ ...fact, timeUs, packet }]);
    else if (stalls.push({ ...fact, timeUs, packet }) > mostStalls) stalls.shift();
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    if (this.#stalls.size === 0) return;
    const stalls = this.#stalls.get(connection.id);
    if (stalls === undefined) return;
    for (const stall of stalls) {
      const { fromClient, start } = stall;
      const from = fromClient ? transaction.requestStart : transaction.answerStart;
      const length = fromClient ? transaction.requestBytes : transaction.responseBytes;
      // Only within one message: what follows whole ones may have left just then by chance.
      if (from >= 0 && start > from && start < from + length) this.#tell(connection, transaction, stall, start - from);
    }
  }

  connectionClose(connection: ConnectionInfo): void {
    this.#stalls.delete(connection.id);
  }

  #tell(connection: ConnectionInfo, transaction: Transaction, stall: Stall, first: number): void {
    const { fromClient, sinceUs, sincePacket, ackPacket, packet, timeUs } = stall;
    const [sender, receiver] = fromClient ? ['client', 'server'] : ['server', 'client'];
    const message = fromClient ? commandText(transaction) : `the answer to ${commandText(transaction)}`;
    this.#context.found({
      finding: 'stall-delayed-ack',
      timeUs,
      connection,
      request: transaction,
      packets: [sincePacket, ackPacket, packet],
      text: `The ${sender} sent the first ${first} bytes of ${message}, and the rest ${timeText(timeUs - sinceUs)} later, when the ${receiver}'s delayed acknowledgment had come.`,
    });
  }
}
