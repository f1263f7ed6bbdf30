/** What TCP itself shows of a connection, beside the bytes that it carries. Times are packet times, µs since 1970. */

/** Retransmissions, zero windows and stalls that are remembered of a connection; older ones are only counted. */
const mostTroubles = 64;

/**
 * A time that has not come. A number with a fraction to the engine, as times are: a field that has held nothing else
 * takes the next one without a new object.
 */
export const never = Number.NEGATIVE_INFINITY;

/** What one side of a connection has sent. Its stream is one object with it: each packet needs both. */
export abstract class SideFacts {
  /** Segments with payload, SYN or FIN all of whose bytes had been seen from this side. */
  retransmissions = 0;
  /** Segments that fill a hole which later ones of this side have left. */
  outOfOrder = 0;
  /** How often this side's window became 0. */
  zeroWindows = 0;
  /** True while this side's window is 0. */
  isWindowZero = false;
  /** Segments of this side, all kinds. */
  segments = 0;
  /** Largest payload that this side takes in one segment, bytes, as its SYN says; 0 where that was not seen. */
  maximumSegmentSize = 0;
  /** The last segment with new payload: its time (`never`), and its payload in bytes. */
  dataUs = never;
  dataBytes = 0;
  dataPacket = 0;
  /** Behind the last byte of payload that was seen from this side: an offset of its stream. */
  dataEnd = 0;
  /** The last segment with payload, SYN or FIN, sent again or not: its time (`never`) and its packet. */
  sentUs = never;
  sentPacket = 0;
  /** The first segment without payload, SYN, FIN or RST since the other side's last payload; `never` where there is none. */
  bareAckUs = never;
  bareAckPacket = 0;
}

/** A segment that was sent again: its bytes are `[start, end)` of the stream of the side that sent it. */
export interface Retransmission {
  readonly fromClient: boolean;
  readonly start: number;
  readonly end: number;
  readonly timeUs: number;
}

/** Where request and answer of a command lie in the streams: offsets (-1 where unknown) and lengths, bytes. */
export interface CarriedBytes {
  readonly requestStart: number;
  readonly requestBytes: number;
  readonly answerStart: number;
  readonly responseBytes: number;
}

/** A time in which a side's window was 0, or in which it waited for an ACK; `toUs` is -1 while it lasts. */
export interface Standstill {
  readonly fromClient: boolean;
  readonly fromUs: number;
  toUs: number;
}

/** All that is known of one connection. Its two streams are one object with it. */
export abstract class TcpFacts {
  abstract readonly client: SideFacts;
  abstract readonly server: SideFacts;
  /** The last segment of either side. */
  lastUs = never;
  /** The first SYN of the client, and the last one before the answer that was acknowledged; `never` where none was seen. */
  firstSynUs = never;
  synUs = never;
  /** How often the client's SYN was sent. */
  syns = 0;
  /** The server's last SYN+ACK before the client's ACK, and that ACK; `never` where it was not seen. */
  synAckUs = never;
  establishedUs = never;
  /** True from a segment of the client's on that acknowledges one of the server's. */
  clientAcknowledges = false;
  /** What began the end, and who sent it. */
  closedBy: { readonly kind: 'fin' | 'rst'; readonly fromClient: boolean; readonly timeUs: number } | undefined =
    undefined;
  /** Lists of the last ones, undefined where there are none. */
  retransmitted: Retransmission[] | undefined = undefined;
  zeroWindows: Standstill[] | undefined = undefined;
  stalls: Standstill[] | undefined = undefined;
  /** When the last answer of a command ended whose end was captured; `never` before the first one. */
  lastAnswerEndUs = never;

  side(fromClient: boolean): SideFacts {
    return fromClient ? this.client : this.server;
  }

  /** µs of the handshake's two halves: SYN to SYN+ACK, SYN+ACK to ACK; undefined where not all of it was seen. */
  get handshakeUs(): { readonly server: number; readonly client: number } | undefined {
    if (this.synUs < 0 || this.synAckUs < 0 || this.establishedUs < 0) return undefined;
    return {
      server: Math.max(0, this.synAckUs - this.synUs),
      client: Math.max(0, this.establishedUs - this.synAckUs),
    };
  }

  /** Nothing is to be found out of the handshake any more, and there was no trouble. */
  protected get isUntroubled(): boolean {
    if (!this.clientAcknowledges || (this.establishedUs < 0 && this.synAckUs >= 0)) return false;
    if (this.client.isWindowZero || this.server.isWindowZero) return false;
    return this.retransmitted === undefined && this.zeroWindows === undefined && this.stalls === undefined;
  }

  /** Round trip of the handshake in µs; 0 where it was not seen. */
  get roundTripUs(): number {
    const handshake = this.handshakeUs;
    return handshake === undefined ? 0 : handshake.server + handshake.client;
  }

  /**
   * Whether the client's SYN was never answered, as far as the capture tells at `nowUs`: no packet of the server's came,
   * none of the client's acknowledges one, and three seconds have passed or the client has tried again.
   */
  isNeverAnswered(nowUs: number): boolean {
    if (this.syns === 0 || this.server.segments > 0 || this.clientAcknowledges) return false;
    return this.syns > 1 || nowUs - this.firstSynUs >= synPatienceUs;
  }

  /** Whether a segment that was sent again carried bytes of this command. */
  carried({ fromClient, start, end }: Retransmission, command: CarriedBytes): boolean {
    const first = fromClient ? command.requestStart : command.answerStart;
    const length = fromClient ? command.requestBytes : command.responseBytes;
    return first >= 0 && start < first + length && end > first;
  }

  addRetransmission(retransmission: Retransmission): void {
    this.retransmitted ??= [];
    keepLast(this.retransmitted, retransmission);
  }

  addZeroWindow(standstill: Standstill): void {
    this.zeroWindows ??= [];
    keepLast(this.zeroWindows, standstill);
  }

  addStall(standstill: Standstill): void {
    this.stalls ??= [];
    keepLast(this.stalls, standstill);
  }
}

const synPatienceUs = 3_000_000;

function keepLast<T>(list: T[], item: T): void {
  if (list.length === mostTroubles) list.shift();
  list.push(item);
}
