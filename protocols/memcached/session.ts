import type { Arrival, CloseReason, ConnectionInfo, Session, SessionContext } from '../protocol.ts';
import { TextConversation } from './text-conversation.ts';

/** One memcached connection. The dialect is settled by the first byte, as the server does it. */
export class MemcachedSession implements Session {
  readonly #connection: ConnectionInfo;
  readonly #context: SessionContext;
  #conversation: Session | undefined = undefined;

  constructor(connection: ConnectionInfo, context: SessionContext) {
    this.#connection = connection;
    this.#context = context;
  }

  data(fromClient: boolean, bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    this.#conversation ??= new TextConversation(this.#connection, this.#context);
    this.#conversation.data(fromClient, bytes, start, end, arrival);
  }

  gap(fromClient: boolean, length: number, arrival: Arrival): void {
    this.#conversation ??= new TextConversation(this.#connection, this.#context);
    this.#conversation.gap(fromClient, length, arrival);
  }

  end(reason: CloseReason, arrival: Arrival): void {
    this.#conversation?.end(reason, arrival);
  }
}
