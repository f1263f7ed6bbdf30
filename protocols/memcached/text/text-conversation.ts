import { findNewline, latin1 } from '../../bytes.ts';
import {
  type Arrival,
  type CloseReason,
  type ConnectionInfo,
  firstLineBytes,
  type Session,
  type SessionContext,
} from '../../protocol.ts';
import type { Transaction } from '../../transaction.ts';
import { AnswerForm } from '../constants.ts';
import { Cost } from '../pairing/cost.ts';
import { type Moment, Pace } from '../pairing/pace.ts';
import { Due } from '../pairing/paired-request.ts';
import { Pairing, type PairingHandler } from '../pairing/pairing.ts';
import { Trial } from '../pairing/trial.ts';
import { habitsOf } from '../server-habits.ts';
import { type Answer, AnswerShape } from './answer.ts';
import { isRefusal } from './credentials.ts';
import { type DoubtfulBlock, isAcceptance } from './doubtful-block.ts';
import type { Request } from './request.ts';
import { TextDialect } from './text-dialect.ts';
import { type RequestHandler, TextRequests } from './text-requests.ts';
import { type AnswerHandler, TextResponses } from './text-responses.ts';
import { placeOfLastKey } from './values.ts';

/** First lines of clients of other protocols. What the server says to them tells whether it is memcached. */
const foreignLines: readonly (readonly [RegExp, string])[] = [
  [/^[A-Z]+ \S+ HTTP\/\d/, 'HTTP'],
  [/^\*\d+$/, 'Redis'],
  [/^SSH-\d/, 'SSH'],
];

const noArrival: Arrival = { timeUs: 0, packet: 0, acknowledged: -1 };

/** One connection that speaks the text protocol: a parser for each direction, and pairing. */
export class TextConversation implements Session, RequestHandler, AnswerHandler, PairingHandler<Request, Answer> {
  readonly #connection: ConnectionInfo;
  readonly #context: SessionContext;
  readonly #requests: TextRequests;
  readonly #responses: TextResponses;
  readonly #pace: Pace;
  readonly #dialect = new TextDialect();
  readonly #pairing: Pairing<Request, Answer>;
  /** Requests that are not told before it is proven that they are some; undefined until there is a hole. */
  #trial: Trial<Request> | undefined = undefined;
  /** True as long as all bytes of both sides, from the first on, are known. */
  #isUnbroken: boolean;
  #isForeign = false;
  /** What is spoken here instead of memcached, where the client's first line tells. */
  #foreignProtocol: string | undefined = undefined;
  /** Requests that are not told of until the server has said something, since another protocol's client begins so. */
  #suspects: Request[] | undefined = undefined;
  /** Bytes of the client's meanwhile that were no request. */
  #suspectBytes = 0;
  /** Which packet is under way; borrowed. */
  #arrival: Arrival = noArrival;

  constructor(connection: ConnectionInfo, context: SessionContext) {
    this.#connection = connection;
    this.#context = context;
    const isMidStream = connection.startedMidStream;
    this.#isUnbroken = !isMidStream;
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
    if (this.#isForeign) {
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
      this.#pace.clientBytesMissing();
      if (!this.#requests.gap(length, arrival)) this.#pairing.requestsMissing(this.#requests.lostFrom);
    } else {
      this.#pace.serverBytesMissing();
      if (!this.#responses.gap(length, arrival)) {
        this.#pairing.answersMissing(this.#responses.lostFrom, this.#responses.offset);
      }
    }
  }

  get clientOffset(): number {
    return this.#requests.offset;
  }

  waiting(tell: (request: Transaction) => void): void {
    if (this.#suspects === undefined) this.#pairing.waiting(tell);
  }

  end(reason: CloseReason, arrival: Arrival): void {
    if (this.#isForeign) return;
    this.#trust();
    this.#judgeDoubt(!this.#responses.isLost);
    const ofAnswer = this.#responses.end(arrival);
    if (ofAnswer > 0) this.#pairing.answersUnread(this.#responses.offset);
    this.#pairing.end(reason);
    const ofRequest = this.#requests.end(arrival);
    const { events } = this.#context;
    if (ofRequest > 0) events.unfinished(this.#connection, true, ofRequest);
    if (ofAnswer > 0) events.unfinished(this.#connection, false, ofAnswer);
  }

  /** Offsets in the streams of the client's and the server's next byte. */
  get offsets(): readonly [number, number] {
    return [this.#requests.offset, this.#responses.offset];
  }

  /** Text is not what is spoken here: tells what was passed over, and no requests. */
  abandon(arrival: Arrival): void {
    this.#requests.abandon(arrival);
    this.#responses.abandon(arrival);
    this.#pairing.abandon();
  }

  commandLine(request: Request): void {
    if (this.#isUnbroken && request.headEnd === request.requestBytes) this.#suspect(request);
    const { isTentative } = this.#requests;
    this.#dialect.see(request);
    this.#pairing.add(request);
    if (isTentative) {
      // Memory may just have run short, and what was read with it been given up.
      if (this.#requests.isTentative) this.#trial?.add(request);
      return;
    }
    if (this.#suspects === undefined) this.#context.events.commandLine(this.#connection, request);
    else this.#suspects.push(request);
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
    if (this.#isForeign) return;
    if (this.#suspects === undefined) this.#context.events.notUnderstood(this.#connection, true, length, arrival);
    else this.#suspectBytes += length;
  }

  answer(answer: Answer): void {
    // Nobody is answered who did not ask, unless the server has no room for him.
    if (this.#isUnbroken && this.#requests.offset === 0 && answer.shape !== AnswerShape.error) this.#isForeign = true;
    if (this.#isForeign) return;
    this.#trust();
    if (answer.shape !== AnswerShape.error || !isRefusal(answer.text)) this.#requests.authenticated();
    else this.#withholdCredentials();
    if (answer.shape !== AnswerShape.error) this.#requests.accepted();
    this.#takeAnswer(answer);
  }

  #takeAnswer(answer: Answer): void {
    if (!this.#isInDoubt(answer)) this.#pairing.answer(answer);
  }

  isLastValue(answer: Answer): boolean {
    const request = this.#pairing.next;
    if (request === undefined || request.keysLeftOut > 0 || answer.keysLeftOut > 0) return false;
    return this.#pairing.isCertain && placeOfLastKey(request, answer) === request.keys.length - 1;
  }

  likelyKey(place: number): string | undefined {
    return this.#pairing.next?.keys[place];
  }

  mayGoOn({ shape, text }: Answer): boolean {
    const request = this.#pairing.next;
    if (request === undefined || shape !== AnswerShape.word) return false;
    if (request.answerForm === AnswerForm.any) return true;
    return text === 'OK' && request.command === 'lru_crawler' && /^(?:metadump|mgdump)/.test(request.args ?? '');
  }

  listsCommands(): boolean {
    const request = this.#pairing.next;
    return request?.command === 'lru_crawler' && /^mgdump/.test(request.args ?? '');
  }

  isFollowed(): boolean {
    return this.#pairing.pendingCount > 1;
  }

  firstLineIsForeign(): void {
    this.#isForeign = this.#isUnbroken;
  }

  answerBytesNotUnderstood(length: number, arrival: Arrival): void {
    if (this.#isForeign) return;
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
    if (this.#suspectBytes === 0) return;
    this.#context.events.notUnderstood(this.#connection, true, this.#suspectBytes, this.#arrival);
    this.#suspectBytes = 0;
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

  /** What it tells of the order, and of what is under way, that the client sends something. */
  #clientSpeaks(arrival: Arrival): void {
    const requests = this.#requests;
    const responses = this.#responses;
    const moment = this.#pace.clientSpeaks(arrival, requests.offset, responses.offset);
    const isDone = moment.isQuiet && moment.hasHeard && (this.#pace.seemsToWait || moment.isLong);
    if (isDone && responses.isOpen && (responses.hasNoEnd || this.#pace.hasWaited)) responses.finish();
    if (requests.doubtful !== undefined) this.#sendsOnInDoubt(requests.doubtful, moment, isDone);
    const isAdrift = requests.isLost || requests.isTentative || requests.isCautious;
    // An answer without an end of its own is under way: nothing tells whether it has come to it.
    if (moment.isQuiet && responses.isOpen) return;
    if (this.#pairing.clientSends(moment, isAdrift, responses.isLost, requests.isBetweenMessages)) {
      responses.resume();
      if (requests.isLost || requests.isTentative) requests.resume();
    } else if (moment.isQuiet && responses.isLost && requests.isBetweenMessages) responses.resume();
    if (requests.isLost) this.#tryRequests();
  }

  /** The client sends on behind a block of which it is not known yet whether the server swallows it. */
  #sendsOnInDoubt(doubtful: DoubtfulBlock, moment: Moment, isDone: boolean): void {
    if (moment.hasHeard && moment.hasHeardAll && !doubtful.isWhole) doubtful.isPaused = true;
    const isUnderWay = this.#pairing.isUnderWay && doubtful.answers.length === 0;
    if (moment.hasHeard && isUnderWay) this.#pace.sentOn();
    if (moment.isQuiet) this.#judgeDoubt(isDone && (moment.isLong || !isUnderWay));
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
    if (this.#expectsOnlyLines()) {
      this.#responses.resumeLines();
      this.#pairing.answersFromUnsure();
    } else if (this.#responses.hasPassedSegment) {
      const newlineAt = findNewline(bytes, start, end);
      const line = newlineAt < 0 ? '' : latin1(bytes, start, newlineAt).trimEnd();
      if (this.#isNamed(line)) this.#responses.resume();
    }
  }

  /** True where every answer that can come now is a line, and no value whose bytes could look like one. */
  #expectsOnlyLines(): boolean {
    if (!this.#pairing.knowsAllRequests) return false;
    let areLines = true;
    this.#pairing.visit(({ answerForm }) => {
      areLines = answerForm === AnswerForm.word || answerForm === AnswerForm.number;
      return areLines;
    });
    return areLines;
  }

  /** Whether the first line of an answer names, by key or opaque, a request that awaits it. */
  #isNamed(line: string): boolean {
    const isValue = line.startsWith('VALUE ');
    if (!isValue && !/^(?:VA \d+|HD|EN|NF|NS|EX) /.test(line)) return false;
    const words = line.split(' ');
    let isFound = false;
    this.#pairing.visit(({ keys, opaque }) => {
      isFound = isValue ? keys.includes(words[1] as string) : opaque !== undefined && words.includes(`O${opaque}`);
      return !isFound;
    });
    return isFound;
  }

  /** True where the answer waits until it is known what the server did with a block. */
  #isInDoubt(answer: Answer): boolean {
    const { doubtful } = this.#requests;
    if (doubtful === undefined) return false;
    const { next, isCertain } = this.#pairing;
    if (doubtful.isBelieved && next === doubtful.request) this.#requests.settleDoubt(isAcceptance(answer));
    if (doubtful.isBelieved || !this.#pairing.isWhole) return false;
    const isPlain = isCertain && next?.due === Due.always && this.#dialect.misfit(next, answer) === 0;
    if (isPlain && doubtful.answers.length === 0) {
      // What the server stores it has swallowed; of what it refuses the next answers tell.
      if (next === doubtful.request && isAcceptance(answer)) this.#settleDoubt(doubtful, true);
      return false;
    }
    doubtful.holdAnswer(answer);
    this.#judgeDoubt(false);
    return true;
  }

  /**
   * Whether the server has swallowed a block, or run it as commands: that way of reading is taken which explains its
   * answers best. `isFinal`: nothing that was asked is under way any more.
   */
  #judgeDoubt(isFinal: boolean): void {
    const { doubtful } = this.#requests;
    if (doubtful === undefined) return;
    const { request } = doubtful;
    if (doubtful.isBelieved) return;
    if (isFinal && !this.#pace.hasServerReceived(request.headEnd + request.doubtfulBlock)) return;
    const { requests, answers } = this.#pairing.undecided();
    // Where answers are missing, nothing is said by one that did not come.
    const silence = this.#pairing.isWhole && !this.#responses.isLost ? Cost.silent : 0;
    const cost = doubtful.costOfSwallowing(this.#dialect, requests, answers, silence, isFinal);
    if (!isFinal && Math.abs(cost) < Cost.margin) return;
    const habit = habitsOf(this.#context).swallows(this.#connection, request.refused);
    this.#settleDoubt(doubtful, cost === 0 ? (habit ?? !doubtful.isPaused) : cost < 0);
    // What silence tells is less sure than what the server says.
    const isLearnt = cost !== 0 && (!isFinal || habit === undefined);
    if (isLearnt) habitsOf(this.#context).learn(this.#connection, request.refused, cost < 0);
  }

  #settleDoubt(doubtful: DoubtfulBlock, isSwallowed: boolean): void {
    const { answers } = doubtful;
    this.#requests.settleDoubt(isSwallowed);
    for (const answer of answers) this.#takeAnswer(answer);
  }
}
