import { Datagram } from '../../protocols/datagram.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import { TcpSegment } from '../../protocols/tcp/segment.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { UdpDatagram } from '../../protocols/udp.ts';
import type { Finding } from '../findings/finding.ts';
import { Ladder, proofNote, RungReader } from './ladder.ts';

/** Connections whose packets are kept at one time, and of those that are worth a picture. */
const mostFollowed = 512;
const mostPictured = 24;

/** From here on a command is worth a picture, µs. */
const slowUs = 10_000;

/** Keeps the packets of connections, and of those that have ended only such as are worth a picture. */
export class Ladders {
  readonly #followed = new Map<number, Ladder>();
  /** Those with findings or slow commands, and the first ones. */
  readonly #pictured = new Set<number>();
  readonly #reader = new RungReader(new Datagram(), new TcpSegment(), new UdpDatagram());

  open(connection: ConnectionInfo): void {
    if (this.#followed.size >= mostFollowed) return;
    this.#followed.set(connection.id, new Ladder(connection));
    if (this.#pictured.size < mostPictured / 3) this.#pictured.add(connection.id);
  }

  close({ id }: ConnectionInfo): void {
    if (!this.#pictured.has(id)) this.#followed.delete(id);
  }

  /** A packet of the connection of this number. */
  packet(packet: CapturedPacket, connection: number): void {
    const ladder = this.#followed.get(connection);
    const rung = ladder && this.#reader.read(packet, ladder.connection);
    if (rung !== undefined) ladder?.add(rung);
  }

  /** Notes that belong to the packet of a command, once that is added. */
  command({ id }: ConnectionInfo, transaction: Transaction, text: string, outcome: string): void {
    const ladder = this.#followed.get(id);
    if (ladder === undefined) return;
    if (transaction.durationUs >= slowUs) this.#picture(id);
    ladder.note(transaction.packet, text);
    if (transaction.answerPacket > 0) ladder.note(transaction.answerPacket, outcome);
  }

  found({ connection, packets, finding, severity }: Finding): void {
    if (connection === undefined) return;
    const ladder = this.#followed.get(connection.id);
    if (severity !== 'note') this.#picture(connection.id);
    for (const packet of packets) ladder?.note(packet, proofNote(finding));
  }

  /** Those that are worth a picture, in the order of their connections. */
  pictures(): readonly Ladder[] {
    return [...this.#pictured]
      .sort((one, other) => one - other)
      .map((id) => this.#followed.get(id))
      .filter((ladder) => ladder !== undefined);
  }

  #picture(id: number): void {
    if (this.#pictured.size < mostPictured && this.#followed.has(id)) this.#pictured.add(id);
  }
}
