import type { Arrival, SessionContext } from '../../protocol.ts';
import type { WaitingLine } from '../../standing.ts';
import { type Header, Magic, maxBodyLength } from './header.ts';
import type { Message } from './message.ts';
import { type MessageReader, MessageStream } from './message-stream.ts';
import { CommandKind, isServed, isWellFormed, opcodeOf } from './opcodes.ts';
import { type BinaryRequest, readRequest } from './request.ts';

/** What the client's direction tells, in stream order. */
export interface RequestHandler {
  /** Header, extras and key are there; a value may follow. */
  head(request: BinaryRequest): void;
  /** The request is complete, with its value if it has one. */
  request(request: BinaryRequest): void;
  /** What was read on trial are no requests. */
  requestsRefuted(): void;
  /** The client goes on behind `quit`: what comes is read on trial. */
  readsOnBehindQuit(): void;
  /** So many bytes of the client's were no request that can be told. */
  requestBytesNotUnderstood(length: number, arrival: Arrival): void;
}

/** Whether a request that every server accepts may start with this header. */
export function isPlausibleRequest(header: Header): boolean {
  const opcode = opcodeOf(header.opcode);
  return header.dataType === 0 && isServed(opcode) && isWellFormed(opcode, header);
}

/** The client's direction: requests, consumed as the server consumes them. */
export class BinaryRequests implements MessageReader {
  readonly stream: MessageStream;
  readonly #handler: RequestHandler;
  readonly #keepValueBytes: number;
  /** The request under way. */
  #request: BinaryRequest | undefined = undefined;

  constructor(handler: RequestHandler, context: SessionContext, isMidStream: boolean) {
    this.stream = new MessageStream(this, Magic.request, context.memory, isMidStream);
    this.#handler = handler;
    this.#keepValueBytes = context.keepValueBytes;
  }

  /** Somebody else has read up to this offset; the value of this request, which waits as `line`, is under way there. */
  goOnIn(request: BinaryRequest, line: WaitingLine, offset: number): void {
    const { bytes, start, requestStart, startUs: timeUs, linePacket: packet, acknowledged } = line;
    this.stream.goOnIn(bytes, start, requestStart, offset, { timeUs, packet, acknowledged });
    this.#request = request;
  }

  isPlausible(header: Header): boolean {
    return isPlausibleRequest(header);
  }

  /** A value of negative length is refused as too large, and what follows is read as the next request (1.6.18). */
  takesNoneOfBody(header: Header): boolean {
    const opcode = opcodeOf(header.opcode);
    return opcode.kind === CommandKind.storage && isWellFormed(opcode, header);
  }

  head(message: Message, bytes: Buffer, at: number, arrival: Arrival): void {
    const opcode = opcodeOf(message.header.opcode);
    if (opcode.value === 'ignored' || message.header.bodyLength > maxBodyLength) message.valueLength = 0;
    const request = readRequest(message, bytes, at);
    request.linePacket = arrival.packet;
    if (request.valueLength >= 0 && this.#keepValueBytes > 0) message.wanted = this.#keepValueBytes;
    this.#request = request;
    this.#handler.head(request);
  }

  complete(message: Message, arrival: Arrival): void {
    const request = this.#request as BinaryRequest;
    this.#request = undefined;
    request.requestUs = arrival.timeUs;
    request.endIsMissing = message.endIsMissing;
    request.packet = arrival.packet;
    if (request.valueLength >= 0 && this.#keepValueBytes > 0) {
      request.value = message.value;
      request.valueTruncated = message.value.length < request.valueLength;
    }
    if (request.opcode.kind === CommandKind.quit && !request.refused) this.stream.close();
    this.#handler.request(request);
  }

  readsOn(): void {
    this.#handler.readsOnBehindQuit();
  }

  refuted(): void {
    this.#handler.requestsRefuted();
  }

  notUnderstood(length: number, arrival: Arrival): void {
    this.#handler.requestBytesNotUnderstood(length, arrival);
  }
}
