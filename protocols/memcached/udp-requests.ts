import type { Arrival, ConnectionInfo, DatagramProtocol, DatagramSession, SessionContext } from '../protocol.ts';
import { UdpConversation } from './udp-conversation.ts';
import type { UdpExchange } from './udp-exchange.ts';

/** The exchanges of all flows of a run, in the order of their beginning: bounds how many there are and what they hold. */
export class UdpRequests implements DatagramProtocol {
  readonly context: SessionContext;
  /** Bytes of answers that wait for datagrams before them. */
  heldBytes = 0;
  #oldest: UdpExchange | undefined;
  #newest: UdpExchange | undefined;
  #count = 0;
  readonly #patienceUs: number;

  constructor(context: SessionContext) {
    this.context = context;
    this.#patienceUs = context.limits.udpRequestSeconds * 1e6;
  }

  open(connection: ConnectionInfo): DatagramSession {
    return new UdpConversation(connection, this);
  }

  /** Gives up the exchanges that are too old by packet time. */
  expire(arrival: Arrival): void {
    const now = arrival.timeUs;
    for (let at = this.#oldest; at !== undefined; at = this.#oldest) {
      // Time went backwards: counted from here, so that one wrong time stamp keeps nothing alive for ever.
      if (at.startUs > now) at.startUs = now;
      if (now - at.startUs <= this.#patienceUs) return;
      at.conversation.finish(at, 'expired', arrival);
    }
  }

  add(exchange: UdpExchange, arrival: Arrival): void {
    exchange.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = exchange;
    else this.#newest.newer = exchange;
    this.#newest = exchange;
    this.#count++;
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
