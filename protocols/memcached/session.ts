import type { Arrival, CloseReason, ConnectionInfo, Session, SessionContext } from '../protocol.ts';
import type { Lender, Standing, UnderWay } from '../standing.ts';
import type { Transaction } from '../transaction.ts';
import { BinaryConversation } from './binary/binary-conversation.ts';
import { MidStreamConversation } from './mid-stream-conversation.ts';
import { TextConversation } from './text/text-conversation.ts';
import { UnreadableConversation } from './unreadable-conversation.ts';

const requestMagic = 0x80;
const responseMagic = 0x81;

/** Content types of a TLS record, and its major version. Source: RFC 8446 §5.1. */
const tlsTypes: ReadonlySet<number> = new Set([0x14, 0x15, 0x16, 0x17]);
const tlsVersion = 3;

/**
 * One memcached connection. As in the server, the first byte settles the dialect: binary, or text with classic and meta
 * commands mixed. What can be neither is said once and passed over.
 */
export class MemcachedSession implements Session, Lender {
  readonly #connection: ConnectionInfo;
  readonly #context: SessionContext;
  #conversation: Session | undefined = undefined;
  /** Bytes missing before the first that tells the dialect. */
  #missingFromClient = 0;
  #missingFromServer = 0;

  constructor(connection: ConnectionInfo, context: SessionContext) {
    this.#connection = connection;
    this.#context = context;
  }

  data(fromClient: boolean, bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    this.#conversation ??= this.#begin(bytes, start, end, arrival);
    this.#conversation.data(fromClient, bytes, start, end, arrival);
  }

  gap(fromClient: boolean, length: number, arrival: Arrival): void {
    this.#context.events.gap(this.#connection, fromClient, length, arrival);
    if (this.#conversation !== undefined) this.#conversation.gap(fromClient, length, arrival);
    else if (fromClient) this.#missingFromClient += length;
    else this.#missingFromServer += length;
  }

  waiting(tell: (request: Transaction) => void): void {
    this.#conversation?.waiting(tell);
  }

  get lender(): Lender | undefined {
    return this.#conversation === undefined ? this : this.#conversation.lender;
  }

  /** Nothing was said yet. Who follows a connection from then on knows that. */
  lend(): boolean {
    return false;
  }

  /** Of a connection that somebody else has followed from its beginning: what he understood was text. */
  takeBack(standing: Standing, underWay: UnderWay): void {
    if (standing.clientOffset === 0 && standing.serverOffset === 0) return;
    const conversation = new TextConversation(this.#connection, this.#context);
    conversation.takeBack(standing, underWay);
    this.#conversation = conversation;
  }

  end(reason: CloseReason, arrival: Arrival): void {
    this.#conversation?.end(reason, arrival);
  }

  #begin(bytes: Buffer, start: number, end: number, arrival: Arrival): Session {
    const conversation = this.#choose(bytes[start] as number, start + 1 < end ? bytes[start + 1] : undefined);
    if (this.#missingFromClient > 0) conversation.gap(true, this.#missingFromClient, arrival);
    if (this.#missingFromServer > 0) conversation.gap(false, this.#missingFromServer, arrival);
    return conversation;
  }

  #choose(first: number, second: number | undefined): Session {
    const isTls = tlsTypes.has(first) && (second === undefined || second === tlsVersion);
    // The first byte of a stream tells, but not one behind a hole.
    const isBinary = first === requestMagic || first === responseMagic;
    const isBehindHole = !isBinary && this.#missingFromClient + this.#missingFromServer > 0;
    if ((this.#connection.startedMidStream || isBehindHole) && !isTls)
      return new MidStreamConversation(this.#connection, this.#context);
    if (isBinary) {
      return new BinaryConversation(this.#connection, this.#context);
    }
    if (startsAsText(first)) return new TextConversation(this.#connection, this.#context);
    return new UnreadableConversation(this.#connection, this.#context, isTls ? 'TLS' : undefined);
  }
}

/** Text starts with a printable character; a blank line or a stray NUL of telnet's is answered with ERROR. */
function startsAsText(first: number): boolean {
  return (first >= 0x20 && first < 0x7f) || first === 0x0d || first === 0x0a || first === 0;
}
