import type { Listener } from '../../protocols/events.ts';
import type { Arrival, CloseReason, ConnectionInfo } from '../../protocols/protocol.ts';
import { SynWatch } from './syn-watch.ts';

/** The capture itself, whatever commands are selected. */
export interface TrafficSnapshot {
  /** Times of the first and the last packet, µs since 1970; undefined where there was none. */
  readonly fromUs: number | undefined;
  readonly toUs: number | undefined;
  readonly packets: number;
  /** Their length on the wire. */
  readonly bytes: number;
  /** Connections that began, those caught in mid-stream and UDP flows with them. */
  readonly opened: number;
  /** Connections that ended, by reason; reasons that did not occur are absent. */
  readonly closed: Readonly<Partial<Record<CloseReason, number>>>;
  readonly open: number;
  /** Connections whose SYN was never answered. */
  readonly neverAnswered: number;
}

/** Counts packets and connections. */
export class Traffic implements Listener {
  #fromUs: number | undefined;
  #toUs: number | undefined;
  #packets = 0;
  #bytes = 0;
  #opened = 0;
  #closed = new Map<CloseReason, number>();
  #open = 0;
  #neverAnswered = 0;
  readonly #syns = new SynWatch(() => this.#neverAnswered++);

  /** Time of the first packet, µs since 1970. */
  get fromUs(): number | undefined {
    return this.#fromUs;
  }

  /** A packet of so many bytes on the wire, before anything is told of it. */
  packet(timeUs: number, bytes: number): void {
    this.#fromUs ??= timeUs;
    this.#toUs = timeUs;
    this.#packets++;
    this.#bytes += bytes;
    this.#syns.passTime(timeUs);
  }

  connectionOpen(connection: ConnectionInfo): void {
    this.#opened++;
    this.#open++;
    this.#syns.open(connection);
  }

  connectionClose(connection: ConnectionInfo, reason: CloseReason, { timeUs }: Arrival): void {
    this.#syns.close(connection, timeUs);
    // The capture has ended, not the connection.
    if (reason === 'end_of_capture') return;
    this.#open--;
    this.#closed.set(reason, (this.#closed.get(reason) ?? 0) + 1);
  }

  /** Heard so that `connection.tcp` is kept. */
  segment(): void {}

  snapshot(): TrafficSnapshot {
    return {
      fromUs: this.#fromUs,
      toUs: this.#toUs,
      packets: this.#packets,
      bytes: this.#bytes,
      opened: this.#opened,
      closed: Object.fromEntries(this.#closed),
      open: this.#open,
      neverAnswered: this.#neverAnswered,
    };
  }

  /** Begins to count anew; connections stay open. */
  restart(): void {
    this.#fromUs = undefined;
    this.#toUs = undefined;
    this.#packets = 0;
    this.#bytes = 0;
    this.#opened = 0;
    this.#closed = new Map();
    this.#neverAnswered = 0;
  }
}
