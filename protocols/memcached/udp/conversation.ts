import { fingerprint } from '../../fingerprint.ts';
import type { AnswerComes, Arrival, CloseReason, ConnectionInfo, DatagramSession } from '../../protocol.ts';
import { UdpExchange } from './exchange.ts';
import { decodeUdpFrame, UdpFrame, udpFrameLength } from './frame.ts';
import type { UdpRequests } from './requests.ts';

/**
 * One client's datagrams to one server, and its answers: an exchange for each request id. Source: memcached
 * doc/protocol.txt, "UDP protocol".
 */
export class UdpConversation implements DatagramSession {
  readonly connection: ConnectionInfo;
  readonly answerComes: AnswerComes;
  readonly #shared: UdpRequests;
  readonly #frame = new UdpFrame();
  /** By request id. More than one where the same request was sent again: they are answered in their order. */
  readonly #exchanges = new Map<number, UdpExchange[]>();

  constructor(connection: ConnectionInfo, answerComes: AnswerComes, shared: UdpRequests) {
    this.connection = connection;
    this.answerComes = answerComes;
    this.#shared = shared;
  }

  datagram(
    fromClient: boolean,
    bytes: Buffer,
    start: number,
    end: number,
    length: number,
    identification: number,
    arrival: Arrival,
  ): void {
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
    } else if (fromClient) this.#request(frame.requestId, bytes, payload, end, payloadLength, identification, arrival);
    else if (payloadLength > 0) this.#answer(frame, bytes, payload, end, payloadLength, arrival);
  }

  doubled(fromClient: boolean, bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    if (fromClient || end - start < udpFrameLength) return;
    decodeUdpFrame(bytes, start, this.#frame);
    this.#current(this.#frame.requestId, arrival)?.answerAgain(arrival);
  }

  end(reason: CloseReason, arrival: Arrival): void {
    if (reason === 'end_of_capture') this.#shared.dropEarly(arrival.packet);
    for (const id of this.#exchanges.keys()) this.#finishAll(id, reason, arrival);
  }

  /** Ends an exchange and forgets it. */
  finish(exchange: UdpExchange, reason: CloseReason, arrival: Arrival): void {
    const { requestId } = exchange;
    const under = this.#exchanges.get(requestId) ?? [];
    const place = under.indexOf(exchange);
    if (place >= 0) under.splice(place, 1);
    if (under.length === 0) this.#exchanges.delete(requestId);
    this.#shared.remove(exchange);
    exchange.end(reason, arrival);
  }

  #finishAll(requestId: number, reason: CloseReason, arrival: Arrival): void {
    const under = this.#exchanges.get(requestId) ?? [];
    for (let first = under[0]; first !== undefined; first = under[0]) this.finish(first, reason, arrival);
  }

  /** The exchange that an answer under this id is of. */
  #current(requestId: number, arrival: Arrival): UdpExchange | undefined {
    const under = this.#exchanges.get(requestId);
    if (under === undefined) return undefined;
    while (under.length > 1 && under[0]?.isOpen === false) this.finish(under[0], 'fin', arrival);
    return under[0];
  }

  #request(
    id: number,
    bytes: Buffer,
    start: number,
    end: number,
    length: number,
    identification: number,
    arrival: Arrival,
  ): void {
    const print = fingerprint(bytes, start, end, length);
    const known = this.#current(id, arrival);
    if (known?.isRepeated(print, length)) {
      // A packet that is captured twice has the same time.
      if (known.requestUs === arrival.timeUs) return;
      // Once answered, the same bytes are asked anew: simple clients give every request the same id.
      if (!known.isOpen) this.finish(known, 'replaced', arrival);
      else if (!areTwo(known.identification, identification)) return;
    } else this.#finishAll(id, 'replaced', arrival);
    const exchange = new UdpExchange(id, this, this.#shared, { print, length, identification, timeUs: arrival.timeUs });
    const under = this.#exchanges.get(id);
    if (under === undefined) this.#exchanges.set(id, [exchange]);
    else under.push(exchange);
    this.#shared.add(exchange, arrival);
    exchange.request(bytes, start, end, length, arrival);
    this.#shared.answerEarly(exchange);
  }

  #answer(frame: UdpFrame, bytes: Buffer, start: number, end: number, length: number, arrival: Arrival): void {
    const exchange = this.#current(frame.requestId, arrival);
    if (exchange === undefined) this.#shared.keepEarly(this, frame, bytes, start, end, length, arrival);
    else if (exchange.isOpen) {
      exchange.answer(frame, bytes, start, end, length, arrival);
      this.#shared.obeyLimits(arrival);
    } else if (!exchange.isAnswered && frame.sequence === 0) this.#shared.context.anomalies.count('unaskedAnswer');
  }
}

/** Whether two datagrams with the same bytes are known to be two. */
function areTwo(identification: number, other: number): boolean {
  return identification !== 0 && other !== 0 && identification !== other;
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
