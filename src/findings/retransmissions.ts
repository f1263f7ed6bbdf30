import type { Arrival, CloseReason, ConnectionInfo } from '../../protocols/protocol.ts';
import type { SegmentFact } from '../../protocols/tcp/segment-facts.ts';
import type { Severity } from './catalog.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { mostPackets, pairName } from './finding.ts';
import { RecentMap } from './recent-map.ts';
import { countText, timeText } from './words.ts';

/** Clients and servers that are remembered. */
const mostPairs = 10_000;

/** What was sent again. */
class Repeats {
  client = 0;
  server = 0;
  longestUs = 0;
  packets: number[] = [];
  lastUs = 0;

  get count(): number {
    return this.client + this.server;
  }

  add(other: Repeats): void {
    this.client += other.client;
    this.server += other.server;
    if (this.packets.length < mostPackets) this.packets.push(...other.packets);
    this.longestUs = Math.max(this.longestUs, other.longestUs);
  }

  get text(): string {
    const { client, server, count } = this;
    const by =
      client === 0
        ? 'by the server'
        : server === 0
          ? 'by the client'
          : `${client} by the client, ${server} by the server`;
    const longest = `${count === 1 ? 'after a pause of' : 'the longest pause before one was'} ${timeText(this.longestUs)}`;
    return `${countText(count, 'segment was', 'segments were')} sent again, ${by}; ${longest}.`;
  }
}

/** Segments that were sent again: said at the end of each connection, added up of a client and a server. */
export class Retransmissions implements Detector {
  readonly facts = ['retransmission'] as const;
  readonly #context: DetectorContext;
  readonly #longUs: number;
  readonly #retryUs: number;
  readonly #open = new Map<number, Repeats>();
  readonly #pairs = new RecentMap<Repeats>(mostPairs);

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#longUs = context.number('retransmission') * 1000;
    this.#retryUs = context.number('syn-retry') * 1e6;
  }

  segment(connection: ConnectionInfo, fact: SegmentFact, { timeUs, packet }: Arrival): void {
    if (fact.kind !== 'retransmission') return;
    const { fromClient, pauseUs, afterPacket } = fact;
    if (fact.isSyn && fromClient && pauseUs >= this.#retryUs) {
      this.#retried(connection, pauseUs, afterPacket, timeUs, packet);
      return;
    }
    const repeats = fact.isLate === true ? new Repeats() : this.#ofOpen(connection);
    repeats[fromClient ? 'client' : 'server']++;
    repeats.lastUs = timeUs;
    // The packets are those that were sent again; of the longest pause also the one before it.
    if (repeats.packets.length < mostPackets) repeats.packets.push(packet);
    repeats.longestUs = Math.max(repeats.longestUs, pauseUs);
    if (fact.isLate === true) this.#tell(connection, repeats);
  }

  #ofOpen({ id }: ConnectionInfo): Repeats {
    let repeats = this.#open.get(id);
    if (repeats === undefined) {
      repeats = new Repeats();
      this.#open.set(id, repeats);
    }
    return repeats;
  }

  connectionClose(connection: ConnectionInfo, _reason: CloseReason): void {
    const repeats = this.#open.get(connection.id);
    if (repeats === undefined) return;
    this.#open.delete(connection.id);
    this.#tell(connection, repeats);
  }

  #tell(connection: ConnectionInfo, repeats: Repeats): void {
    const pair = pairName(connection);
    const all = this.#pairs.get(pair) ?? new Repeats();
    all.add(repeats);
    this.#pairs.set(pair, all);
    this.#context.found({
      finding: 'retransmission',
      severity: this.#severityOf(repeats),
      timeUs: repeats.lastUs,
      about: pair,
      connection,
      scope: 'pair',
      packets: repeats.packets,
      count: repeats.count,
      text: repeats.text,
      total: { severity: this.#severityOf(all), text: all.text, packets: all.packets },
    });
  }

  #severityOf({ longestUs }: Repeats): Severity {
    return longestUs >= this.#longUs ? 'warning' : 'note';
  }

  #retried(connection: ConnectionInfo, pauseUs: number, afterPacket: number, timeUs: number, packet: number): void {
    this.#context.found({
      finding: 'syn-retry',
      timeUs,
      connection,
      packets: [afterPacket, packet],
      text: `The client sent its SYN again after ${timeText(pauseUs)} without an answer.`,
    });
  }
}
