import type { Arrival, CloseReason, ConnectionInfo, Session, SessionContext, SessionEvents } from '../../protocol.ts';
import type { Transaction } from '../../transaction.ts';
import { QuietPoint } from '../quiet-point.ts';
import { BinaryRequests, type RequestHandler } from './binary-requests.ts';
import { type Answer, type AnswerHandler, BinaryResponses } from './binary-responses.ts';
import type { MessageStream } from './message-stream.ts';
import type { BinaryRequest } from './request.ts';
import { BinaryTransactions } from './transactions.ts';

/** One connection that speaks the binary protocol: a parser for each direction, pairing, and certainty after holes. */
export class BinaryConversation implements Session, RequestHandler, AnswerHandler {
  readonly #connection: ConnectionInfo;
  readonly #events: SessionEvents;
  readonly #requests: MessageStream;
  readonly #responses: MessageStream;
  readonly #transactions: BinaryTransactions;
  readonly #quietPoint: QuietPoint;

  constructor(connection: ConnectionInfo, context: SessionContext) {
    const { events } = context;
    const isMidStream = connection.startedMidStream;
    this.#connection = connection;
    this.#events = events;
    this.#requests = new BinaryRequests(this, context, isMidStream).stream;
    this.#responses = new BinaryResponses(this, context, isMidStream).stream;
    this.#transactions = new BinaryTransactions((transaction) => events.transaction(connection, transaction), context);
    this.#quietPoint = new QuietPoint(isMidStream);
    if (isMidStream) this.#transactions.beginMidStream();
  }

  data(fromClient: boolean, bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    if (fromClient) {
      this.#quietPoint.clientSpeaks(arrival, this.#requests, this.#responses, this.#transactions);
      this.#requests.data(bytes, start, end, arrival);
    } else {
      this.#quietPoint.serverSpoke(arrival);
      this.#responses.data(bytes, start, end, arrival);
    }
  }

  gap(fromClient: boolean, length: number, arrival: Arrival): void {
    if (fromClient) {
      this.#quietPoint.clientBytesMissing();
      if (!this.#requests.gap(length, arrival)) this.#transactions.requestsMissing(this.#requests.offset);
    } else {
      this.#quietPoint.serverBytesMissing();
      if (!this.#responses.gap(length, arrival)) this.#transactions.answersMissing();
    }
  }

  waiting(tell: (request: Transaction) => void): void {
    this.#transactions.waiting(tell);
  }

  end(reason: CloseReason, arrival: Arrival): void {
    const ofRequest = this.#requests.end(arrival);
    const ofAnswer = this.#responses.end(arrival) + this.#transactions.end(reason);
    if (ofRequest > 0) this.#events.unfinished(this.#connection, true, ofRequest);
    if (ofAnswer > 0) this.#events.unfinished(this.#connection, false, ofAnswer);
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
}
