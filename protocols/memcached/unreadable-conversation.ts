import type { Arrival, ConnectionInfo, Session, SessionContext } from '../protocol.ts';

/** A connection that speaks something else: that is said once, and the rest is only counted. */
export class UnreadableConversation implements Session {
  readonly #connection: ConnectionInfo;
  readonly #context: SessionContext;
  readonly #protocol: string | undefined;
  #isSaid = false;

  /** `protocol`: what it speaks, where that is known. */
  constructor(connection: ConnectionInfo, context: SessionContext, protocol: string | undefined) {
    this.#connection = connection;
    this.#context = context;
    this.#protocol = protocol;
  }

  data(fromClient: boolean, _bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    const { events } = this.#context;
    if (this.#isSaid) events.passedOver(this.#connection, end - start);
    else events.notUnderstood(this.#connection, fromClient, end - start, arrival, this.#protocol);
    this.#isSaid = true;
  }

  gap(): void {}

  waiting(): void {}

  end(): void {}
}
