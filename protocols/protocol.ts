import type { AnomalyCounters } from './anomaly.ts';
import type { Limits } from './limits.ts';
import type { RecognizedServers } from './recognized-servers.ts';
import type { SessionMemory } from './session-memory.ts';
import type { Lender } from './standing.ts';
import type { SegmentFact } from './tcp/segment-facts.ts';
import type { TcpFacts } from './tcp/tcp-facts.ts';
import type { Transaction } from './transaction.ts';

/**
 * What a transport hands to an application protocol. A protocol implements `Session`, one for each
 * connection, and is told of bytes, of holes, and of the end, in the order of the stream.
 */

/** Which packet brought bytes or proved a hole. One reused object: copy what must outlive the call. */
export interface Arrival {
  /** Packet time in microseconds since 1970-01-01 UTC. */
  timeUs: number;
  /** Position of the packet in the capture, from 1. */
  packet: number;
  /**
   * With `data`: how far the sender of these bytes had received the other direction when it sent them, as a
   * stream offset of that other direction (its ACK); -1 if unknown. Never more than what was delivered or
   * declared missing there. With `gap` and `end`: -1.
   */
  acknowledged: number;
  /** With `gap`: true where this is the packet that had these bytes, but was captured only in part. */
  isCut?: boolean;
}

/** `fin`: both sides closed; `replaced`: a new connection began between the same ports. */
export type CloseReason = 'fin' | 'rst' | 'expired' | 'replaced' | 'end_of_capture';

/** One connection as an application protocol sees it. The calls borrow all they are given. */
export interface Session {
  /** The next bytes of one direction: `bytes[start, end)`, at least one. */
  data(fromClient: boolean, bytes: Buffer, start: number, end: number, arrival: Arrival): void;
  /** The next `length` bytes of one direction were never captured; `arrival` is the packet that proves it. */
  gap(fromClient: boolean, length: number, arrival: Arrival): void;
  /** Tells each request that is due an answer and has none yet, oldest first. They stay the session's. */
  waiting(tell: (request: Transaction) => void): void;
  /** No more bytes in either direction. The last call. */
  end(reason: CloseReason, arrival: Arrival): void;
  /** Who speaks here, where somebody else can stand in for him; undefined or absent where nobody can. */
  readonly lender?: Lender | undefined;
}

/** What one datagram carries, as far as it was captured. One reused object: copy what must outlive the call. */
export interface DatagramPayload {
  /** What was captured is `bytes[start, end)`. */
  bytes: Buffer;
  start: number;
  end: number;
  /** Bytes on the wire; more than were captured where the packet is truncated. */
  length: number;
  /** The number that IP gives it, 0 where none is known; two numbers are two datagrams, whatever they hold. */
  identification: number;
}

/** One flow of datagrams as an application protocol sees it. The calls borrow all they are given. */
export interface DatagramSession {
  datagram(fromClient: boolean, payload: DatagramPayload, arrival: Arrival): void;
  /** A datagram that was passed on before has come once more. */
  doubled(fromClient: boolean, payload: DatagramPayload, arrival: Arrival): void;
  /** As of a `Session`. */
  waiting(tell: (request: Transaction) => void): void;
  /** No more datagrams. The last call. */
  end(reason: CloseReason, arrival: Arrival): void;
}

/** What all flows of one run share. */
export interface DatagramProtocol {
  open(connection: ConnectionInfo, answerComes: AnswerComes): DatagramSession;
}

/**
 * Whether a caller that looks ahead knows of a datagram of the server's, in the same flow and behind the packet at
 * hand, that begins with this 16-bit number. One behind the next request that begins with it does not count; a copy of
 * the request, captured at `requestUs` or with the same `identification` (0: none), is not the next.
 */
export type AnswerComes = (firstWord: number, requestUs: number, identification: number) => boolean;

/** A connection as sessions and sinks see it. */
export interface ConnectionInfo {
  /** Number of the connection in this run, from 1. */
  readonly id: number;
  readonly transport: 'tcp' | 'udp';
  readonly family: 4 | 6;
  readonly clientPort: number;
  readonly serverPort: number;
  /** Opened by a segment without SYN: its first bytes may be the middle of anything. */
  readonly startedMidStream: boolean;
  /** Time of its first packet, µs since 1970. */
  readonly openedUs: number;
  /** `10.8.34.13:46103` or `[::1]:46103`; made when first asked for. */
  readonly client: string;
  /** `10.8.34.27:11211` or `[::1]:11211`; made when first asked for. */
  readonly server: string;
  /** What TCP shows of it until now; undefined over UDP, and where nobody listens to it. It goes on changing. */
  readonly tcp?: TcpFacts | undefined;
  /** The connection itself, where this says numbers in place of its addresses and ports: to tell its packets by. */
  readonly onWire?: ConnectionInfo;
}

/** An answer that no request was due. */
export interface UnaskedAnswer {
  /**
   * Its first line, Latin-1, at most `firstLineBytes` of it, never a value; of a binary one what it answers and its
   * status, in words: `get: Not found`.
   */
  readonly text: string;
  /** On the stream, with all its lines and values. */
  readonly bytes: number;
  /** Offset in the server's stream of its first byte. */
  readonly start: number;
}

/** As much is kept of the first line of an answer that does not fit, or that nobody asked for. */
export const firstLineBytes = 200;

/** What sessions tell the sinks, in the order in which it becomes certain. */
export interface SessionEvents {
  /** A command line is complete; its data block, if it has one, is still to come. */
  commandLine(connection: ConnectionInfo, request: Transaction): void;
  /** The data block of a request is complete. */
  dataBlock(connection: ConnectionInfo, request: Transaction): void;
  /** The answer of a request is complete, or it is certain that none will come. The transaction is the sinks' now. */
  transaction(connection: ConnectionInfo, transaction: Transaction): void;
  /** An answer that no request was due; `arrival` is the packet that brought it. The answer is the sinks' now. */
  unasked(connection: ConnectionInfo, answer: UnaskedAnswer, arrival: Arrival): void;
  /** Bytes that were never captured. */
  gap(connection: ConnectionInfo, fromClient: boolean, length: number, arrival: Arrival): void;
  /**
   * Bytes that were captured and can't be told; `arrival` is the packet that brought them. `protocol`: what the
   * connection speaks instead, where that is known.
   */
  notUnderstood(
    connection: ConnectionInfo,
    fromClient: boolean,
    length: number,
    arrival: Arrival,
    protocol?: string,
  ): void;
  /** Further bytes of a connection of which it was said that it can't be understood. */
  passedOver(connection: ConnectionInfo, length: number): void;
  /** Bytes that begin a request or an answer which had not come to its end when the connection or the capture had. */
  unfinished(connection: ConnectionInfo, fromClient: boolean, length: number): void;
}

/** What is told of connections themselves, TCP's and flows of datagrams, beside what their sessions tell. */
export interface ConnectionEvents {
  /** Before anything else is told of it. */
  connectionOpen(connection: ConnectionInfo, arrival: Arrival): void;
  /** After everything else was told of it. */
  connectionClose(connection: ConnectionInfo, reason: CloseReason, arrival: Arrival): void;
  /** A segment shows something beside its bytes. Where this is not given, nobody looks at segments so. */
  segment?: ((connection: ConnectionInfo, fact: SegmentFact, arrival: Arrival) => void) | undefined;
}

/** What all sessions of a run share. */
export interface SessionContext {
  readonly events: SessionEvents;
  readonly limits: Limits;
  readonly anomalies: AnomalyCounters;
  /** Bounds what they hold together. */
  readonly memory: SessionMemory;
  /** First bytes kept of each value; 0 keeps none. */
  readonly keepValueBytes: number;
  /**
   * Given where connections on any port are looked at: then only those are told that are recognized by their content,
   * and those to the servers that were.
   */
  readonly recognized: RecognizedServers | undefined;
}

/** Who says something. */
export type Speaker = 'client' | 'server';

/** An application protocol: the one thing that a folder like `memcached/` offers to the program. */
export interface Protocol {
  /** The word before its annotations. */
  readonly name: string;
  /** What its port prints as where names are wanted, as in tcpdump's lines. */
  readonly serviceName: string;
  /** The registered port, TCP and UDP. */
  readonly port: number;
  open(connection: ConnectionInfo, context: SessionContext): Session;
  /**
   * Who says `bytes[start, end)`, with which a segment starts; undefined where they don't tell. Asked where a
   * connection between any ports was open before the capture.
   */
  speakerOf(bytes: Buffer, start: number, end: number): Speaker | undefined;
  /** Called once a run, where the protocol is spoken over UDP too. */
  datagrams?(context: SessionContext): DatagramProtocol;
}
