import { AnomalyCounters } from '../../../protocols/anomaly.ts';
import { Datagram } from '../../../protocols/datagram.ts';
import { defaultLimits, type Limits } from '../../../protocols/limits.ts';
import type { Arrival, ConnectionInfo, Session } from '../../../protocols/protocol.ts';
import { ConnectionTable, type ConnectionTableOptions } from '../../../protocols/tcp/connection-table.ts';
import { TcpFlag, TcpSegment } from '../../../protocols/tcp/segment.ts';
import { Transaction } from '../../../protocols/transaction.ts';

const flagOf: Record<string, number> = {
  F: TcpFlag.fin,
  S: TcpFlag.syn,
  R: TcpFlag.rst,
  P: TcpFlag.psh,
  '.': TcpFlag.ack,
};

interface Extras {
  /** Bytes of the payload that the snapshot length left. */
  captured?: number;
  clientPort?: number;
  serverPort?: number;
  clientAddress?: number;
}

export interface WireOptions extends Partial<Omit<ConnectionTableOptions, 'limits'>> {
  limits?: Partial<Limits>;
}

/**
 * Sends segments to a connection table and writes down what its sessions are told, one string an event:
 * `1 client "get a" #4 ack 0`, `1 server -12 #5`, `1 end fin #9`.
 */
export class Wire {
  readonly events: string[] = [];
  readonly anomalies = new AnomalyCounters();
  readonly table: ConnectionTable;
  readonly arrival: Arrival = { timeUs: 1_343_114_620_000_000, packet: 0, acknowledged: -1 };
  /** Initial sequence numbers: the first byte of each side has the next one. */
  clientIsn = 1000;
  serverIsn = 5000;
  readonly #datagram = new Datagram();
  readonly #segment = new TcpSegment();

  constructor(options: WireOptions = {}) {
    this.table = new ConnectionTable({
      isServerPort: (port) => port === 11211,
      speakerOf: () => undefined,
      open: (connection) => this.#session(connection),
      ...options,
      anomalies: this.anomalies,
      limits: { ...defaultLimits, ...options.limits },
    });
  }

  /** A segment of the client. `sequence` counts from its ISN, `acknowledgment` from the server's. */
  client(
    flags: string,
    sequence: number,
    acknowledgment: number,
    data: string | Buffer = '',
    extras: Extras = {},
  ): this {
    this.send(true, flags, this.clientIsn + sequence, this.serverIsn + acknowledgment, data, extras);
    return this;
  }

  server(
    flags: string,
    sequence: number,
    acknowledgment: number,
    data: string | Buffer = '',
    extras: Extras = {},
  ): this {
    this.send(false, flags, this.serverIsn + sequence, this.clientIsn + acknowledgment, data, extras);
    return this;
  }

  handshake(): this {
    return this.client('S', 0, -this.serverIsn).server('S.', 0, 1).client('.', 1, 1);
  }

  wait(seconds: number): this {
    this.arrival.timeUs += seconds * 1e6;
    return this;
  }

  end(): this {
    this.arrival.packet++;
    this.table.end(this.arrival);
    return this;
  }

  /** Events since the last call. */
  take(): string[] {
    return this.events.splice(0);
  }

  send(
    fromClient: boolean,
    flags: string,
    sequence: number,
    acknowledgment: number,
    data: string | Buffer,
    extras: Extras,
  ): ConnectionInfo | undefined {
    const { clientPort = 40_000, serverPort = 11_211, clientAddress = 0x0a000001 } = extras;
    const payload = Buffer.from(data);
    const captured = extras.captured ?? payload.length;
    // Bytes around the payload show whether offsets are obeyed.
    const bytes = Buffer.concat([Buffer.from('<head>'), payload.subarray(0, captured), Buffer.from('<tail>')]);
    const datagram = this.#datagram;
    datagram.family = 4;
    datagram.source3 = fromClient ? clientAddress : 0x0a000002;
    datagram.destination3 = fromClient ? 0x0a000002 : clientAddress;
    const segment = this.#segment;
    segment.sourcePort = fromClient ? clientPort : serverPort;
    segment.destinationPort = fromClient ? serverPort : clientPort;
    segment.sequence = sequence >>> 0;
    segment.acknowledgment = acknowledgment >>> 0;
    segment.flags = 0;
    for (const flag of flags) segment.flags |= flagOf[flag] ?? 0;
    segment.payloadStart = 6;
    segment.payloadEnd = 6 + captured;
    segment.payloadLength = payload.length;
    this.arrival.packet++;
    const connection = this.table.segment(datagram, segment, bytes, this.arrival);
    // The buffer is borrowed: what was held must not change with it.
    bytes.fill('!');
    return connection;
  }

  #session(connection: ConnectionInfo): Session {
    const { id } = connection;
    const side = (fromClient: boolean) => (fromClient ? 'client' : 'server');
    return {
      data: (fromClient, bytes, start, end, { packet, acknowledged }) => {
        const text = JSON.stringify(bytes.toString('latin1', start, end));
        this.events.push(`${id} ${side(fromClient)} ${text} #${packet} ack ${acknowledged}`);
      },
      gap: (fromClient, length, { packet }) => {
        this.events.push(`${id} ${side(fromClient)} -${length} #${packet}`);
      },
      waiting: (tell) => tell(new Transaction('text', 'request', `request of ${id}`)),
      end: (reason, { packet }) => {
        this.events.push(`${id} end ${reason} #${packet}`);
      },
    };
  }
}
