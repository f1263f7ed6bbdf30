import type { Side } from '../../support/tcp-conversation.ts';
import type { Timeline } from './timeline.ts';

/** Payload bytes of a full segment on Ethernet, with time stamps. */
const segmentBytes = 1448;
/** As Linux has it: what has arrived is acknowledged once it is more than a segment, or after a while. */
const acknowledgedAtOnce = segmentBytes;
const delayedUs = 40_000;

/** A segment as the capture saw it; offsets are those of the payload streams. */
export interface SentSegment {
  readonly side: Side;
  /** Its bytes are `[from, to)` of its side's stream; none in a mere acknowledgment. */
  readonly from: number;
  readonly to: number;
  /** How far its side had received the other stream. */
  readonly acknowledged: number;
  /** When the capture saw it, µs since the connection was open. */
  readonly timeUs: number;
}

interface Host {
  sent: number;
  received: number;
  acknowledged: number;
  isAckPlanned: boolean;
  /** Told that the stream has arrived up to `received`. */
  arrived: (received: number) => void;
}

/** Two hosts on a network that loses nothing, and a capture on one of them. */
export class Network {
  readonly segments: SentSegment[] = [];
  readonly #timeline: Timeline;
  readonly #delayUs: number;
  readonly #captureSide: Side;
  readonly #hosts: Readonly<Record<Side, Host>> = { client: newHost(), server: newHost() };

  /** `delayUs`: from one host to the other. */
  constructor(timeline: Timeline, delayUs: number, captureSide: Side) {
    this.#timeline = timeline;
    this.#delayUs = delayUs;
    this.#captureSide = captureSide;
  }

  listen(side: Side, arrived: Host['arrived']): void {
    this.#hosts[side].arrived = arrived;
  }

  /** How many bytes of the other side's stream have arrived. */
  received(side: Side): number {
    return this.#hosts[side].received;
  }

  /** One write of `length` bytes, in as many segments as it takes. */
  write(side: Side, length: number): void {
    const host = this.#hosts[side];
    const end = host.sent + length;
    while (host.sent < end) this.#send(side, Math.min(segmentBytes, end - host.sent));
  }

  #send(side: Side, length: number): void {
    const host = this.#hosts[side];
    const from = host.sent;
    const to = from + length;
    host.sent = to;
    const acknowledged = host.received;
    host.acknowledged = acknowledged;
    const seen = (): void => {
      this.segments.push({ side, from, to, acknowledged, timeUs: this.#timeline.now });
    };
    if (side === this.#captureSide) seen();
    this.#timeline.after(this.#delayUs, () => {
      if (side !== this.#captureSide) seen();
      if (length > 0) this.#arrive(side === 'client' ? 'server' : 'client', to);
    });
  }

  #arrive(side: Side, received: number): void {
    const host = this.#hosts[side];
    host.received = received;
    if (received - host.acknowledged > acknowledgedAtOnce) this.#send(side, 0);
    else if (!host.isAckPlanned) {
      host.isAckPlanned = true;
      this.#timeline.after(delayedUs, () => {
        host.isAckPlanned = false;
        if (host.received > host.acknowledged) this.#send(side, 0);
      });
    }
    host.arrived(received);
  }
}

function newHost(): Host {
  return { sent: 0, received: 0, acknowledged: 0, isAckPlanned: false, arrived: () => {} };
}
