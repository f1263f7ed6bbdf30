import type { Arrival, CloseReason, ConnectionInfo, Session, SessionContext, SessionEvents } from '../protocol.ts';
import { type Answer, AnswerShape } from './answer.ts';
import { isRefusal } from './credentials.ts';
import { QuietPoint } from './quiet-point.ts';
import type { Request } from './request.ts';
import { fits } from './settle.ts';
import { type RequestHandler, TextRequests } from './text-requests.ts';
import { type AnswerHandler, TextResponses } from './text-responses.ts';
import { Transactions } from './transactions.ts';

/** One connection that speaks the text protocol: a parser for each direction, pairing, and certainty after holes. */
export class TextConversation implements Session, RequestHandler, AnswerHandler {
  readonly #connection: ConnectionInfo;
  readonly #events: SessionEvents;
  readonly #requests: TextRequests;
  readonly #responses: TextResponses;
  readonly #transactions: Transactions;
  readonly #quietPoint: QuietPoint;

  constructor(connection: ConnectionInfo, context: SessionContext) {
    const { events } = context;
    this.#connection = connection;
    this.#events = events;
    const isMidStream = connection.startedMidStream;
    this.#requests = new TextRequests(this, context, isMidStream);
    this.#responses = new TextResponses(this, context, isMidStream);
    this.#transactions = new Transactions((transaction) => events.transaction(connection, transaction), context);
    this.#quietPoint = new QuietPoint(this.#requests, this.#responses, this.#transactions, isMidStream);
  }

  data(fromClient: boolean, bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    if (fromClient) {
      this.#settleDoubtBySilence(arrival);
      this.#quietPoint.clientSpeaks(arrival);
      this.#requests.data(bytes, start, end, arrival);
    } else {
      this.#quietPoint.serverSpoke(arrival);
      this.#responses.data(bytes, start, end, arrival);
    }
  }

  gap(fromClient: boolean, length: number, arrival: Arrival): void {
    if (fromClient) {
      if (!this.#requests.gap(length, arrival)) this.#transactions.requestsMissing();
    } else {
      this.#quietPoint.serverBytesMissing();
      if (!this.#responses.gap(length, arrival)) this.#transactions.answersMissing();
    }
  }

  end(reason: CloseReason, arrival: Arrival): void {
    this.#requests.end(arrival);
    this.#responses.end(arrival);
    this.#transactions.end(reason);
  }

  commandLine(request: Request): void {
    this.#transactions.add(request);
    this.#events.commandLine(this.#connection, request);
  }

  request(request: Request): void {
    if (request.valueLength >= 0) this.#events.dataBlock(this.#connection, request);
    this.#transactions.complete(request);
  }

  requestBytesNotUnderstood(length: number, arrival: Arrival): void {
    this.#events.notUnderstood(this.#connection, true, length, arrival);
  }

  answer(answer: Answer): void {
    if (!isRefusal(answer.text)) this.#requests.authenticated();
    this.#settleDoubtByAnswer(answer);
    this.#transactions.answer(answer);
  }

  isLastValue(answer: Answer): boolean {
    return this.#transactions.isLastValue(answer);
  }

  likelyKey(answer: Answer): string | undefined {
    return this.#transactions.next?.keys[answer.keys.length];
  }

  answerBytesNotUnderstood(length: number, arrival: Arrival): void {
    this.#events.notUnderstood(this.#connection, false, length, arrival);
  }

  /**
   * A doubtful line that is not refused has a block. One that is has had its answer, and here is another: that of the
   * block's first line, run as a command?
   */
  #settleDoubtByAnswer(answer: Answer): void {
    const { doubtful } = this.#requests;
    if (doubtful === undefined) return;
    if (doubtful.answerUs < 0) {
      if (doubtful === this.#transactions.next && answer.shape !== AnswerShape.error) this.#requests.settleDoubt(true);
      return;
    }
    const command = this.#requests.doubtfulCommand;
    const ranBlock = !this.#requests.hasMoreThanDoubt || (command !== undefined && fits(command, answer));
    this.#requests.settleDoubt(!ranBlock);
  }

  /** A doubtful line has had its answer, the server had the block, and the client goes on: no more answers came. */
  #settleDoubtBySilence(arrival: Arrival): void {
    const { doubtful } = this.#requests;
    if (doubtful === undefined || doubtful.answerUs < 0 || arrival.acknowledged !== this.#responses.offset) return;
    if (this.#quietPoint.serverReceived >= doubtful.lineEnd + doubtful.doubtfulBlock) this.#requests.settleDoubt(true);
  }
}
