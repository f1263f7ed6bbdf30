import { PeerList } from '../../peer-list.ts';
import type { Arrival, SessionContext } from '../../protocol.ts';
import { EarlyAnswers } from './early-answers.ts';
import type { ExchangeBudget, ExchangeFlow, UdpExchange } from './exchange.ts';
import { UdpFrame } from './frame.ts';

/** What a request costs beside its bytes, and what each datagram of its answer does that is known again. */
const requestOverhead = 2144;
const knownDatagramOverhead = 64;

/** What a held datagram costs beside its bytes. */
const heldDatagramOverhead = 544;

/**
 * The exchanges of all flows of a run, in the order of their beginning: bounds how many there are and what they hold.
 */
export class UdpRequests implements ExchangeBudget {
  readonly context: SessionContext;
  /** The datagram under way. One for all flows: one for each would keep the packet of its last datagram alive. */
  readonly frame = new UdpFrame();
  readonly #exchanges = new PeerList<UdpExchange>();
  readonly #early = new EarlyAnswers();
  readonly #patienceUs: number;
  /** Bytes of requests, and of answers that wait for datagrams before them. */
  #heldBytes = 0;

  constructor(context: SessionContext) {
    this.context = context;
    this.#patienceUs = context.limits.udpRequestSeconds * 1e6;
  }

  /** Keeps an answer's datagram for as many packets as may have changed places. */
  keepEarly(flow: ExchangeFlow, frame: UdpFrame): void {
    this.#early.keep(flow, frame);
  }

  /** Gives an exchange the datagrams that came before its request. */
  answerEarly(exchange: UdpExchange): void {
    const answers = this.#early.take(exchange.flow, exchange.request.requestId);
    for (const [index, frame] of answers.entries()) exchange.answer(frame, index < answers.length - 1);
  }

  /** Gives up the exchanges that are too old by packet time, and answers whose request never came. */
  expire(arrival: Arrival): void {
    this.dropEarly(arrival.packet - this.context.limits.lookAheadPackets);
    const now = arrival.timeUs;
    for (let at = this.#exchanges.oldest; at !== undefined; at = this.#exchanges.oldest) {
      // Time went backwards: counted from here, so that one wrong time stamp keeps nothing alive for ever.
      if (at.sinceUs > now) at.sinceUs = now;
      if (now - at.sinceUs <= this.#patienceUs) return;
      at.flow.finish(at, 'expired', arrival);
    }
  }

  /** Gives up the answers that came in packets up to `number`. */
  dropEarly(number: number): void {
    this.context.anomalies.count('unaskedAnswer', this.#early.drop(number));
  }

  add(exchange: UdpExchange, arrival: Arrival): void {
    this.#exchanges.append(exchange);
    this.#own(exchange, requestOverhead);
    this.obeyLimits(arrival);
  }

  remove(exchange: UdpExchange): void {
    this.#exchanges.remove(exchange);
    this.#own(exchange, -exchange.ownBytes);
  }

  noteDatagram(exchange: UdpExchange): void {
    this.#own(exchange, knownDatagramOverhead);
  }

  hold(frame: UdpFrame): void {
    this.#heldBytes += frame.bytes.length + heldDatagramOverhead;
  }

  release(frame: UdpFrame): void {
    this.#heldBytes -= frame.bytes.length + heldDatagramOverhead;
  }

  /** Gives up the oldest exchanges until the limits are kept. */
  obeyLimits(arrival: Arrival): void {
    const { limits, anomalies } = this.context;
    const exchanges = this.#exchanges;
    while (
      exchanges.oldest !== undefined &&
      (exchanges.length > limits.udpRequests || this.#heldBytes > limits.udpHeldBytes)
    ) {
      const { oldest } = exchanges;
      // One that is answered is remembered only to know its answer again.
      if (oldest.isOpen) anomalies.count('udpRequestLimit');
      oldest.flow.finish(oldest, 'expired', arrival);
    }
  }

  #own(exchange: UdpExchange, bytes: number): void {
    exchange.ownBytes += bytes;
    this.#heldBytes += bytes;
  }
}
