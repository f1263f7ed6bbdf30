import type { Arrival, CloseReason, ConnectionInfo, Session, SessionContext, SessionEvents } from '../../protocol.ts';
import { BinaryRequests, type RequestHandler } from './binary-requests.ts';
import { type Answer, type AnswerHandler, BinaryResponses } from './binary-responses.ts';
import type { MessageStream } from './message-stream.ts';
import type { BinaryRequest } from './request.ts';
import { BinaryTransactions } from './transactions.ts';

/**
 * One connection that speaks the binary protocol: a reader for each direction, and pairing.
 *
 * It also judges where the streams are certain again after a hole. The sign is a *quiet point*: the client, having
 * received all that the server sent, sends something new, and the server had received all that the client sent
 * before when it last spoke. Nothing is under way then, so a request starts here and the server's next byte answers
 * it. Behind a hole a value may hold anything, whole headers too, but it can't look like that: the server says nothing
 * until it has the whole value.
 */
export class BinaryConversation implements Session, RequestHandler, AnswerHandler {
  readonly #connection: ConnectionInfo;
  readonly #events: SessionEvents;
  readonly #requests: MessageStream;
  readonly #responses: MessageStream;
  readonly #transactions: BinaryTransactions;
  /**
   * How far the server had received the client's stream when it last sent something. Infinite where that was
   * never captured: it may have been anything, so the next sign is believed, once.
   */
  #serverReceived: number;

  constructor(connection: ConnectionInfo, context: SessionContext) {
    const { events, limits, anomalies, keepValueBytes } = context;
    const isMidStream = connection.startedMidStream;
    this.#connection = connection;
    this.#events = events;
    this.#requests = new BinaryRequests(this, keepValueBytes, isMidStream).stream;
    this.#responses = new BinaryResponses(this, keepValueBytes, isMidStream).stream;
    this.#transactions = new BinaryTransactions(
      (transaction) => events.transaction(connection, transaction),
      limits,
      anomalies,
    );
    this.#serverReceived = isMidStream ? Number.POSITIVE_INFINITY : -1;
    if (isMidStream) this.#transactions.answersMissing();
  }

  data(fromClient: boolean, bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    if (fromClient) {
      if (!this.#isCertain && this.#isQuiet(arrival)) this.#takeUp();
      this.#requests.data(bytes, start, end, arrival);
    } else {
      if (arrival.acknowledged >= 0) this.#serverReceived = arrival.acknowledged;
      this.#responses.data(bytes, start, end, arrival);
    }
  }

  gap(fromClient: boolean, length: number, arrival: Arrival): void {
    if (fromClient) {
      if (!this.#requests.gap(length, arrival)) this.#transactions.requestsMissing(this.#requests.offset);
    } else {
      this.#serverReceived = Number.POSITIVE_INFINITY;
      if (!this.#responses.gap(length, arrival)) this.#transactions.answersMissing();
    }
  }

  end(reason: CloseReason, arrival: Arrival): void {
    this.#requests.end(arrival);
    this.#responses.end(arrival);
    this.#transactions.end(reason);
  }

  head(request: BinaryRequest): void {
    this.#transactions.add(request);
    if (request.isHeadWhole) this.#events.commandLine(this.#connection, request);
  }

  request(request: BinaryRequest): void {
    if (request.valueLength >= 0 && request.isHeadWhole) this.#events.dataBlock(this.#connection, request);
    this.#transactions.complete(request);
  }

  requestBytesNotUnderstood(length: number, arrival: Arrival): void {
    this.#events.notUnderstood(this.#connection, true, length, arrival);
  }

  answer(answer: Answer): void {
    this.#transactions.answer(answer);
  }

  answerBytesNotUnderstood(length: number, arrival: Arrival): void {
    this.#events.notUnderstood(this.#connection, false, length, arrival);
  }

  get #isCertain(): boolean {
    return this.#transactions.isCertain && !this.#requests.isLost && !this.#responses.isLost;
  }

  #isQuiet(arrival: Arrival): boolean {
    if (arrival.acknowledged !== this.#responses.offset || this.#serverReceived < this.#requests.offset) return false;
    // Of a pipeline, only some of the answers may lie in the hole.
    if (this.#serverReceived === Number.POSITIVE_INFINITY && this.#transactions.awaitsSeveral) return false;
    return this.#requests.isLost || this.#requests.isBetweenMessages;
  }

  #takeUp(): void {
    const wasLost = this.#requests.isLost || this.#requests.isCautious;
    const isGuess = this.#serverReceived === Number.POSITIVE_INFINITY;
    // A pipeline may be under way that only pauses here, in the middle of a value: the first answer that fits is proof.
    this.#transactions.takeUp(!wasLost);
    this.#responses.resume();
    if (this.#requests.isLost) this.#requests.resume();
    if (isGuess) this.#serverReceived = -1;
  }
}
