import type { Listener, UntoldBytes } from '../../protocols/events.ts';
import type { Arrival, CloseReason, ConnectionInfo, Speaker, UnaskedAnswer } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';

/** When something became certain. */
interface Moment {
  /** Packet time, µs since 1970-01-01 UTC. */
  readonly timeUs: number;
  /** Number of the packet, from 1; of a connection whose streams are given, of the piece, 0 before the first. */
  readonly packet: number;
}

/**
 * What is told of a capture, in the order in which it becomes certain; `type` is what the program's records call
 * `event`. An event belongs to who gets it, and does not change but for `connection.tcp`.
 */
export type SnifferEvent =
  /** A command and its answer, or that none came. Its times are in the transaction. */
  | { readonly type: 'command'; readonly connection: ConnectionInfo; readonly transaction: Transaction }
  /** An answer that no request was due. */
  | ({ readonly type: 'unasked'; readonly connection: ConnectionInfo } & UnaskedAnswer & Moment)
  /** Bytes that were never captured. */
  | ({ readonly type: 'gap'; readonly connection: ConnectionInfo } & OfOneSide & Moment)
  /** Bytes that are not memcached; `protocol`: what the connection speaks instead, where that is known. */
  | ({
      readonly type: 'not_understood';
      readonly connection: ConnectionInfo;
      readonly protocol: string | undefined;
    } & OfOneSide &
      Moment)
  /** Before anything else is told of it. */
  | ({ readonly type: 'connection_open'; readonly connection: ConnectionInfo } & Moment)
  /** After everything else was told of it. */
  | ({
      readonly type: 'connection_close';
      readonly connection: ConnectionInfo;
      readonly reason: CloseReason;
    } & Moment);

interface OfOneSide {
  /** Who sent them. */
  readonly direction: Speaker;
  readonly bytes: number;
}

/** Keeps what is told, once somebody wants it, until it is taken, and says when it was. */
export class EventQueue implements Listener {
  #events: SnifferEvent[] = [];
  #isWanted = false;
  #hasEnded = false;
  #error: { readonly reason: unknown } | undefined;
  #wake: (() => void) | undefined;
  #drained: Promise<void> | undefined;
  #resolveDrained: (() => void) | undefined;

  /** Events that wait to be taken. */
  get length(): number {
    return this.#events.length;
  }

  /** Settles when all that waits was taken; undefined where nothing does. */
  drained(): Promise<void> | undefined {
    if (this.#events.length === 0 || this.#hasEnded) return undefined;
    this.#drained ??= new Promise((resolve) => {
      this.#resolveDrained = resolve;
    });
    return this.#drained;
  }

  /** Nothing more comes; with an error: it is thrown behind the last event. */
  end(error?: { readonly reason: unknown }): void {
    this.#hasEnded = true;
    this.#error ??= error;
    this.#tellDrained();
    this.#wake?.();
  }

  /**
   * Hands out events, from now on and until the end, as they are asked for. For one taker: throws an `Error` where there
   * was one before.
   */
  take(): AsyncGenerator<SnifferEvent, void, undefined> {
    if (this.#isWanted) throw new Error('its events can be iterated over once only');
    this.#isWanted = true;
    return this.#take();
  }

  connectionOpen(connection: ConnectionInfo, { timeUs, packet }: Arrival): void {
    this.#add({ type: 'connection_open', connection, timeUs, packet });
  }

  connectionClose(connection: ConnectionInfo, reason: CloseReason, { timeUs, packet }: Arrival): void {
    this.#add({ type: 'connection_close', connection, reason, timeUs, packet });
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    this.#add({ type: 'command', connection, transaction });
  }

  unasked(connection: ConnectionInfo, { text, bytes, start }: UnaskedAnswer, { timeUs, packet }: Arrival): void {
    this.#add({ type: 'unasked', connection, text, bytes, start, timeUs, packet });
  }

  bytes(connection: ConnectionInfo, bytes: UntoldBytes): void {
    // The others are only counted.
    if (bytes.kind !== 'missing' && bytes.kind !== 'not_understood') return;
    const { timeUs, packet } = bytes.arrival;
    const direction = bytes.fromClient ? 'client' : 'server';
    const common = { connection, direction, bytes: bytes.length, timeUs, packet } as const;
    if (bytes.kind === 'missing') this.#add({ type: 'gap', ...common });
    else this.#add({ type: 'not_understood', protocol: bytes.protocol, ...common });
  }

  async *#take(): AsyncGenerator<SnifferEvent, void, undefined> {
    try {
      for (;;) {
        const events = this.#events;
        this.#events = [];
        yield* events;
        if (this.#events.length > 0) continue;
        this.#tellDrained();
        if (this.#hasEnded) break;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      this.end();
    }
    if (this.#error !== undefined) throw this.#error.reason;
  }

  #add(event: SnifferEvent): void {
    if (!this.#isWanted || this.#hasEnded) return;
    this.#events.push(event);
    this.#wake?.();
  }

  #tellDrained(): void {
    this.#resolveDrained?.();
    this.#drained = undefined;
    this.#resolveDrained = undefined;
  }
}
