import { Datagram } from '../../protocols/datagram.ts';
import { dissect } from '../../protocols/dissect.ts';
import type { Listener } from '../../protocols/events.ts';
import { IpProtocol } from '../../protocols/ip/protocol-number.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';
import { PeerList } from '../../protocols/peer-list.ts';
import { PeerMap } from '../../protocols/peer-map.ts';
import { Peers, type Ports } from '../../protocols/peers.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import { decodeTcpSegment, TcpFlag, TcpSegment, TcpStatus } from '../../protocols/tcp/segment.ts';
import { decodeUdp, UdpDatagram, UdpStatus } from '../../protocols/udp.ts';
import type { ConnectionEnd, LocalProcess } from './local-process.ts';
import type { ProcessLookUp } from './process-look-up.ts';

/** Connections that are remembered; those that began first are forgotten. */
const mostConnections = 65_536;

/** A connection as packets show it, and the answer for it. Which end is the client's need not be known. */
export class LookedUpConnection extends Peers {
  readonly transport: 'tcp' | 'udp';
  /** Of its first segment. */
  readonly sequence: number;
  /** Undefined until it is known. */
  ends: readonly ConnectionEnd[] | undefined;

  constructor(transport: 'tcp' | 'udp', datagram: Datagram, ports: Ports, sequence: number, hash: number) {
    super(datagram, ports, true, false, hash);
    this.transport = transport;
    this.sequence = sequence;
  }

  /** The process at the client's end where that is on this host, else at the server's. */
  processOf(client: string): LocalProcess | undefined {
    const [one, other] = this.ends ?? [];
    if (one === undefined || other === undefined) return undefined;
    const [clients, servers] = this.client === client ? [one, other] : [other, one];
    // A UDP socket that sends to many takes from any.
    const owner = clients.owner ?? (this.transport === 'udp' ? clients.listener : undefined);
    if (owner !== undefined || clients.isLocal) return owner;
    return servers.owner ?? servers.listener;
  }
}

/** Has every new connection looked up, once, and says what is known of each. */
export class ConnectionProcesses implements Listener {
  readonly #lookUp: ProcessLookUp;
  readonly #isServerPort: (port: number) => boolean;
  readonly #map = new PeerMap<LookedUpConnection>();
  readonly #list = new PeerList<LookedUpConnection>();
  readonly #byEnds = new Map<string, LookedUpConnection>();
  readonly #told = new WeakMap<ConnectionInfo, LookedUpConnection>();
  readonly #datagram = new Datagram();
  readonly #segment = new TcpSegment();
  readonly #udp = new UdpDatagram();

  /** `isServerPort`: other connections are not looked up. */
  constructor(lookUp: ProcessLookUp, isServerPort: (port: number) => boolean) {
    this.#lookUp = lookUp;
    this.#isServerPort = isServerPort;
  }

  /** Looks at a captured packet: the connection that begins with it, which is being looked up from now on. */
  see(packet: CapturedPacket, answered: () => void): LookedUpConnection | undefined {
    const datagram = this.#datagram;
    if (!dissect(packet, datagram) || datagram.fragmented) return undefined;
    const transport = this.#transportIn(packet);
    if (transport === undefined) return undefined;
    const ports = transport === 'tcp' ? this.#segment : this.#udp;
    const { sourcePort, destinationPort } = ports;
    if (!this.#isServerPort(destinationPort) && !this.#isServerPort(sourcePort)) return undefined;
    // Another transport is another connection between the same ports.
    const hash = this.#map.hash(datagram, ports) ^ (transport === 'udp' ? 1 : 0);
    const { flags, sequence } = this.#segment;
    const isFirst = transport === 'tcp' && (flags & (TcpFlag.syn | TcpFlag.ack)) === TcpFlag.syn;
    const known = this.#map.find(hash, datagram, ports);
    if (known?.transport === transport && !(isFirst && known.sequence !== sequence)) return undefined;
    if (known !== undefined) this.#forget(known);
    const connection = new LookedUpConnection(transport, datagram, ports, isFirst ? sequence : 0, hash);
    this.#remember(connection);
    this.#lookUp.ask({ transport, ends: [connection.client, connection.server] }, (ends) => {
      connection.ends = ends;
      answered();
    });
    return connection;
  }

  /** From now on packets of this connection are told. */
  begin(connection: LookedUpConnection): void {
    this.#byEnds.delete(nameOf(connection));
    this.#byEnds.set(nameOf(connection), connection);
    if (this.#byEnds.size <= mostConnections) return;
    for (const oldest of this.#byEnds.keys()) {
      this.#byEnds.delete(oldest);
      break;
    }
  }

  connectionOpen(connection: ConnectionInfo): void {
    const lookedUp = this.#byEnds.get(nameOf(connection));
    if (lookedUp !== undefined) this.#told.set(connection, lookedUp);
  }

  /** The process at the local end of a connection that was told; undefined where that is not known, or not yet. */
  of(connection: ConnectionInfo): LocalProcess | undefined {
    const onWire = connection.onWire ?? connection;
    return this.#told.get(onWire)?.processOf(onWire.client);
  }

  #transportIn({ bytes }: CapturedPacket): 'tcp' | 'udp' | undefined {
    const { protocol, payloadStart, payloadEnd, payloadLength } = this.#datagram;
    if (protocol === IpProtocol.tcp) {
      const status = decodeTcpSegment(bytes, payloadStart, payloadEnd, payloadLength, this.#segment);
      return status === TcpStatus.ok ? 'tcp' : undefined;
    }
    if (protocol !== IpProtocol.udp) return undefined;
    const status = decodeUdp(bytes, payloadStart, payloadEnd, payloadLength, this.#udp);
    return status === UdpStatus.ok ? 'udp' : undefined;
  }

  #remember(connection: LookedUpConnection): void {
    this.#map.add(connection);
    this.#list.append(connection);
    const { oldest } = this.#list;
    if (this.#list.length > mostConnections && oldest !== undefined) this.#forget(oldest);
  }

  #forget(connection: LookedUpConnection): void {
    this.#map.remove(connection);
    this.#list.remove(connection);
  }
}

/** The same for both directions, and for a connection and what was seen of it before that. */
function nameOf({ transport, client, server }: Pick<ConnectionInfo, 'transport' | 'client' | 'server'>): string {
  return client < server ? `${transport} ${client} ${server}` : `${transport} ${server} ${client}`;
}
