import type { CloseReason, ConnectionInfo, Speaker } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import type { Columns } from './columns.ts';
import type { ColumnValues } from './columns-table.ts';
import { emptySample, sampleCommand } from './sample.ts';
import { UnderWay } from './under-way.ts';

/** A number for each side; absent where both are 0. */
interface BySide {
  readonly client: number;
  readonly server: number;
}

/** What became of a connection, as it is told at its end. Fields that do not apply are absent. */
export interface Story
  extends Pick<ColumnValues, 'hitRatio' | 'serverUs' | 'waitUs' | 'requestBytes' | 'responseBytes' | 'valueBytes'> {
  readonly transport: ConnectionInfo['transport'];
  /** The protocol of its first command. */
  readonly protocol?: string;
  /** Its first packet was not its beginning. */
  readonly midStream?: true;
  /** From the first to the last packet. */
  readonly seconds: number;
  readonly handshakeUs?: BySide;
  readonly commands: number;
  readonly byCommand: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly thinkUs?: { readonly p50: number; readonly max: number };
  readonly mostUnderWay: number;
  /** Who sent them. */
  readonly retransmissions?: BySide;
  readonly outOfOrder?: BySide;
  readonly zeroWindows?: BySide;
  /** Bytes that were never captured. */
  readonly missing?: BySide;
  readonly pendingAtEnd: number;
  readonly end: CloseReason | 'quit';
  readonly endedBy?: Speaker;
  /** Names of what was found on it, each once. */
  readonly findingNames: readonly string[];
}

const quits: ReadonlySet<string> = new Set(['quit', 'quitq']);

/** Different command words that are counted of a connection: a client may send any. */
const mostCommands = 256;

/** Adds up what is told of one connection. */
export class ConnectionStory {
  readonly #connection: ConnectionInfo;
  /** Time of its first packet, µs since 1970. */
  readonly startUs: number;
  #lastUs: number;
  #protocol: string | undefined;
  #lastCommand = '';
  #pending = 0;
  #missing: { client: number; server: number } = { client: 0, server: 0 };
  #findings: Set<string> | undefined;
  readonly columns: Columns;
  readonly #underWay = new UnderWay();
  readonly #byCommand = new Map<string, number>();
  readonly #byStatus = new Map<string, number>();

  /** `columns`: nobody else adds to them. */
  constructor(connection: ConnectionInfo, startUs: number, columns: Columns) {
    this.#connection = connection;
    this.startUs = startUs;
    this.columns = columns;
    this.#lastUs = startUs;
  }

  find(name: string): void {
    this.#findings ??= new Set();
    this.#findings.add(name);
  }

  /** Commands that were added. */
  get commands(): number {
    return this.columns.count;
  }

  /** A command line has come: the last one decides how the connection ended. */
  see({ command, requestUs, startUs }: Transaction): void {
    this.#lastCommand = command;
    this.#lastUs = Math.max(this.#lastUs, requestUs, startUs);
  }

  /** One that is to be counted. */
  add(transaction: Transaction): void {
    const { command, status } = transaction;
    sampleCommand(transaction, sample);
    this.columns.add(sample);
    this.#protocol ??= transaction.protocol;
    const isKnown = this.#byCommand.has(command) || this.#byCommand.size < mostCommands;
    count(this.#byCommand, isKnown ? command : 'others');
    count(this.#byStatus, status);
  }

  /** Every command, once it is done. */
  finish(transaction: Transaction): void {
    this.#underWay.add(transaction);
    if (transaction.status === 'unanswered') this.#pending++;
    this.#lastUs = Math.max(this.#lastUs, transaction.requestUs, transaction.endUs);
  }

  miss(length: number, fromClient: boolean): void {
    this.#missing[fromClient ? 'client' : 'server'] += length;
  }

  end(reason: CloseReason): Story {
    const { transport, startedMidStream, tcp } = this.#connection;
    const { hitRatio, serverUs, waitUs, requestBytes, responseBytes, valueBytes } = this.columns.values();
    const think = this.#underWay.thinkUs?.percentiles();
    const lastUs = tcp === undefined ? this.#lastUs : Math.max(tcp.lastUs, this.startUs);
    const handshakeUs = startedMidStream ? undefined : tcp?.handshakeUs;
    const closedBy = tcp?.closedBy;
    const isQuit = quits.has(this.#lastCommand);
    const bySide = (name: string, client: number, server: number): object =>
      client + server === 0 ? {} : { [name]: { client, server } };
    const facts = (name: 'retransmissions' | 'outOfOrder' | 'zeroWindows'): object =>
      bySide(name, tcp?.client[name] ?? 0, tcp?.server[name] ?? 0);
    return {
      transport,
      ...(this.#protocol === undefined ? {} : { protocol: this.#protocol }),
      ...(transport === 'tcp' && startedMidStream ? { midStream: true as const } : {}),
      seconds: (lastUs - this.startUs) / 1e6,
      ...(handshakeUs === undefined ? {} : { handshakeUs }),
      commands: this.commands,
      byCommand: Object.fromEntries(this.#byCommand),
      byStatus: Object.fromEntries(this.#byStatus),
      ...(hitRatio === undefined ? {} : { hitRatio }),
      ...(serverUs === undefined ? {} : { serverUs }),
      ...(waitUs === undefined ? {} : { waitUs }),
      requestBytes,
      responseBytes,
      valueBytes,
      ...(think === undefined ? {} : { thinkUs: { p50: think.p50, max: think.max } }),
      mostUnderWay: this.#underWay.most,
      ...facts('retransmissions'),
      ...facts('outOfOrder'),
      ...facts('zeroWindows'),
      ...bySide('missing', this.#missing.client, this.#missing.server),
      pendingAtEnd: this.#pending,
      end: isQuit ? 'quit' : (closedBy?.kind ?? reason),
      ...(isQuit || closedBy === undefined ? {} : { endedBy: closedBy.fromClient ? 'client' : 'server' }),
      findingNames: [...(this.#findings ?? [])],
    };
  }
}

const sample = emptySample();

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
