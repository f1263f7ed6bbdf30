import type {
  AnswerComes,
  Arrival,
  CloseReason,
  ConnectionInfo,
  DatagramPayload,
  DatagramSession,
} from '../../protocol.ts';
import type { Transaction } from '../../transaction.ts';
import { type ExchangeFlow, UdpExchange } from './exchange.ts';
import { decodeUdpFrame, type UdpFrame, UdpFrameStatus } from './frame.ts';
import { RequestDatagram } from './request-datagram.ts';
import type { UdpRequests } from './requests.ts';

/**
 * One client's datagrams to one server, and its answers: an exchange for each request id. Source: memcached
 * doc/protocol.txt, "UDP protocol".
 */
export class UdpConversation implements DatagramSession, ExchangeFlow {
  readonly connection: ConnectionInfo;
  readonly answerComes: AnswerComes;
  readonly #shared: UdpRequests;
  /** By request id. More than one where the same request was sent again: they are answered in their order. */
  readonly #exchanges = new Map<number, UdpExchange[]>();

  constructor(connection: ConnectionInfo, answerComes: AnswerComes, shared: UdpRequests) {
    this.connection = connection;
    this.answerComes = answerComes;
    this.#shared = shared;
  }

  datagram(fromClient: boolean, payload: DatagramPayload, arrival: Arrival): void {
    this.#shared.expire(arrival);
    const { frame, context } = this.#shared;
    const { events } = context;
    const status = decodeUdpFrame(payload, arrival, frame);
    if (status === UdpFrameStatus.truncated) events.gap(this.connection, fromClient, payload.length, arrival);
    else if (status === UdpFrameStatus.ok && fromClient && frame.isRequest) this.#request(frame);
    else if (status === UdpFrameStatus.ok && !fromClient && frame.isAnswer) this.#answer(frame);
    else if (payload.length > 0) events.notUnderstood(this.connection, fromClient, payload.length, arrival);
  }

  doubled(fromClient: boolean, payload: DatagramPayload, arrival: Arrival): void {
    const { frame } = this.#shared;
    if (fromClient || decodeUdpFrame(payload, arrival, frame) !== UdpFrameStatus.ok) return;
    this.#current(frame)?.answerAgain(arrival);
  }

  waiting(tell: (request: Transaction) => void): void {
    for (const under of this.#exchanges.values()) for (const exchange of under) exchange.waiting(tell);
  }

  end(reason: CloseReason, arrival: Arrival): void {
    if (reason === 'end_of_capture') this.#shared.dropEarly(arrival.packet);
    for (const id of this.#exchanges.keys()) this.#finishAll(id, reason, arrival);
  }

  finish(exchange: UdpExchange, reason: CloseReason, arrival: Arrival): void {
    const { requestId } = exchange.request;
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

  /** The exchange that an answer under this datagram's id is of. */
  #current({ requestId, arrival }: UdpFrame): UdpExchange | undefined {
    const under = this.#exchanges.get(requestId);
    if (under === undefined) return undefined;
    while (under.length > 1 && under[0]?.isOpen === false) this.finish(under[0], 'fin', arrival);
    return under[0];
  }

  #request(frame: UdpFrame): void {
    const { requestId, arrival } = frame;
    const request = new RequestDatagram(frame);
    const known = this.#current(frame);
    if (known?.request.repeats(request)) {
      // A packet that is captured twice has the same time.
      if (known.request.timeUs === request.timeUs) return;
      // Once answered, the same bytes are asked anew: simple clients give every request the same id.
      if (!known.isOpen) this.finish(known, 'replaced', arrival);
      else if (!known.request.isOtherThan(request)) return;
    } else this.#finishAll(requestId, 'replaced', arrival);
    const exchange = new UdpExchange(request, this, this.#shared);
    const under = this.#exchanges.get(requestId);
    if (under === undefined) this.#exchanges.set(requestId, [exchange]);
    else under.push(exchange);
    this.#shared.add(exchange, arrival);
    exchange.ask(frame);
    this.#shared.answerEarly(exchange);
  }

  #answer(frame: UdpFrame): void {
    if (frame.length === 0) return;
    const exchange = this.#current(frame);
    if (exchange === undefined) this.#shared.keepEarly(this, frame);
    else if (exchange.isOpen) {
      exchange.answer(frame);
      this.#shared.obeyLimits(frame.arrival);
    } else if (!exchange.isAnswered && frame.sequence === 0) this.#shared.context.anomalies.count('unaskedAnswer');
  }
}
