import type { Peers } from '../peers.ts';
import type { Arrival } from '../protocol.ts';
import { isDelayedAck, leavesWithAck, shortestDelayUs } from './delayed-ack.ts';
import { maximumSegmentSize } from './maximum-segment-size.ts';
import { RecentSegments } from './recent-segments.ts';
import { minimumHeaderLength, TcpFlag, type TcpSegment } from './segment.ts';
import type { SegmentFact } from './segment-facts.ts';
import { never, type SideFacts, type TcpFacts } from './tcp-facts.ts';

const { fin: finFlag, syn: synFlag, ack: ackFlag } = TcpFlag;

/** Every receiver takes so much in a segment, whatever it says. Source: RFC 9293 §3.7.1. */
const leastMaximumSegmentSize = 536;

/** What is known of the stream of a segment's sender before the segment, and what it has sent; offsets in it. */
export interface StreamSoFar extends SideFacts {
  /** Behind the last byte that was seen, and of the first that is missing. */
  readonly seenEnd: number;
  readonly next: number;
  readonly fin: number | undefined;
  readonly acknowledged: number;
  hasSeen(start: number, end: number): boolean;
}

/** Called with what segments show; the fact does not change any more. */
export type TellFact = (connection: Peers, fact: SegmentFact, arrival: Arrival) => void;

/** Reads from segments what TCP shows beside the bytes, before the streams take these. One serves all connections. */
export class SegmentObserver {
  readonly #tell: TellFact;
  readonly #recent: RecentSegments;

  constructor(tell: TellFact, recent = new RecentSegments()) {
    this.#tell = tell;
    this.#recent = recent;
  }

  /**
   * A segment without RST, whose payload lies at `offset` of `own`, the stream of its sender. `identification`: of its IP
   * packet.
   */
  see(
    connection: Peers,
    facts: TcpFacts,
    segment: TcpSegment,
    identification: number,
    offset: number,
    fromClient: boolean,
    bytes: Buffer,
    own: StreamSoFar,
    peer: SideFacts,
    arrival: Arrival,
  ): void {
    const { flags, payloadLength } = segment;
    const { timeUs } = arrival;
    if (fromClient && (flags & ackFlag) !== 0) this.#clientAcknowledges(connection, facts, flags, arrival);
    if ((segment.window === 0) !== own.isWindowZero) this.#changeWindow(connection, facts, fromClient, own, arrival);
    if (payloadLength === 0 && (flags & (finFlag | synFlag)) === 0) {
      if (own.bareAckUs < 0) {
        own.bareAckUs = timeUs;
        own.bareAckPacket = arrival.packet;
      }
      // Linux probes with an empty segment, of a sequence number that was acknowledged.
      if (peer.isWindowZero && offset === own.next - 1) this.#tell(connection, { kind: 'probe', fromClient }, arrival);
      return;
    }
    const direction = fromClient ? connection.id : -connection.id;
    if (this.#recent.isCopy(direction, identification, segment, arrival)) {
      this.#tell(connection, { kind: 'copy', fromClient }, arrival);
      return;
    }
    const end = offset + payloadLength;
    const { sentUs, sentPacket } = own;
    own.sentUs = timeUs;
    own.sentPacket = arrival.packet;
    if (this.#isRepeated(facts, segment, fromClient, offset, own)) {
      if (isProbe(segment, offset, own, peer)) {
        if (peer.isWindowZero) this.#tell(connection, { kind: 'probe', fromClient }, arrival);
        return;
      }
      // Bytes from before the capture may be sent again, or late: they were not seen.
      if (sentUs === never || (offset < 0 && (flags & synFlag) === 0)) return;
      own.retransmissions++;
      facts.addRetransmission({ fromClient, start: offset, end, timeUs });
      const isSyn = (flags & synFlag) !== 0;
      if (isSyn) noteSyn(facts, fromClient, timeUs);
      const pauseUs = Math.max(0, timeUs - sentUs);
      const fact = { fromClient, start: offset, end, isSyn, pauseUs, afterPacket: sentPacket };
      this.#tell(connection, { kind: 'retransmission', ...fact }, arrival);
      return;
    }
    if ((flags & synFlag) !== 0) {
      own.maximumSegmentSize = maximumSegmentSize(segment, bytes);
      noteSyn(facts, fromClient, timeUs);
    }
    if (payloadLength > 0) this.#seePayload(connection, facts, segment, offset, fromClient, own, peer, arrival);
    if ((flags & finFlag) !== 0) this.close(connection, facts, 'fin', fromClient, end, arrival);
  }

  /**
   * A segment that comes after both FINs, when the end of the connection was told already: a FIN that is sent again, or
   * its acknowledgment, up to `acknowledged` of `other`, the stream of the other side; -1 where it has none.
   */
  seeLate(
    connection: Peers,
    facts: TcpFacts,
    segment: TcpSegment,
    identification: number,
    offset: number,
    fromClient: boolean,
    own: StreamSoFar,
    acknowledged: number,
    other: StreamSoFar,
    arrival: Arrival,
  ): void {
    const { flags, payloadLength } = segment;
    if (payloadLength === 0 && (flags & (finFlag | synFlag)) === 0) {
      // The sequence number behind that of the FIN.
      if (other.fin !== undefined && acknowledged === other.fin + 1)
        this.#tell(connection, { kind: 'last_ack', fromClient }, arrival);
      return;
    }
    const direction = fromClient ? connection.id : -connection.id;
    if (this.#recent.isCopy(direction, identification, segment, arrival)) {
      this.#tell(connection, { kind: 'copy', fromClient }, arrival);
      return;
    }
    if (!this.#isRepeated(facts, segment, fromClient, offset, own) || offset < 0) return;
    const pauseUs = Math.max(0, arrival.timeUs - own.sentUs);
    const { sentPacket: afterPacket } = own;
    own.sentUs = arrival.timeUs;
    own.sentPacket = arrival.packet;
    own.retransmissions++;
    const where = { fromClient, start: offset, end: offset + payloadLength };
    const fact = { kind: 'retransmission', ...where, isSyn: false, pauseUs, afterPacket, isLate: true } as const;
    this.#tell(connection, fact, arrival);
  }

  /** A FIN that is new, or a RST that counts. */
  close(
    connection: Peers,
    facts: TcpFacts,
    kind: 'fin' | 'rst',
    fromClient: boolean,
    at: number,
    arrival: Arrival,
  ): void {
    facts.closedBy ??= { kind, fromClient, timeUs: arrival.timeUs };
    this.#tell(connection, { kind, fromClient, at }, arrival);
  }

  #seePayload(
    connection: Peers,
    facts: TcpFacts,
    segment: TcpSegment,
    offset: number,
    fromClient: boolean,
    own: StreamSoFar,
    peer: SideFacts,
    arrival: Arrival,
  ): void {
    const { seenEnd } = own;
    own.dataEnd = Math.max(own.dataEnd, offset + segment.payloadLength);
    if (offset < seenEnd) {
      // One that begins with bytes seen before, and goes on with new ones, is neither.
      if (seenEnd === own.next && offset + segment.payloadLength > seenEnd) return;
      own.outOfOrder++;
      this.#tell(connection, { kind: 'out_of_order', fromClient }, arrival);
      return;
    }
    const { timeUs } = arrival;
    if (peer.bareAckUs - own.dataUs >= shortestDelayUs) {
      this.#seeDelayed(connection, facts, fromClient, offset, arrival);
    }
    own.dataUs = timeUs;
    own.dataPacket = arrival.packet;
    // Options take their place from the payload.
    own.dataBytes = segment.payloadLength + segment.headerLength - minimumHeaderLength;
    peer.bareAckUs = never;
  }

  /** Payload that follows an ACK which came late. */
  #seeDelayed(connection: Peers, facts: TcpFacts, fromClient: boolean, start: number, arrival: Arrival): void {
    const { dataUs: sinceUs, dataPacket: sincePacket, dataBytes } = facts.side(fromClient);
    const { bareAckUs: ackUs, bareAckPacket: ackPacket, maximumSegmentSize: most } = facts.side(!fromClient);
    const { timeUs } = arrival;
    if (!isDelayedAck(ackUs - sinceUs) || dataBytes >= (most || leastMaximumSegmentSize)) return;
    const hasWaited = leavesWithAck(timeUs - ackUs, facts.roundTripUs);
    if (hasWaited) facts.addStall({ fromClient, fromUs: sinceUs, toUs: timeUs });
    const fact = { fromClient, start, sinceUs, sincePacket, ackUs, ackPacket, hasWaited };
    this.#tell(connection, { kind: 'delayed_ack', ...fact }, arrival);
  }

  #clientAcknowledges(connection: Peers, facts: TcpFacts, flags: number, arrival: Arrival): void {
    facts.clientAcknowledges = true;
    if (facts.establishedUs >= 0 || facts.synAckUs < 0 || (flags & synFlag) !== 0) return;
    facts.establishedUs = arrival.timeUs;
    const handshake = facts.handshakeUs;
    if (handshake === undefined) return;
    this.#tell(connection, { kind: 'handshake', serverUs: handshake.server, clientUs: handshake.client }, arrival);
  }

  #changeWindow(connection: Peers, facts: TcpFacts, fromClient: boolean, side: SideFacts, arrival: Arrival): void {
    const { timeUs } = arrival;
    side.isWindowZero = !side.isWindowZero;
    if (side.isWindowZero) {
      side.zeroWindows++;
      facts.addZeroWindow({ fromClient, fromUs: timeUs, toUs: -1 });
    } else {
      const last = facts.zeroWindows?.findLast((standstill) => standstill.fromClient === fromClient);
      if (last !== undefined) last.toUs = timeUs;
    }
    this.#tell(connection, { kind: side.isWindowZero ? 'zero_window' : 'window_open', fromClient }, arrival);
  }

  #isRepeated(facts: TcpFacts, segment: TcpSegment, fromClient: boolean, offset: number, own: StreamSoFar): boolean {
    const { flags, payloadLength } = segment;
    if ((flags & synFlag) !== 0 && (fromClient ? facts.syns === 0 : facts.synAckUs < 0)) return false;
    const end = offset + payloadLength;
    if ((flags & finFlag) !== 0 && own.fin !== end) return false;
    return payloadLength === 0 || own.hasSeen(offset, end);
  }
}

/** The first SYN+ACK that the client has acknowledged counts, and the last SYN before it. */
function noteSyn(facts: TcpFacts, fromClient: boolean, timeUs: number): void {
  if (fromClient) {
    facts.syns++;
    if (facts.firstSynUs < 0) facts.firstSynUs = timeUs;
    if (facts.establishedUs < 0 && facts.synAckUs < 0) facts.synUs = timeUs;
  } else if (facts.establishedUs < 0) facts.synAckUs = timeUs;
}

/** A keep-alive, which repeats the last byte although it was acknowledged, or a probe of a window that is 0. */
function isProbe(segment: TcpSegment, offset: number, own: StreamSoFar, peer: SideFacts): boolean {
  if (segment.payloadLength !== 1 || (segment.flags & (finFlag | synFlag)) !== 0) return false;
  return peer.isWindowZero || (offset === own.next - 1 && own.acknowledged >= own.next);
}
