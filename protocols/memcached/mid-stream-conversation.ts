import type { Arrival, CloseReason, ConnectionInfo, Session, SessionContext } from '../protocol.ts';
import { Unfinished } from '../session-memory.ts';
import type { Lender } from '../standing.ts';
import type { Transaction } from '../transaction.ts';
import { BinaryConversation } from './binary/binary-conversation.ts';
import { isPlausibleRequest } from './binary/binary-requests.ts';
import { isPlausibleAnswer } from './binary/binary-responses.ts';
import { decodeHeader, Header, headerLength, Magic } from './binary/header.ts';
import { TextConversation } from './text/text-conversation.ts';

/** What a held piece costs beside its bytes. */
const pieceOverhead = 256;

interface Held {
  readonly fromClient: boolean;
  /** Undefined for a gap. */
  readonly bytes: Buffer | undefined;
  readonly length: number;
  readonly arrival: Arrival;
}

/** Length of a part of a stream, and how many bytes of it were captured. */
interface Lost {
  readonly length: number;
  readonly captured: number;
}

/** What came from a segment on that starts like a binary message, until it is known whether it is one. */
class Doubt {
  readonly held: Held[] = [];
  heldBytes = 0;
  readonly unfinished: Unfinished;

  constructor(giveUp: () => void) {
    this.unfinished = new Unfinished(giveUp);
  }
}

/**
 * A connection that was open before the capture began, or whose first bytes were lost. Its first byte may lie inside a value, and so tells nothing. It
 * is taken for text, unless and until a segment starts with a binary header that is valid as a whole and the next one
 * of the other side does, too: bytes of a value may look like one, but the peer would not answer them so. What came
 * before is said not to be understood.
 */
export class MidStreamConversation implements Session {
  readonly #connection: ConnectionInfo;
  readonly #context: SessionContext;
  #text: TextConversation | undefined = undefined;
  #binary: BinaryConversation | undefined = undefined;
  #doubt: Doubt | undefined = undefined;
  /** What of the client and of the server was held until memory was short, and is not told yet. */
  #lost: readonly [Lost, Lost] | undefined = undefined;

  /** Bytes of each side that were read as text, holes included. */
  #clientBytes = 0;
  #serverBytes = 0;
  /** True where bytes of the client's are missing right behind these. */
  #isBehindHole = false;

  constructor(connection: ConnectionInfo, context: SessionContext) {
    this.#connection = connection;
    this.#context = context;
  }

  data(fromClient: boolean, bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    if (this.#lost !== undefined) this.#tellLost(this.#lost, arrival);
    if (this.#binary !== undefined) this.#binary.data(fromClient, bytes, start, end, arrival);
    else if (this.#doubt === undefined && bytes[start] !== magicOf(fromClient)) {
      this.#textData(fromClient, bytes, start, end, arrival);
    } else {
      // Memory of its own: a slice of a pooled buffer would keep the whole pool alive.
      const copy = Buffer.allocUnsafeSlow(end - start);
      bytes.copy(copy, 0, start, end);
      const doubt = this.#hold(fromClient, copy, end - start, arrival);
      const own = startsMessage(doubt.held, fromClient);
      const peer = startsMessage(doubt.held, !fromClient);
      if (own === true && peer === true) this.#releaseBinary(arrival);
      else if (own === false || peer === false) this.#releaseText();
      else this.#keepLimit(doubt);
    }
  }

  gap(fromClient: boolean, length: number, arrival: Arrival): void {
    if (this.#lost !== undefined) this.#tellLost(this.#lost, arrival);
    if (this.#binary !== undefined) this.#binary.gap(fromClient, length, arrival);
    else if (this.#doubt !== undefined) this.#keepLimit(this.#hold(fromClient, undefined, length, arrival));
    else this.#textGap(fromClient, length, arrival);
  }

  waiting(tell: (request: Transaction) => void): void {
    (this.#binary ?? this.#text)?.waiting(tell);
  }

  get lender(): Lender | undefined {
    return this.#doubt === undefined && this.#lost === undefined ? (this.#binary ?? this.#text)?.lender : undefined;
  }

  end(reason: CloseReason, arrival: Arrival): void {
    if (this.#lost !== undefined) this.#tellLost(this.#lost, arrival);
    if (this.#doubt !== undefined) {
      const [first, ...others] = this.#doubt.held;
      // Of a connection of which only one side was captured, nobody else can tell.
      const isOneSided = this.#text === undefined && others.every((held) => held.fromClient === first?.fromClient);
      if (isOneSided) this.#releaseBinary(arrival);
      else this.#releaseText();
    }
    (this.#binary ?? this.#text)?.end(reason, arrival);
  }

  #hold(fromClient: boolean, bytes: Buffer | undefined, length: number, arrival: Arrival): Doubt {
    this.#doubt ??= new Doubt(() => this.#giveUp());
    this.#doubt.held.push({ fromClient, bytes, length, arrival: { ...arrival } });
    this.#doubt.heldBytes += pieceOverhead + (bytes?.length ?? 0);
    return this.#doubt;
  }

  #keepLimit({ heldBytes, unfinished }: Doubt): void {
    const { limits, memory, anomalies } = this.#context;
    if (heldBytes > limits.recognitionBytes) {
      anomalies.count('recognitionLimit');
      this.#releaseText();
    } else memory.holdUnfinished(unfinished, heldBytes - unfinished.heldBytes);
  }

  /** Memory is short, perhaps on behalf of another connection: what is lost here is told with the next packet. */
  #giveUp(): void {
    const all = this.#takeHeld();
    this.#lost = [sumOf(all, true), sumOf(all, false)];
  }

  #tellLost([ofClient, ofServer]: readonly [Lost, Lost], arrival: Arrival): void {
    this.#lost = undefined;
    if (ofClient.length > 0) this.#tellLostOf(true, ofClient, arrival);
    if (ofServer.length > 0) this.#tellLostOf(false, ofServer, arrival);
  }

  #tellLostOf(fromClient: boolean, { length, captured }: Lost, arrival: Arrival): void {
    if (captured > 0) this.#context.events.notUnderstood(this.#connection, fromClient, captured, arrival);
    this.#textGap(fromClient, length, arrival);
  }

  #takeHeld(): readonly Held[] {
    const doubt = this.#doubt;
    if (doubt === undefined) return [];
    this.#doubt = undefined;
    this.#context.memory.releaseUnfinished(doubt.unfinished);
    return doubt.held;
  }

  #releaseText(): void {
    for (const { fromClient, bytes, length, arrival } of this.#takeHeld()) {
      if (bytes === undefined) this.#textGap(fromClient, length, arrival);
      else this.#textData(fromClient, bytes, 0, length, arrival);
    }
  }

  #releaseBinary(arrivalNow: Arrival): void {
    const binary = this.#asBinary(arrivalNow);
    for (const { fromClient, bytes, length, arrival } of this.#takeHeld()) {
      if (bytes === undefined) binary.gap(fromClient, length, arrival);
      else binary.data(fromClient, bytes, 0, length, arrival);
    }
  }

  #textData(fromClient: boolean, bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    if (fromClient) this.#isBehindHole = false;
    this.#count(fromClient, end - start);
    this.#asText().data(fromClient, bytes, start, end, arrival);
  }

  #textGap(fromClient: boolean, length: number, arrival: Arrival): void {
    if (fromClient) this.#isBehindHole = true;
    this.#count(fromClient, length);
    this.#asText().gap(fromClient, length, arrival);
  }

  #count(fromClient: boolean, length: number): void {
    if (fromClient) this.#clientBytes += length;
    else this.#serverBytes += length;
  }

  #asText(): TextConversation {
    this.#text ??= new TextConversation(this.#connection, this.#context);
    return this.#text;
  }

  #asBinary(arrival: Arrival): BinaryConversation {
    this.#text?.abandon(arrival);
    this.#text = undefined;
    const binary = new BinaryConversation(this.#connection, this.#context);
    this.#binary = binary;
    const isFromStart = !this.#connection.startedMidStream;
    // Right behind a hole a value may go on.
    this.#startBehind(binary, true, this.#clientBytes, isFromStart || this.#isBehindHole, arrival);
    this.#startBehind(binary, false, this.#serverBytes, isFromStart, arrival);
    return binary;
  }

  #startBehind(
    binary: BinaryConversation,
    fromClient: boolean,
    length: number,
    isHole: boolean,
    arrival: Arrival,
  ): void {
    if (length > 0 && isHole) binary.gap(fromClient, length, arrival);
    else binary.startBehind(fromClient, length);
  }
}

const noBytes = Buffer.alloc(0);

/**
 * Whether what is held of one side starts with a header that is valid as a whole; undefined while that is not there.
 */
function startsMessage(all: readonly Held[], fromClient: boolean): boolean | undefined {
  let start = noBytes;
  for (const held of all) {
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

function magicOf(fromClient: boolean): number {
  return fromClient ? Magic.request : Magic.response;
}

function sumOf(held: readonly Held[], fromClient: boolean): Lost {
  const own = held.filter((piece) => piece.fromClient === fromClient);
  const captured = own.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
  return { length: own.reduce((sum, { length }) => sum + length, 0), captured };
}
