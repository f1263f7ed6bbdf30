import type { Arrival, CloseReason, ConnectionInfo, Session, SessionContext } from '../../protocol.ts';
import type { Lender, Standing, UnderWay, WaitingLine } from '../../standing.ts';
import type { Transaction } from '../../transaction.ts';
import { Pace } from '../pairing/pace.ts';
import { Due } from '../pairing/paired-request.ts';
import { Pairing, type PairingHandler } from '../pairing/pairing.ts';
import { Trial } from '../pairing/trial.ts';
import { BinaryDialect } from './binary-dialect.ts';
import { BinaryRequests, isPlausibleRequest, type RequestHandler } from './binary-requests.ts';
import { type Answer, type AnswerHandler, BinaryResponses, isPlausibleAnswer } from './binary-responses.ts';
import { decodeHeader, Header, headerLength, Magic } from './header.ts';
import type { MessageStream } from './message-stream.ts';
import { BinaryRequest, readRequestAt } from './request.ts';

const header = new Header();

/** One connection that speaks the binary protocol: a parser for each direction, and pairing. */
export class BinaryConversation
  implements Session, Lender, RequestHandler, AnswerHandler, PairingHandler<BinaryRequest, Answer>
{
  readonly #connection: ConnectionInfo;
  readonly #context: SessionContext;
  readonly #reader: BinaryRequests;
  readonly #requests: MessageStream;
  readonly #responses: BinaryResponses;
  readonly #pace: Pace;
  readonly #dialect = new BinaryDialect();
  readonly #pairing: Pairing<BinaryRequest, Answer>;
  /** Requests that are not told before it is proven that they are some; undefined until there is a hole. */
  #trial: Trial<BinaryRequest> | undefined = undefined;
  /** Offset in the server's stream of the answer that was under way, or of the next, when it was lost. */
  #lostFrom = 0;
  /** Which packet is under way; borrowed. */
  #arrival: Arrival = { timeUs: 0, packet: 0, acknowledged: -1 };

  constructor(connection: ConnectionInfo, context: SessionContext) {
    const isMidStream = connection.startedMidStream;
    this.#connection = connection;
    this.#context = context;
    this.#reader = new BinaryRequests(this, context, isMidStream);
    this.#requests = this.#reader.stream;
    this.#responses = new BinaryResponses(this, context, isMidStream);
    this.#pace = new Pace(connection);
    this.#pairing = new Pairing(this, this.#dialect, context, this.#pace);
    if (isMidStream) {
      this.#beginTrial();
      this.#pairing.beginMidStream();
    }
  }

  data(fromClient: boolean, bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    this.#arrival = arrival;
    const { stream } = this.#responses;
    if (stream.isLost) this.#pairing.answersMissing(this.#lostFrom, stream.offset);
    if (fromClient) {
      this.#clientSpeaks(arrival);
      if (this.#requests.isLost && this.#requests.hasPassedSegment) this.#tryRequests(bytes, start, end);
      this.#requests.data(bytes, start, end, arrival);
    } else {
      this.#pace.serverSpeaks(arrival);
      if (stream.isLost && stream.hasPassedSegment) this.#tryAnswers(bytes, start, end);
      const wasLost = stream.isLost;
      stream.data(bytes, start, end, arrival);
      if (stream.isLost && !wasLost) this.#loseAnswers(this.#responses.lostFrom);
    }
    this.#pairing.endPacket();
  }

  gap(fromClient: boolean, length: number, arrival: Arrival): void {
    this.#arrival = arrival;
    if (fromClient) {
      this.#pace.clientBytesMissing();
      const { offset } = this.#requests;
      if (!this.#requests.gap(length, arrival)) this.#pairing.requestsMissing(offset);
    } else {
      this.#pace.serverBytesMissing();
      const { stream } = this.#responses;
      const lostFrom = stream.isLost ? this.#lostFrom : this.#responses.lostFrom;
      if (!stream.gap(length, arrival)) this.#loseAnswers(lostFrom);
    }
    this.#pairing.endPacket();
  }

  /** So many bytes of one side came before the next one, and are of another protocol. Nothing may have come before. */
  startBehind(fromClient: boolean, length: number): void {
    (fromClient ? this.#requests : this.#responses.stream).startBehind(length);
  }

  get clientOffset(): number {
    return this.#requests.offset;
  }

  waiting(tell: (request: Transaction) => void): void {
    this.#pairing.waiting(tell);
  }

  get lender(): this {
    return this;
  }

  lend(standing: Standing): boolean {
    if (this.#context.keepValueBytes > 0 || !this.#requests.isPlain || !this.#responses.isPlain) return false;
    if (!this.#pairing.isPlain || !this.#pairing.isPastHoles || !this.#dialect.lend(standing)) return false;
    standing.clientOffset = this.#requests.offset;
    standing.serverOffset = this.#responses.stream.offset;
    standing.largestSegment = 0;
    standing.isBinary = true;
    this.#pairing.lend(standing);
    return standing.silentBehind === 0;
  }

  takeBack(standing: Standing, { waiting, answer }: UnderWay): void {
    this.#dialect.takeBack(standing);
    this.#requests.goOn(standing.clientOffset);
    const requests = waiting.map((line) => requestOf(line));
    this.#pairing.takeBack(requests, standing);
    const last = requests.at(-1);
    const line = waiting.at(-1);
    if (last?.isComplete === false && line !== undefined) this.#reader.goOnIn(last, line, standing.clientOffset);
    if (answer === undefined) this.#responses.stream.goOn(standing.serverOffset);
    else this.#responses.goOnIn(answer, standing.serverOffset);
  }

  end(reason: CloseReason, arrival: Arrival): void {
    const ofAnswer = this.#responses.stream.end(arrival) + this.#responses.dropSeveral();
    this.#pairing.end(reason);
    const ofRequest = this.#requests.end(arrival);
    const { events } = this.#context;
    if (ofRequest > 0) events.unfinished(this.#connection, true, ofRequest);
    if (ofAnswer > 0) events.unfinished(this.#connection, false, ofAnswer);
  }

  head(request: BinaryRequest): void {
    const { isTentative } = this.#requests;
    this.#dialect.see(request);
    this.#pairing.add(request);
    if (isTentative) this.#trial?.add(request);
    else if (request.isHeadWhole) this.#context.events.commandLine(this.#connection, request);
  }

  request(request: BinaryRequest): void {
    if (this.#requests.isTentative) {
      if (request.due === Due.never) request.isComplete = true;
      else this.#pairing.complete(request);
      return;
    }
    this.#tellBlock(request);
    this.#pairing.complete(request);
  }

  proven(first: BinaryRequest): void {
    const requests = this.#trial?.prove(first) ?? [];
    this.#requests.prove(this.#arrival);
    this.#pairing.endTrial();
    for (const request of requests) {
      if (request.isHeadWhole) this.#context.events.commandLine(this.#connection, request);
      if (!request.isComplete) continue;
      this.#tellBlock(request);
      if (request.due === Due.never) this.#pairing.complete(request);
    }
  }

  readsOnBehindQuit(): void {
    this.#beginTrial();
    this.#pairing.beginTrial();
  }

  requestsRefuted(): void {
    this.#trial?.refuteAll();
    this.#pairing.refuteAll();
  }

  refuted(): void {
    if (this.#requests.isTentative) this.#requests.refute();
    else this.requestsRefuted();
  }

  transaction(transaction: BinaryRequest): void {
    if (transaction.isHeadWhole) this.#context.events.transaction(this.#connection, transaction);
    else this.#context.anomalies.count('keyMissing');
  }

  unasked({ line, length, start, startUs, packet }: Answer): void {
    const arrival = { timeUs: startUs, packet, acknowledged: -1 };
    this.#context.events.unasked(this.#connection, { text: line, bytes: length, start }, arrival);
  }

  requestBytesNotUnderstood(length: number, arrival: Arrival): void {
    this.#context.events.notUnderstood(this.#connection, true, length, arrival);
  }

  answer(answer: Answer): void {
    this.#dialect.seeAnswer(answer);
    this.#pairing.answer(answer);
  }

  answerBytesNotUnderstood(length: number, arrival: Arrival): void {
    this.#context.events.notUnderstood(this.#connection, false, length, arrival);
  }

  #tellBlock(request: BinaryRequest): void {
    if (request.valueLength >= 0 && request.isHeadWhole) this.#context.events.dataBlock(this.#connection, request);
  }

  #loseAnswers(from: number): void {
    this.#lostFrom = from;
    this.#responses.dropSeveral();
    this.#pairing.answersMissing(from, this.#responses.stream.offset);
  }

  /** What it tells of the order, and of what is under way, that the client sends something. */
  #clientSpeaks(arrival: Arrival): void {
    const requests = this.#requests;
    const { stream } = this.#responses;
    const moment = this.#pace.clientSpeaks(arrival, requests.offset, stream.offset);
    const isAdrift = requests.isLost || requests.isTentative || requests.isCautious;
    if (this.#pairing.clientSends(moment, isAdrift, stream.isLost, requests.isBetweenMessages)) {
      stream.resume();
      if (requests.isTentative) requests.refute();
      requests.resume();
    } else if (moment.isQuiet && stream.isLost && requests.isBetweenMessages) stream.resume();
  }

  /** Reads on behind a hole where a segment starts like a request, although only its answer can prove that it is one. */
  #tryRequests(bytes: Buffer, start: number, end: number): void {
    if (!startsWith(Magic.request, bytes, start, end) || !isPlausibleRequest(header)) return;
    this.#requests.tryAgain();
    this.#beginTrial();
    this.#pairing.requestsFrom(this.#requests.offset);
  }

  #beginTrial(): void {
    this.#trial ??= new Trial(this.#context, () => this.refuted());
    this.#trial.beginSection();
  }

  /** Reads answers again behind a hole where a segment starts with one that names a request. */
  #tryAnswers(bytes: Buffer, start: number, end: number): void {
    if (!startsWith(Magic.response, bytes, start, end) || !isPlausibleAnswer(header)) return;
    if (!this.#dialect.trustsOpaques) return;
    const { opcode, opaque } = header;
    let isNamed = false;
    this.#pairing.visit((request) => {
      isNamed = request.opcode.code === opcode && request.opaque === opaque;
      return !isNamed;
    });
    if (isNamed) this.#responses.stream.resume();
  }
}

function requestOf(line: WaitingLine): BinaryRequest {
  const { bytes, start, requestStart, startUs: timeUs, linePacket: packet, acknowledged } = line;
  const request =
    line.request instanceof BinaryRequest
      ? line.request
      : readRequestAt(bytes, start, requestStart, { timeUs, packet, acknowledged });
  request.resume(line);
  return request;
}

function startsWith(magic: number, bytes: Buffer, start: number, end: number): boolean {
  return end - start >= headerLength && bytes[start] === magic && decodeHeader(bytes, start, header);
}
