import { findNewline, latin1 } from '../bytes.ts';
import type { Arrival, CloseReason, ConnectionInfo, Session, SessionContext } from '../protocol.ts';
import type { Transaction } from '../transaction.ts';
import { type Answer, AnswerShape } from './answer.ts';
import { AnswerForm } from './constants.ts';
import { isRefusal } from './credentials.ts';
import { fits } from './matching.ts';
import { QuietPoint } from './quiet-point.ts';
import type { Request } from './request.ts';
import { TentativeRequests } from './tentative-requests.ts';
import { type RequestHandler, TextRequests } from './text-requests.ts';
import { type AnswerHandler, TextResponses } from './text-responses.ts';
import { type TransactionHandler, Transactions } from './transactions.ts';

/** First lines of clients of other protocols. What the server says to them tells whether it is memcached. */
const foreignLines: readonly (readonly [RegExp, string])[] = [
  [/^[A-Z]+ \S+ HTTP\/\d/, 'HTTP'],
  [/^\*\d+$/, 'Redis'],
  [/^SSH-\d/, 'SSH'],
];

const noArrival: Arrival = { timeUs: 0, packet: 0, acknowledged: -1 };

/** One connection that speaks the text protocol: a parser for each direction, pairing, and certainty after holes. */
export class TextConversation implements Session, RequestHandler, AnswerHandler, TransactionHandler {
  readonly #connection: ConnectionInfo;
  readonly #context: SessionContext;
  readonly #requests: TextRequests;
  readonly #responses: TextResponses;
  readonly #transactions: Transactions;
  readonly #quietPoint: QuietPoint;
  /** Requests that are not told before it is proven that they are some; undefined until there is a hole. */
  #tentative: TentativeRequests | undefined = undefined;
  /** True as long as all bytes of both sides, from the first on, are known. */
  #isUnbroken: boolean;
  #isForeign = false;
  /** What is spoken here instead of memcached, where the client's first line tells. */
  #foreignProtocol: string | undefined = undefined;
  /** Requests that are not told of until the server has said something, since another protocol's client begins so. */
  #suspects: Request[] | undefined = undefined;
  /** Which packet is under way; borrowed. */
  #arrival: Arrival = noArrival;

  constructor(connection: ConnectionInfo, context: SessionContext) {
    this.#connection = connection;
    this.#context = context;
    const isMidStream = connection.startedMidStream;
    this.#isUnbroken = !isMidStream;
    this.#requests = new TextRequests(this, context, isMidStream);
    this.#responses = new TextResponses(this, context, isMidStream);
    this.#transactions = new Transactions(this, context);
    this.#quietPoint = new QuietPoint(isMidStream);
    if (isMidStream) this.#transactions.beginMidStream();
  }

  data(fromClient: boolean, bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    if (this.#isForeign) {
      this.#context.events.passedOver(this.#connection, end - start);
      return;
    }
    this.#arrival = arrival;
    if (fromClient) {
      this.#settleDoubtBySilence(arrival);
      if (this.#responses.isLost) this.#transactions.answersLost(this.#responses.lostFrom);
      this.#quietPoint.clientSpeaks(arrival, this.#requests, this.#responses, this.#transactions);
      if (this.#requests.isLost) this.#tryRequests();
      this.#requests.data(bytes, start, end, arrival);
    } else {
      this.#quietPoint.serverSpoke(arrival);
      if (this.#responses.isLost) {
        this.#transactions.answersLost(this.#responses.lostFrom);
        this.#tryAnswers(bytes, start, end);
      }
      this.#responses.data(bytes, start, end, arrival);
    }
    if (this.#isForeign) this.#turnAway(arrival);
  }

  gap(fromClient: boolean, length: number, arrival: Arrival): void {
    if (this.#isForeign) return;
    // To HTTP memcached says nothing.
    if (this.#foreignProtocol === 'HTTP' && !fromClient) {
      this.#isForeign = true;
      this.#turnAway(arrival);
      return;
    }
    this.#trust();
    this.#isUnbroken = false;
    this.#arrival = arrival;
    if (fromClient) {
      this.#quietPoint.clientBytesMissing();
      if (!this.#requests.gap(length, arrival)) this.#transactions.requestsMissing(this.#requests.lostFrom);
    } else {
      this.#quietPoint.serverBytesMissing();
      if (!this.#responses.gap(length, arrival)) this.#transactions.answersMissing(this.#responses.lostFrom);
    }
  }

  waiting(tell: (request: Transaction) => void): void {
    if (this.#suspects === undefined) this.#transactions.waiting(tell);
  }

  end(reason: CloseReason, arrival: Arrival): void {
    if (this.#isForeign) return;
    this.#trust();
    this.#settleDoubtAtEnd(reason);
    const ofRequest = this.#requests.end(arrival);
    const ofAnswer = this.#responses.end(arrival);
    this.#transactions.end(reason);
    const { events } = this.#context;
    if (ofRequest > 0) events.unfinished(this.#connection, true, ofRequest);
    if (ofAnswer > 0) events.unfinished(this.#connection, false, ofAnswer);
  }

  /** Text is not what is spoken here: tells what was passed over, and no requests. */
  abandon(arrival: Arrival): void {
    this.#requests.abandon(arrival);
    this.#responses.abandon(arrival);
    this.#transactions.abandon();
  }

  commandLine(request: Request): void {
    if (this.#isUnbroken && request.lineEnd === request.requestBytes) this.#suspect(request);
    const { isTentative } = this.#requests;
    this.#transactions.add(request);
    if (isTentative) {
      // Memory may just have run short, and what was read with it been given up.
      if (this.#requests.isTentative) this.#tentative?.add(request);
      return;
    }
    if (this.#suspects === undefined) this.#context.events.commandLine(this.#connection, request);
    else this.#suspects.push(request);
  }

  request(request: Request): void {
    if (this.#requests.isTentative) {
      if (request.answerForm === AnswerForm.none) request.isComplete = true;
      else this.#transactions.complete(request);
      return;
    }
    if (request.valueLength >= 0) this.#context.events.dataBlock(this.#connection, request);
    this.#transactions.complete(request);
  }

  requestsProven(first: Request | undefined = this.#tentative?.firstOfSection): void {
    const requests = this.#tentative?.prove(first) ?? [];
    this.#requests.prove(this.#arrival);
    this.#transactions.proveRequests();
    for (const request of requests) {
      this.#context.events.commandLine(this.#connection, request);
      if (!request.isComplete) continue;
      if (request.valueLength >= 0) this.#context.events.dataBlock(this.#connection, request);
      if (request.answerForm === AnswerForm.none) this.#transactions.complete(request);
    }
  }

  sectionRefuted(): void {
    this.#tentative?.refuteSection();
    this.#transactions.refuteSection();
  }

  requestsRefuted(): void {
    this.#tentative?.refuteAll();
    if (this.#requests.isTentative) this.#requests.refute();
    else this.#transactions.refuteRequests();
  }

  transaction(transaction: Transaction): void {
    this.#context.events.transaction(this.#connection, transaction);
  }

  requestBytesNotUnderstood(length: number, arrival: Arrival): void {
    if (this.#isForeign) return;
    this.#context.events.notUnderstood(this.#connection, true, length, arrival);
  }

  answer(answer: Answer): void {
    // Nobody is answered who did not ask, unless the server has no room for him.
    if (this.#isUnbroken && this.#requests.offset === 0 && answer.shape !== AnswerShape.error) this.#isForeign = true;
    if (this.#isForeign) return;
    this.#trust();
    if (answer.shape !== AnswerShape.error || !isRefusal(answer.text)) this.#requests.authenticated();
    else this.#withholdCredentials();
    this.#settleDoubtByAnswer(answer);
    this.#transactions.answer(answer);
  }

  isLastValue(answer: Answer): boolean {
    return this.#transactions.isLastValue(answer);
  }

  likelyKey(place: number): string | undefined {
    return this.#transactions.next?.keys[place];
  }

  firstLineIsForeign(): void {
    this.#isForeign = this.#isUnbroken;
  }

  answerBytesNotUnderstood(length: number, arrival: Arrival): void {
    if (this.#isForeign) return;
    this.#context.events.notUnderstood(this.#connection, false, length, arrival);
  }

  /** Whatever it looked like, the value of a `set` that is answered so was meant as user and password. */
  #withholdCredentials(): void {
    const request = this.#transactions.next;
    if (request?.command !== 'set') return;
    request.value = undefined;
    request.valueTruncated = false;
  }

  /** The first request of the client's. */
  #suspect(request: Request): void {
    this.#foreignProtocol = foreignLines.find(([form]) => form.test(request.line))?.[1];
    if (this.#foreignProtocol !== undefined) this.#suspects = [];
  }

  /** It is memcached that is spoken here, as far as anybody knows. */
  #trust(): void {
    const suspects = this.#suspects;
    if (suspects === undefined) return;
    this.#suspects = undefined;
    this.#foreignProtocol = undefined;
    for (const request of suspects) this.#context.events.commandLine(this.#connection, request);
  }

  /**
   * Something else than memcached is spoken here, as what the server says shows: that is said once, of whom it tells
   * most.
   */
  #turnAway(arrival: Arrival): void {
    this.abandon(arrival);
    const { events } = this.#context;
    const byClient = this.#foreignProtocol !== undefined;
    const told = byClient ? this.#requests.offset : this.#responses.offset;
    const rest = byClient ? this.#responses.offset : this.#requests.offset;
    events.notUnderstood(this.#connection, byClient, told, arrival, this.#foreignProtocol);
    if (rest > 0) events.passedOver(this.#connection, rest);
  }

  /** Reads on behind a hole, although only what follows can prove that a request starts here. */
  #tryRequests(): void {
    if (this.#transactions.isCertain) this.#transactions.requestsMissing(this.#requests.lostFrom);
    if (!this.#requests.tryAgain()) return;
    this.#tentative ??= new TentativeRequests(this.#context, () => this.requestsRefuted());
    this.#tentative.beginSection();
    this.#transactions.requestsFrom(this.#requests.offset);
  }

  /** Reads answers again behind a hole where what comes can be no part of a value. */
  #tryAnswers(bytes: Buffer, start: number, end: number): void {
    if (this.#transactions.expectsOnlyLines) {
      this.#responses.resumeLines();
      this.#transactions.answersFromUnsure();
    } else if (this.#transactions.pendingCount > 1 && this.#responses.hasPassedSegment) {
      const newlineAt = findNewline(bytes, start, end);
      const line = newlineAt < 0 ? '' : latin1(bytes, start, newlineAt).trimEnd();
      if (this.#transactions.isNamedBy(line)) this.#responses.resume();
    }
  }

  /**
   * A doubtful line that is not refused has a block. One that is has had its answer, and here is another: that of the
   * block's first line, run as a command?
   */
  #settleDoubtByAnswer(answer: Answer): void {
    const { doubtful } = this.#requests;
    if (doubtful === undefined) return;
    const { request } = doubtful;
    if (request.answerUs < 0) {
      if (request !== this.#transactions.next) return;
      // What the server can't store it swallows.
      const isAccepted = answer.shape !== AnswerShape.error || answer.text.startsWith('SERVER_ERROR');
      if (isAccepted || doubtful.isBelieved) this.#requests.settleDoubt(isAccepted);
      return;
    }
    const command = doubtful.firstCommand(this.#context.limits.keysPerRequest);
    const ranBlock = !doubtful.hasMore || (command !== undefined && fits(command, answer));
    this.#requests.settleDoubt(!ranBlock);
  }

  /** A doubtful line has had its answer, the server had the block, and the client goes on: no more answers came. */
  #settleDoubtBySilence(arrival: Arrival): void {
    if (arrival.acknowledged === this.#responses.offset && this.#isDoubtMetWithSilence())
      this.#requests.settleDoubt(true);
  }

  /** As `settleDoubtBySilence`, where both sides have said all that they had to say. */
  #settleDoubtAtEnd(reason: CloseReason): void {
    if (reason === 'fin' && !this.#responses.isLost && this.#isDoubtMetWithSilence()) this.#requests.settleDoubt(true);
  }

  #isDoubtMetWithSilence(): boolean {
    const request = this.#requests.doubtful?.request;
    if (request === undefined || request.answerUs < 0) return false;
    return this.#quietPoint.hasServerReceived(request.lineEnd + request.doubtfulBlock);
  }
}
