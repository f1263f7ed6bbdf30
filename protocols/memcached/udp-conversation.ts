import type { AnswerComes, Arrival, CloseReason, ConnectionInfo, DatagramSession } from '../protocol.ts';
import { UdpExchange } from './udp-exchange.ts';
import { decodeUdpFrame, fingerprint, UdpFrame, udpFrameLength } from './udp-frame.ts';
import type { UdpRequests } from './udp-requests.ts';

/**
 * One client's datagrams to one server, and its answers: an exchange for each request id. Source: memcached
 * doc/protocol.txt, "UDP protocol".
 */
export class UdpConversation implements DatagramSession {
  readonly connection: ConnectionInfo;
  readonly answerComes: AnswerComes;
  readonly #shared: UdpRequests;
  readonly #frame = new UdpFrame();
  readonly #exchanges = new Map<number, UdpExchange>();

  constructor(connection: ConnectionInfo, answerComes: AnswerComes, shared: UdpRequests) {
    this.connection = connection;
    this.answerComes = answerComes;
    this.#shared = shared;
  }

  datagram(fromClient: boolean, bytes: Buffer, start: number, end: number, length: number, arrival: Arrival): void {
    this.#shared.expire(arrival);
    if (length >= udpFrameLength && end - start < udpFrameLength) {
      this.#shared.context.events.gap(this.connection, fromClient, length, arrival);
      return;
    }
    const frame = this.#frame;
    const payload = start + udpFrameLength;
    const payloadLength = length - udpFrameLength;
    if (payloadLength >= 0) decodeUdpFrame(bytes, start, frame);
    if (payloadLength < 0 || !(fromClient ? isRequest(frame, payloadLength) : isAnswer(frame, payloadLength))) {
      if (length > 0) this.#shared.context.events.notUnderstood(this.connection, fromClient, length, arrival);
    } else if (fromClient) this.#request(frame.requestId, bytes, payload, end, payloadLength, arrival);
    else if (payloadLength > 0) this.#answer(frame, bytes, payload, end, payloadLength, arrival);
  }

  end(reason: CloseReason, arrival: Arrival): void {
    if (reason === 'end_of_capture') this.#shared.dropEarly(arrival.packet);
    for (const exchange of this.#exchanges.values()) this.finish(exchange, reason, arrival);
  }

  /** Ends an exchange and forgets it. */
  finish(exchange: UdpExchange, reason: CloseReason, arrival: Arrival): void {
    this.#exchanges.delete(exchange.requestId);
    this.#shared.remove(exchange);
    exchange.end(reason, arrival);
  }

  #request(id: number, bytes: Buffer, start: number, end: number, length: number, arrival: Arrival): void {
    const print = fingerprint(bytes, start, end, length);
    const known = this.#exchanges.get(id);
    if (known !== undefined) {
      // Once answered, the same bytes are asked anew: simple clients give every request the same id. A packet that is
      // captured twice has the same time.
      if (known.isRepeated(print, length) && (known.isOpen || known.requestUs === arrival.timeUs)) return;
      this.finish(known, 'replaced', arrival);
    }
    const exchange = new UdpExchange(id, this, this.#shared, print, length, arrival.timeUs);
    this.#exchanges.set(id, exchange);
    this.#shared.add(exchange, arrival);
    exchange.request(bytes, start, end, length, arrival);
    this.#shared.answerEarly(exchange);
  }

  #answer(frame: UdpFrame, bytes: Buffer, start: number, end: number, length: number, arrival: Arrival): void {
    const exchange = this.#exchanges.get(frame.requestId);
    if (exchange === undefined) this.#shared.keepEarly(this, frame, bytes, start, end, length, arrival);
    else if (exchange.isOpen) {
      exchange.answer(frame, bytes, start, end, length, arrival);
      this.#shared.obeyLimits(arrival);
    } else if (!exchange.isAnswered && frame.sequence === 0) this.#shared.context.anomalies.count('unaskedAnswer');
  }
}

/** The server takes one datagram a request and looks at nothing else of the header. */
function isRequest(frame: UdpFrame, payloadLength: number): boolean {
  return frame.total === 1 && payloadLength > 0;
}

/** `quit` is answered by a header alone that counts no datagram. */
function isAnswer(frame: UdpFrame, payloadLength: number): boolean {
  if (frame.reserved !== 0) return false;
  return payloadLength === 0 ? frame.total === 0 : frame.sequence < frame.total;
}
