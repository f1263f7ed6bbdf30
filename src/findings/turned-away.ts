import type { Arrival, ConnectionInfo, UnaskedAnswer } from '../../protocols/protocol.ts';
import type { SegmentFact } from '../../protocols/tcp/segment-facts.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Detector, DetectorContext } from './detector.ts';
import type { OpenConnection } from './open-connection.ts';
import { timeText, wireText } from './words.ts';

const words = /too many open connections/i;

/** Connections that the server closed because it had too many. */
export class TurnedAway implements Detector {
  readonly statuses = ['error', 'server_error', 'client_error'] as const;
  readonly facts = ['fin', 'rst'] as const;
  readonly #context: DetectorContext;
  readonly #withinUs: number;
  /** Connections of which it was said. */
  readonly #said = new Set<number>();

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#withinUs = context.number('too-many-connections') * 1e6;
  }

  connectionClose(connection: ConnectionInfo): void {
    this.#said.delete(connection.id);
  }

  unasked(
    connection: ConnectionInfo,
    { text }: UnaskedAnswer,
    { timeUs, packet }: Arrival,
    open: OpenConnection,
  ): void {
    if (words.test(text)) this.#tell(connection, open, timeUs, packet, `The server said ${wireText(text)}.`);
  }

  transaction(connection: ConnectionInfo, transaction: Transaction, open: OpenConnection): void {
    const { status, outcome, endUs, answerPacket } = transaction;
    if ((status !== 'error' && status !== 'server_error' && status !== 'client_error') || !words.test(outcome)) return;
    if (this.#context.isOn('too-many-connections')) this.#context.said.add(transaction);
    this.#tell(connection, open, endUs, answerPacket, `The server said ${wireText(outcome)}.`);
  }

  segment(connection: ConnectionInfo, fact: SegmentFact, { timeUs, packet }: Arrival, open: OpenConnection): void {
    if ((fact.kind !== 'fin' && fact.kind !== 'rst') || fact.fromClient) return;
    const { tcp } = connection;
    if (tcp === undefined || tcp.establishedUs < 0 || tcp.synAckUs < 0 || connection.startedMidStream) return;
    // What was never captured may have been payload.
    const isSilent = tcp.client.dataUs < 0 && tcp.server.dataUs < 0 && tcp.client.dataEnd === 0 && fact.at <= 0;
    if (!isSilent || tcp.closedBy?.fromClient !== false) return;
    const afterUs = timeUs - tcp.establishedUs;
    if (afterUs > this.#withinUs) return;
    const how = fact.kind === 'fin' ? 'closed' : 'reset';
    const text = `The server ${how} the connection ${timeText(afterUs)} after the handshake, before either side said anything.`;
    this.#tell(connection, open, timeUs, packet, text);
  }

  #tell(connection: ConnectionInfo, open: OpenConnection, timeUs: number, packet: number, text: string): void {
    if (this.#said.has(open.id)) return;
    this.#said.add(open.id);
    this.#context.found({ finding: 'too-many-connections', timeUs, connection, packets: [open.packet, packet], text });
  }
}
