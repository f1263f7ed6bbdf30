import type {
  AnswerComes,
  Arrival,
  ConnectionInfo,
  DatagramProtocol,
  DatagramSession,
  SessionContext,
} from '../../protocol.ts';
import { UdpConversation } from './conversation.ts';
import type { UdpExchange } from './exchange.ts';
import type { UdpFrame } from './frame.ts';

/** What a request costs beside its bytes, and what each datagram of its answer does that is known again. */
const requestOverhead = 2048;
const datagramOverhead = 64;

/** An answer's datagram whose request may have been captured after it. It is an `Arrival`: that of its packet. */
interface EarlyAnswer extends Arrival {
  readonly conversation: UdpConversation;
  readonly frame: UdpFrame;
  readonly bytes: Buffer;
  readonly length: number;
}

/**
 * The exchanges of all flows of a run, in the order of their beginning: bounds how many there are and what they hold.
 */
export class UdpRequests implements DatagramProtocol {
  readonly context: SessionContext;
  /** Bytes of requests, and of answers that wait for datagrams before them. */
  heldBytes = 0;
  #oldest: UdpExchange | undefined;
  #newest: UdpExchange | undefined;
  #count = 0;
  readonly #patienceUs: number;
  #early: EarlyAnswer[] = [];

  constructor(context: SessionContext) {
    this.context = context;
    this.#patienceUs = context.limits.udpRequestSeconds * 1e6;
  }

  open(connection: ConnectionInfo, answerComes: AnswerComes): DatagramSession {
    return new UdpConversation(connection, answerComes, this);
  }

  /** Keeps a datagram for as many packets as may have changed places. */
  keepEarly(
    conversation: UdpConversation,
    frame: UdpFrame,
    bytes: Buffer,
    start: number,
    end: number,
    length: number,
    arrival: Arrival,
  ): void {
    const { timeUs, packet } = arrival;
    // Memory of its own: a slice of a pooled buffer would keep the whole pool alive.
    const copy = Buffer.allocUnsafeSlow(end - start);
    bytes.copy(copy, 0, start, end);
    this.#early.push({ conversation, frame: { ...frame }, bytes: copy, length, timeUs, packet, acknowledged: -1 });
  }

  /** Gives an exchange the datagrams that came before its request. */
  answerEarly(exchange: UdpExchange): void {
    if (this.#early.length === 0) return;
    const { conversation, requestId } = exchange;
    const isAnswer = (early: EarlyAnswer): boolean =>
      early.conversation === conversation && early.frame.requestId === requestId;
    const answers = this.#early.filter(isAnswer);
    this.#early = this.#early.filter((early) => !isAnswer(early));
    for (const [index, early] of answers.entries()) {
      const { frame, bytes, length } = early;
      exchange.answer(frame, bytes, 0, bytes.length, length, early, index < answers.length - 1);
    }
  }

  /** Gives up the exchanges that are too old by packet time, and answers whose request never came. */
  expire(arrival: Arrival): void {
    this.dropEarly(arrival.packet - this.context.limits.lookAheadPackets);
    const now = arrival.timeUs;
    for (let at = this.#oldest; at !== undefined; at = this.#oldest) {
      // Time went backwards: counted from here, so that one wrong time stamp keeps nothing alive for ever.
      if (at.sinceUs > now) at.sinceUs = now;
      if (now - at.sinceUs <= this.#patienceUs) return;
      at.conversation.finish(at, 'expired', arrival);
    }
  }

  /** Gives up the answers that came in packets up to `number`. */
  dropEarly(number: number): void {
    while (this.#early.length > 0 && (this.#early[0] as EarlyAnswer).packet <= number) {
      if (this.#early.shift()?.frame.sequence === 0) this.context.anomalies.count('unaskedAnswer');
    }
  }

  add(exchange: UdpExchange, arrival: Arrival): void {
    exchange.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = exchange;
    else this.#newest.newer = exchange;
    this.#newest = exchange;
    this.#count++;
    this.#own(exchange, requestOverhead);
    this.obeyLimits(arrival);
  }

  remove(exchange: UdpExchange): void {
    const { older, newer } = exchange;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    exchange.older = undefined;
    exchange.newer = undefined;
    this.#count--;
    this.#own(exchange, -exchange.ownBytes);
  }

  /** One more datagram of its answer is to be known again. */
  noteDatagram(exchange: UdpExchange): void {
    this.#own(exchange, datagramOverhead);
  }

  #own(exchange: UdpExchange, bytes: number): void {
    exchange.ownBytes += bytes;
    this.heldBytes += bytes;
  }

  /** Gives up the oldest exchanges until the limits are kept. */
  obeyLimits(arrival: Arrival): void {
    const { limits, anomalies } = this.context;
    while (this.#oldest !== undefined && (this.#count > limits.udpRequests || this.heldBytes > limits.udpHeldBytes)) {
      // One that is answered is remembered only to know its answer again.
      if (this.#oldest.isOpen) anomalies.count('udpRequestLimit');
      this.#oldest.conversation.finish(this.#oldest, 'expired', arrival);
    }
  }
}
