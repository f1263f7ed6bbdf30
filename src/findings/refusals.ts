import type { Arrival, ConnectionInfo } from '../../protocols/protocol.ts';
import type { SegmentFact } from '../../protocols/tcp/segment-facts.ts';
import { leastSilenceUs, SynWatch } from '../statistics/syn-watch.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { pairName } from './finding.ts';
import { countText, timeText } from './words.ts';

/** Connections whose SYN was answered by RST, or never. */
export class Refusals implements Detector {
  readonly facts = ['handshake', 'rst'] as const;
  readonly #context: DetectorContext;
  readonly #syns: SynWatch;
  /** The packet that opened a connection of which it is not known yet that it was answered. */
  readonly #opened = new Map<number, number>();
  #nowUs = 0;

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#syns = new SynWatch((connection) => this.#neverAnswered(connection));
  }

  passTime(timeUs: number): void {
    this.#nowUs = timeUs;
    this.#syns.passTime(timeUs);
    this.#context.clock.wakeAt(this.#syns.dueUs);
  }

  connectionOpen(connection: ConnectionInfo, { timeUs, packet }: Arrival): void {
    if (connection.transport !== 'tcp' || connection.startedMidStream) return;
    this.#opened.set(connection.id, packet);
    this.#syns.open(connection);
    this.#context.clock.wakeAt(timeUs + leastSilenceUs);
  }

  segment(connection: ConnectionInfo, fact: SegmentFact, { timeUs, packet }: Arrival): void {
    if (fact.kind === 'handshake') this.#opened.delete(connection.id);
    if (fact.kind !== 'rst' || fact.fromClient) return;
    const { tcp } = connection;
    const opened = this.#opened.get(connection.id);
    if (opened === undefined || tcp === undefined || tcp.syns === 0 || tcp.synAckUs >= 0) return;
    if (tcp.clientAcknowledges || tcp.server.dataUs >= 0) return;
    const tries = tcp.syns > 1 ? ` (${countText(tcp.syns, 'SYN')})` : '';
    this.#tell(
      connection,
      timeUs,
      [opened, packet],
      `The server answered a SYN${tries} by RST: nothing listens there.`,
    );
  }

  connectionClose(connection: ConnectionInfo, _reason: unknown, { timeUs }: Arrival): void {
    this.#nowUs = timeUs;
    this.#syns.close(connection, timeUs);
    this.#opened.delete(connection.id);
  }

  #neverAnswered(connection: ConnectionInfo): void {
    const { tcp } = connection;
    if (tcp === undefined) return;
    const opened = this.#opened.get(connection.id) ?? 0;
    const waitedUs = Math.max(0, this.#nowUs - tcp.firstSynUs);
    const text = `${countText(tcp.syns, 'SYN')} of a connection had no answer, for ${timeText(waitedUs)} so far.`;
    this.#tell(connection, this.#nowUs, [opened, tcp.client.sentPacket], text);
  }

  #tell(connection: ConnectionInfo, timeUs: number, packets: readonly number[], text: string): void {
    this.#context.found({
      finding: 'refused',
      timeUs,
      about: pairName(connection),
      connection,
      scope: 'pair',
      packets,
      text,
    });
  }
}
