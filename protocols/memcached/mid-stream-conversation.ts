import type { Arrival, CloseReason, ConnectionInfo, Session, SessionContext } from '../protocol.ts';
import { BinaryConversation } from './binary/binary-conversation.ts';
import { isPlausibleRequest } from './binary/binary-requests.ts';
import { isPlausibleAnswer } from './binary/binary-responses.ts';
import { decodeHeader, Header, headerLength, Magic } from './binary/header.ts';
import { TextConversation } from './text-conversation.ts';

/** Bytes held until it is certain that what looks like binary messages are some. */
const mostHeld = 64 * 1024;

interface Held {
  readonly fromClient: boolean;
  /** Undefined for a gap. */
  readonly bytes: Buffer | undefined;
  readonly length: number;
  readonly arrival: Arrival;
}

/**
 * A connection that was open before the capture began. Its first byte may lie inside a value, and so tells nothing. It is
 * taken for text, unless and until a segment starts with a binary header that is valid as a whole and the next one of the
 * other side does, too: bytes of a value may look like one, but the peer would not answer them so. What came before is
 * said not to be understood.
 */
export class MidStreamConversation implements Session {
  readonly #connection: ConnectionInfo;
  readonly #context: SessionContext;
  #text: TextConversation | undefined = undefined;
  #binary: BinaryConversation | undefined = undefined;
  /** From a segment on that starts like a binary message, until it is known whether it is one. */
  #held: Held[] = [];
  #heldBytes = 0;

  constructor(connection: ConnectionInfo, context: SessionContext) {
    this.#connection = connection;
    this.#context = context;
  }

  data(fromClient: boolean, bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    if (this.#binary !== undefined) this.#binary.data(fromClient, bytes, start, end, arrival);
    else if (this.#held.length === 0 && bytes[start] !== magicOf(fromClient)) {
      this.#asText().data(fromClient, bytes, start, end, arrival);
    } else {
      this.#hold(fromClient, Buffer.from(bytes.subarray(start, end)), end - start, arrival);
      const own = this.#startsMessage(fromClient);
      const peer = this.#startsMessage(!fromClient);
      if (own === true && peer === true) this.#release(this.#asBinary(arrival));
      else if (own === false || peer === false || this.#heldBytes > mostHeld) this.#release(this.#asText());
    }
  }

  gap(fromClient: boolean, length: number, arrival: Arrival): void {
    if (this.#binary !== undefined) this.#binary.gap(fromClient, length, arrival);
    else if (this.#held.length > 0) this.#hold(fromClient, undefined, length, arrival);
    else this.#asText().gap(fromClient, length, arrival);
  }

  end(reason: CloseReason, arrival: Arrival): void {
    // Of a connection of which only one side was captured, nobody else can tell.
    const isOneSided =
      this.#text === undefined && !this.#held.some((held) => held.fromClient !== this.#held[0]?.fromClient);
    if (this.#held.length > 0) this.#release(isOneSided ? this.#asBinary(arrival) : this.#asText());
    (this.#binary ?? this.#text)?.end(reason, arrival);
  }

  /** Whether what is held of one side starts with a header that is valid as a whole; undefined while that is not there. */
  #startsMessage(fromClient: boolean): boolean | undefined {
    let start = noBytes;
    for (const held of this.#held) {
      if (held.fromClient !== fromClient) continue;
      if (held.bytes === undefined && start.length === 0) continue;
      if (held.bytes === undefined || start.length >= headerLength) break;
      start = Buffer.concat([start, held.bytes]);
    }
    if (start.length > 0 && start[0] !== magicOf(fromClient)) return false;
    if (start.length < headerLength) return undefined;
    const header = new Header();
    return decodeHeader(start, 0, header) && (fromClient ? isPlausibleRequest(header) : isPlausibleAnswer(header));
  }

  #hold(fromClient: boolean, bytes: Buffer | undefined, length: number, arrival: Arrival): void {
    this.#held.push({ fromClient, bytes, length, arrival: { ...arrival } });
    this.#heldBytes += bytes?.length ?? 0;
  }

  #release(conversation: Session): void {
    const all = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    for (const { fromClient, bytes, length, arrival } of all) {
      if (bytes === undefined) conversation.gap(fromClient, length, arrival);
      else conversation.data(fromClient, bytes, 0, length, arrival);
    }
  }

  #asText(): TextConversation {
    this.#text ??= new TextConversation(this.#connection, this.#context);
    return this.#text;
  }

  #asBinary(arrival: Arrival): BinaryConversation {
    this.#text?.abandon(arrival);
    this.#text = undefined;
    this.#binary = new BinaryConversation(this.#connection, this.#context);
    return this.#binary;
  }
}

const noBytes = Buffer.alloc(0);

function magicOf(fromClient: boolean): number {
  return fromClient ? Magic.request : Magic.response;
}
