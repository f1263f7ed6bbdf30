import { findNewline, latin1 } from '../../bytes.ts';
import {
  type Arrival,
  type CloseReason,
  type ConnectionInfo,
  firstLineBytes,
  type Session,
  type SessionContext,
} from '../../protocol.ts';
import type { Lender, Standing, UnderWay, WaitingLine } from '../../standing.ts';
import type { Transaction } from '../../transaction.ts';
import { AnswerForm } from '../constants.ts';
import { Pace } from '../pairing/pace.ts';
import { Due } from '../pairing/paired-request.ts';
import { Pairing, type PairingHandler } from '../pairing/pairing.ts';
import { Trial } from '../pairing/trial.ts';
import { type Answer, AnswerShape } from './answer.ts';
import { GoesOn } from './answer-assembly.ts';
import { expectsOnlyLines, namesRequest } from './answer-start.ts';
import { parseCommandLine } from './command-line.ts';
import { isRefusal } from './credentials.ts';
import { DoubtJudge } from './doubt-judge.ts';
import type { DoubtfulBlock } from './doubtful-block.ts';
import { Request } from './request.ts';
import { pastSuspicion, Suspicion } from './suspicion.ts';
import { TextDialect } from './text-dialect.ts';
import { type RequestHandler, TextRequests } from './text-requests.ts';
import { type ResponseHandler, TextResponses } from './text-responses.ts';
import { placeOfLastKey } from './values.ts';

const noArrival: Arrival = { timeUs: 0, packet: 0, acknowledged: -1 };

/** One connection that speaks the text protocol: a parser for each direction, and pairing. */
export class TextConversation
  implements Session, Lender, RequestHandler, ResponseHandler, PairingHandler<Request, Answer>
{
  readonly #connection: ConnectionInfo;
  readonly #context: SessionContext;
  readonly #requests: TextRequests;
  readonly #responses: TextResponses;
  readonly #pace: Pace;
  readonly #dialect = new TextDialect();
  readonly #pairing: Pairing<Request, Answer>;
  /** Requests that are not told before it is proven that they are some; undefined until there is a hole. */
  #trial: Trial<Request> | undefined = undefined;
  #suspicion: Suspicion;
  /** Undefined until some block is in doubt. */
  #judge: DoubtJudge | undefined = undefined;
  /** Which packet is under way; borrowed. */
  #arrival: Arrival = noArrival;

  constructor(connection: ConnectionInfo, context: SessionContext) {
    this.#connection = connection;
    this.#context = context;
    const isMidStream = connection.startedMidStream;
    this.#suspicion = new Suspicion(!isMidStream);
    this.#requests = new TextRequests(this, context, isMidStream);
    this.#responses = new TextResponses(this, context, isMidStream);
    this.#pace = new Pace(connection);
    this.#pairing = new Pairing(this, this.#dialect, context, this.#pace);
    if (isMidStream) {
      this.#beginTrial();
      this.#pairing.beginMidStream();
    }
  }

  data(fromClient: boolean, bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    if (this.#suspicion.isForeign) {
      this.#context.events.passedOver(this.#connection, end - start);
      return;
    }
    this.#arrival = arrival;
    if (this.#responses.isLost) this.#pairing.answersMissing(this.#responses.lostFrom, this.#responses.offset);
    if (fromClient) {
      this.#clientSpeaks(arrival);
      this.#requests.data(bytes, start, end, arrival);
    } else {
      this.#pace.serverSpeaks(arrival);
      if (this.#responses.isLost) this.#tryAnswers(bytes, start, end);
      this.#responses.data(bytes, start, end, arrival);
    }
    this.#pairing.endPacket();
    if (this.#suspicion.isForeign) this.#turnAway(arrival);
    else if (this.#suspicion.isLate) this.#turnAwayLate(arrival);
  }

  gap(fromClient: boolean, length: number, arrival: Arrival): void {
    if (this.#suspicion.isForeign) return;
    // To HTTP memcached says nothing.
    if (this.#suspicion.protocol === 'HTTP' && !fromClient) {
      this.#suspicion.isForeign = true;
      this.#turnAway(arrival);
      return;
    }
    this.#trust();
    this.#suspicion.end();
    this.#arrival = arrival;
    if (fromClient) {
      this.#pace.clientBytesMissing();
      if (!this.#requests.gap(length, arrival)) this.#pairing.requestsMissing(this.#requests.lostFrom);
    } else {
      this.#pace.serverBytesMissing();
      if (!this.#responses.gap(length, arrival)) {
        this.#pairing.answersMissing(this.#responses.lostFrom, this.#responses.offset);
      }
    }
    this.#pairing.endPacket();
  }

  get clientOffset(): number {
    return this.#requests.offset;
  }

  waiting(tell: (request: Transaction) => void): void {
    if (!this.#suspicion.isOpen) this.#pairing.waiting(tell);
  }

  end(reason: CloseReason, arrival: Arrival): void {
    if (this.#suspicion.isForeign) return;
    this.#trust();
    if (this.#requests.doubtful !== undefined) this.#doubtJudge().end();
    if (this.#requests.doubtful !== undefined) this.doubtIsOver(this.#requests.doubtful);
    const ofAnswer = this.#responses.end(arrival);
    if (ofAnswer > 0) this.#pairing.answersUnread(this.#responses.offset);
    this.#pairing.end(reason);
    const ofRequest = this.#requests.end(arrival);
    const { events } = this.#context;
    if (ofRequest > 0) events.unfinished(this.#connection, true, ofRequest);
    if (ofAnswer > 0) events.unfinished(this.#connection, false, ofAnswer);
  }

  get lender(): this {
    return this;
  }

  lend(standing: Standing): boolean {
    if (this.#suspicion.isForeign || this.#suspicion.isLate || this.#suspicion.isOpen) return false;
    if (this.#context.keepValueBytes > 0) return false;
    if (!this.#requests.isPlain || !this.#responses.isPlain || !this.#pairing.isPlain) return false;
    standing.clientOffset = this.#requests.offset;
    standing.serverOffset = this.#responses.offset;
    standing.largestSegment = this.#requests.largestSegment;
    standing.isBinary = false;
    this.#pairing.lend(standing);
    return true;
  }

  takeBack(standing: Standing, { waiting, silent, line, answer }: UnderWay): void {
    this.#requests.goOn(standing.clientOffset, standing.largestSegment);
    // What he understands of answers is no refusal.
    if ((answer?.from ?? standing.serverOffset) > 0) this.#requests.accepted();
    const requests = waiting.map((line) => this.#requestOf(line));
    this.#pairing.takeBack(requests, standing);
    const inBlock = silent ?? waiting.at(-1);
    if (inBlock !== undefined && inBlock.blockRest > 0) {
      const request = silent === undefined ? requests.at(-1) : this.#requestOf(silent);
      if (request !== undefined) this.#requests.goOnInBlock(request, inBlock.blockRest);
    } else if (line !== undefined) this.#requests.goOnInLine(line);
    if (answer === undefined) this.#responses.goOn(standing.serverOffset);
    else this.#responses.goOnIn(answer, standing.serverOffset);
  }

  #requestOf(line: WaitingLine): Request {
    const { keysPerRequest } = this.#context.limits;
    const request =
      line.request instanceof Request
        ? line.request
        : parseCommandLine(line.bytes, line.start, line.end, keysPerRequest);
    request.resume(line);
    request.startsSegment = line.startsSegment;
    return request;
  }

  /** Text is not what is spoken here: tells what was passed over, and no requests. */
  abandon(arrival: Arrival): void {
    this.#requests.abandon(arrival);
    this.#responses.abandon(arrival);
    this.#pairing.abandon();
  }

  commandLine(request: Request): void {
    this.#suspicion.see(request);
    const { isTentative } = this.#requests;
    this.#dialect.see(request);
    this.#pairing.add(request);
    if (isTentative) {
      // Memory may just have run short, and what was read with it been given up.
      if (this.#requests.isTentative) this.#trial?.add(request);
      return;
    }
    if (!this.#suspicion.hold(request)) this.#context.events.commandLine(this.#connection, request);
  }

  request(request: Request): void {
    if (this.#requests.isTentative) {
      if (request.due === Due.never) request.isComplete = true;
      else this.#pairing.complete(request);
      return;
    }
    if (request.valueLength >= 0) this.#context.events.dataBlock(this.#connection, request);
    this.#pairing.complete(request);
  }

  /** From this one on they are requests; of those before it nothing is known. */
  proven(first: Request): void {
    this.#prove(first);
  }

  requestsProven(): void {
    this.#prove(undefined);
  }

  #prove(first: Request | undefined): void {
    const requests = this.#trial?.prove(first) ?? [];
    this.#requests.prove(this.#arrival);
    this.#pairing.endTrial();
    for (const request of requests) {
      this.#context.events.commandLine(this.#connection, request);
      if (!request.isComplete) continue;
      if (request.valueLength >= 0) this.#context.events.dataBlock(this.#connection, request);
      if (request.due === Due.never) this.#pairing.complete(request);
    }
  }

  sectionRefuted(): void {
    const [first] = (this.#trial?.refuteSection() ?? []).filter(({ due }) => due !== Due.never);
    this.#pairing.refuteFrom(first);
  }

  requestsRefuted(): void {
    this.#trial?.refuteAll();
    this.#pairing.refuteAll();
  }

  refuted(): void {
    if (this.#requests.isTentative) this.#requests.refute();
    else this.requestsRefuted();
  }

  doubtIsOver(doubtful: DoubtfulBlock): void {
    const answers = doubtful.takeAnswers();
    if (!doubtful.isBelieved) this.#pairing.requestsMissing(doubtful.request.headEnd);
    for (const answer of answers) this.#pairing.answer(answer);
  }

  readsOnBehindQuit(): void {
    this.#beginTrial();
    this.#pairing.beginTrial();
  }

  transaction(transaction: Transaction): void {
    this.#context.events.transaction(this.#connection, transaction);
  }

  unasked(answer: Answer): void {
    const { line, length, start, startUs, packet } = answer;
    const arrival = { timeUs: startUs, packet, acknowledged: -1 };
    this.#context.events.unasked(
      this.#connection,
      { text: line.slice(0, firstLineBytes), bytes: length, start },
      arrival,
    );
  }

  requestBytesNotUnderstood(length: number, arrival: Arrival): void {
    if (this.#suspicion.isForeign) return;
    if (this.#suspicion.holdBytes(length)) return;
    this.#context.events.notUnderstood(this.#connection, true, length, arrival);
  }

  answer(answer: Answer): void {
    // Nobody is answered who did not ask, unless the server has no room for him.
    if (this.#requests.offset === 0 && answer.shape !== AnswerShape.error) this.#suspicion.confirm();
    if (this.#suspicion.isForeign) return;
    this.#trust();
    if (this.#requests.offset > 0) this.#suspicion = pastSuspicion;
    this.#dialect.seeAnswer(answer);
    if (answer.shape !== AnswerShape.error || !isRefusal(answer.text)) this.#requests.authenticated();
    else this.#withholdCredentials();
    if (answer.shape !== AnswerShape.error) this.#requests.accepted();
    const { doubtful } = this.#requests;
    if (doubtful === undefined || !this.#doubtJudge().holds(answer, doubtful)) this.#pairing.answer(answer);
  }

  isLastValue(answer: Answer): boolean {
    const request = this.#pairing.next;
    if (request === undefined || request.keysLeftOut > 0 || answer.keysLeftOut > 0) return false;
    return this.#pairing.isCertain && placeOfLastKey(request, answer) === request.keys.length - 1;
  }

  likelyKey(place: number): string | undefined {
    return this.#pairing.next?.keys[place];
  }

  goesOn({ shape, text }: Answer): GoesOn {
    const request = this.#pairing.next;
    if (request === undefined || shape !== AnswerShape.word) return GoesOn.no;
    if (request.answerForm === AnswerForm.any) return GoesOn.inLines;
    const isDump = request.command === 'lru_crawler' && /^(?:metadump|mgdump)/.test(request.args ?? '');
    return text === 'OK' && isDump ? GoesOn.inList : GoesOn.no;
  }

  listsCommands(): boolean {
    const request = this.#pairing.next;
    return request?.command === 'lru_crawler' && /^mgdump/.test(request.args ?? '');
  }

  isFollowed(): boolean {
    return this.#pairing.pendingCount > 1;
  }

  firstLineIsForeign(): void {
    this.#suspicion.confirmByLine();
  }

  answerBytesNotUnderstood(length: number, arrival: Arrival): void {
    if (this.#suspicion.isForeign) return;
    this.#pairing.answersUnread(this.#responses.offset);
    this.#context.events.notUnderstood(this.#connection, false, length, arrival);
  }

  /** Whatever it looked like, the value of a store that is answered so was meant as user and password. */
  #withholdCredentials(): void {
    const request = this.#pairing.next;
    if (request === undefined || request.valueLength < 0) return;
    request.value = undefined;
    request.valueTruncated = false;
  }

  /** It is memcached that is spoken here, as far as anybody knows. */
  #trust(): void {
    const suspects = this.#suspicion.dispel();
    if (suspects === undefined) return;
    const { events } = this.#context;
    for (const request of suspects.requests) events.commandLine(this.#connection, request);
    if (suspects.bytes > 0) events.notUnderstood(this.#connection, true, suspects.bytes, this.#arrival);
  }

  /**
   * Something else than memcached is spoken here, as what the server says shows: that is said once, of whom it tells
   * most.
   */
  #turnAway(arrival: Arrival): void {
    this.abandon(arrival);
    const { events } = this.#context;
    const { protocol } = this.#suspicion;
    const byClient = protocol !== undefined;
    const told = byClient ? this.#requests.offset : this.#responses.offset;
    const rest = byClient ? this.#responses.offset : this.#requests.offset;
    events.notUnderstood(this.#connection, byClient, told, arrival, protocol);
    if (rest > 0) events.passedOver(this.#connection, rest);
  }

  /** As `turnAway`, where what came before was told as it came. */
  #turnAwayLate(arrival: Arrival): void {
    this.abandon(arrival);
    this.#suspicion.isForeign = true;
  }

  /** What it tells of the order, and of what is under way, that the client sends something. */
  #clientSpeaks(arrival: Arrival): void {
    const requests = this.#requests;
    const responses = this.#responses;
    const moment = this.#pace.clientSpeaks(arrival, requests.offset, responses.offset);
    const isDone = moment.isQuiet && moment.hasHeard && (this.#pace.seemsToWait || moment.isLong);
    if (isDone && responses.isOpen && (responses.hasNoEnd || this.#pace.hasWaited)) responses.finish();
    if (requests.doubtful !== undefined) this.#doubtJudge().clientSpeaks(moment, isDone);
    const isAdrift = requests.isLost || requests.isTentative || requests.isCautious;
    // An answer without an end of its own is under way: nothing tells whether it has come to it.
    if (moment.isQuiet && responses.isOpen) return;
    if (this.#pairing.clientSends(moment, isAdrift, responses.isLost, requests.isBetweenMessages)) {
      responses.resume();
      if (requests.isLost || requests.isTentative) requests.resume();
    } else if (moment.isQuiet && responses.isLost && requests.isBetweenMessages) responses.resume();
    if (requests.isLost) this.#tryRequests();
  }

  /** Reads on behind a hole, although only what follows can prove that a request starts here. */
  #tryRequests(): void {
    if (!this.#requests.tryAgain()) return;
    this.#beginTrial();
    this.#pairing.requestsFrom(this.#requests.offset);
  }

  #beginTrial(): void {
    this.#trial ??= new Trial(this.#context, () => this.refuted());
    this.#trial.beginSection();
  }

  /** Reads answers again behind a hole where what comes can be no part of a value. */
  #tryAnswers(bytes: Buffer, start: number, end: number): void {
    if (expectsOnlyLines(this.#pairing)) {
      this.#responses.resumeLines();
      this.#pairing.answersFromUnsure();
    } else if (this.#responses.hasPassedSegment) {
      const newlineAt = findNewline(bytes, start, end);
      const line = newlineAt < 0 ? '' : latin1(bytes, start, newlineAt).trimEnd();
      if (namesRequest(this.#pairing, line)) this.#responses.resume();
    }
  }

  #doubtJudge(): DoubtJudge {
    this.#judge ??= new DoubtJudge({
      connection: this.#connection,
      context: this.#context,
      requests: this.#requests,
      pairing: this.#pairing,
      pace: this.#pace,
      dialect: this.#dialect,
    });
    return this.#judge;
  }
}
