import type { AnomalyCounters } from './anomaly.ts';
import type { Datagram } from './datagram.ts';
import { IdleList, secondsOf } from './idle-list.ts';
import type { Limits } from './limits.ts';
import { PeerMap } from './peer-map.ts';
import { Peers } from './peers.ts';
import type { Arrival, CloseReason, ConnectionInfo, DatagramPayload, DatagramSession } from './protocol.ts';
import { RecentDatagrams } from './recent-datagrams.ts';
import type { Transaction } from './transaction.ts';
import type { UdpDatagram } from './udp.ts';

const nothing: Buffer = Buffer.alloc(0);

interface UdpFlowsOptions {
  readonly limits: Limits;
  readonly anomalies: AnomalyCounters;
  /** Datagrams of which neither port is a server port are ignored. */
  readonly isServerPort: (port: number) => boolean;
  /** The count that flows take their numbers from, with TCP connections. */
  readonly numbers: { next: number };
  readonly open: (flow: Peers) => DatagramSession;
  /** Called after a session was made, before its first datagram. */
  readonly opened: (flow: ConnectionInfo, arrival: Arrival) => void;
  /** Called after the session's `end`. */
  readonly closed: (flow: ConnectionInfo, reason: CloseReason, arrival: Arrival) => void;
}

/** The datagrams between one port of a client and one of a server. */
class UdpFlow extends Peers {
  session: DatagramSession | undefined;

  get transport(): 'udp' {
    return 'udp';
  }
}

/** Follows every flow of UDP datagrams: UDP knows no beginning and no end, so a flow ends when it was idle for long. */
export class UdpFlows {
  readonly #options: UdpFlowsOptions;
  readonly #map = new PeerMap<UdpFlow>();
  readonly #flows: IdleList<UdpFlow>;
  readonly #recent: RecentDatagrams;
  /** The flow that a session is being called for. */
  #current: UdpFlow | undefined;
  readonly #payload: DatagramPayload = { bytes: nothing, start: 0, end: 0, length: 0, identification: 0 };

  constructor(options: UdpFlowsOptions) {
    this.#options = options;
    this.#flows = new IdleList(options.limits.idleSeconds);
    this.#recent = new RecentDatagrams(options.limits.lookAheadPackets);
  }

  get size(): number {
    return this.#map.size;
  }

  /**
   * Takes one datagram; `bytes` holds its payload. The caller sets time and number of `arrival`, an object that it
   * reuses. Returns the flow it belongs to, if it is followed.
   */
  datagram(datagram: Datagram, udp: UdpDatagram, bytes: Buffer, arrival: Arrival): ConnectionInfo | undefined {
    const { isServerPort } = this.#options;
    const toServer = isServerPort(udp.destinationPort);
    if (!toServer && !isServerPort(udp.sourcePort)) return undefined;
    arrival.acknowledged = -1;
    this.#current = undefined;
    const now = secondsOf(arrival);
    this.#expire(now, arrival);

    const hash = this.#map.hash(datagram, udp);
    // Where both ports are a server's, who speaks first is the client.
    const known = this.#find(hash, datagram, udp, now, arrival);
    if (known !== undefined) this.#flows.use(known, arrival);
    const flow = known ?? this.#begin(hash, datagram, udp, toServer, arrival);
    this.#current = flow;
    const fromClient = flow.goesToServer(datagram, udp);
    const payload = this.#payload;
    payload.bytes = bytes;
    payload.start = udp.payloadStart;
    payload.end = udp.payloadEnd;
    payload.length = udp.payloadLength;
    payload.identification = datagram.identification;
    if (this.#recent.isDoubled(datagram, udp, bytes, arrival.packet)) {
      flow.session?.doubled(fromClient, payload, arrival);
    } else flow.session?.datagram(fromClient, payload, arrival);
    this.#current = undefined;
    return flow;
  }

  /** Tells each request that is due an answer and has none yet. */
  waiting(tell: (request: Transaction) => void): void {
    for (const { session } of this.#inOrder()) session?.waiting(tell);
  }

  /** The capture is over: ends each flow, in the order in which they began. */
  end(arrival: Arrival): void {
    for (const flow of this.#inOrder()) this.#end(flow, 'end_of_capture', arrival);
    this.#current = undefined;
  }

  /** Called after an exception came out of `datagram` or `end`: drops the flow whose session threw. */
  abandon(): void {
    const flow = this.#current;
    this.#current = undefined;
    if (flow === undefined || flow.session === undefined) return;
    flow.session = undefined;
    this.#forget(flow);
  }

  #inOrder(): UdpFlow[] {
    const flows: UdpFlow[] = [];
    for (let at = this.#flows.oldest; at !== undefined; at = at.newer) flows.push(at);
    return flows.sort((a, b) => a.id - b.id);
  }

  #find(hash: number, datagram: Datagram, udp: UdpDatagram, now: number, arrival: Arrival): UdpFlow | undefined {
    const flow = this.#map.find(hash, datagram, udp);
    if (flow === undefined || !this.#flows.isOver(flow, now)) return flow;
    this.#end(flow, 'expired', arrival);
    return undefined;
  }

  #begin(hash: number, datagram: Datagram, udp: UdpDatagram, fromClient: boolean, arrival: Arrival): UdpFlow {
    if (this.#map.size >= this.#options.limits.connections) {
      this.#options.anomalies.count('connectionLimit');
      this.#end(this.#flows.idlest() as UdpFlow, 'expired', arrival);
    }
    const flow = new UdpFlow(datagram, udp, fromClient, false, hash);
    this.#map.add(flow);
    this.#flows.append(flow, arrival);
    flow.id = this.#options.numbers.next++;
    flow.session = this.#options.open(flow);
    this.#options.opened(flow, arrival);
    return flow;
  }

  #expire(now: number, arrival: Arrival): void {
    for (let flow = this.#flows.over(now); flow !== undefined; flow = this.#flows.over(now)) {
      this.#end(flow, 'expired', arrival);
    }
  }

  #end(flow: UdpFlow, reason: CloseReason, arrival: Arrival): void {
    const { session } = flow;
    this.#forget(flow);
    flow.session = undefined;
    if (session === undefined) return;
    this.#current = flow;
    arrival.acknowledged = -1;
    session.end(reason, arrival);
    this.#options.closed(flow, reason, arrival);
  }

  #forget(flow: UdpFlow): void {
    this.#map.remove(flow);
    this.#flows.remove(flow);
  }
}
