import { findNewline } from '../../bytes.ts';
import type { Arrival, SessionContext } from '../../protocol.ts';
import { Unfinished } from '../../session-memory.ts';
import type { LineBeginning } from '../../standing.ts';
import { AnswerForm } from '../constants.ts';
import { Due } from '../pairing/paired-request.ts';
import { endsWithWrite } from '../short-hole.ts';
import { mayBeLong, parseCommandLine } from './command-line.ts';
import { DataBlock } from './data-block.ts';
import { DoubtfulBlock } from './doubtful-block.ts';
import { KeptValues } from './kept-values.ts';
import { LineStart } from './line-start.ts';
import type { Request } from './request.ts';
import { noLoss, RequestLoss } from './request-loss.ts';

/** What the parser of the client's direction tells, in stream order. */
export interface RequestHandler {
  /** A command line is complete; a data block may follow. */
  commandLine(request: Request): void;
  /** The request is complete, with its data block if it has one. */
  request(request: Request, arrival: Arrival): void;
  /** What was read tentatively are requests: so many in a row can't be anything else. */
  requestsProven(): void;
  /** What was read tentatively since the last hole are no requests. */
  sectionRefuted(): void;
  /** Nor is anything that was read tentatively before. */
  requestsRefuted(): void;
  /** Nobody will know what the server did with this block: it is given up, or believed to be one. */
  doubtIsOver(doubtful: DoubtfulBlock): void;
  /** The client goes on behind `quit`: what comes is read tentatively. */
  readsOnBehindQuit(): void;
  /** So many bytes of the client's were no request that can be told. */
  requestBytesNotUnderstood(length: number, arrival: Arrival): void;
}

const State = {
  line: 0,
  /** In a data block, or over one that the server swallows behind a line that it refuses. */
  block: 1,
  /** After a hole: nothing is read until the session knows where a command starts. */
  lost: 2,
  /** After `quit` the server reads no further command. */
  closed: 3,
  /** After a line whose block this server may swallow or run as commands: the bytes are held until its answers tell. */
  doubt: 4,
} as const;

type State = (typeof State)[keyof typeof State];

/** A line that is longer than that is no small part of what a connection costs, as long as its block is under way. */
const shortLine = 512;

/**
 * The text protocol from the client: command lines and data blocks, consumed as the server consumes them.
 * Any split of the bytes gives the same requests. Data blocks are counted, never searched.
 */
export class TextRequests {
  readonly #handler: RequestHandler;
  readonly #context: SessionContext;
  #values: KeptValues;
  #state: State = State.line;
  /** The next line must be a command that the server accepts, else this is not where a command starts. */
  #cautious: boolean;
  /** The line under way, where a packet before this one began it. */
  #partial: LineStart | undefined = undefined;
  /** The block under way, or given up in its middle; undefined where none is. */
  #block: DataBlock | undefined = undefined;
  /** Stream offset minus buffer offset of the bytes under way. */
  #origin = 0;
  #offset = 0;
  #doubt: DoubtfulBlock | undefined = undefined;
  /** What the budget of all connections knows of bytes held in doubt, or of a long line whose block is under way. */
  #unfinished: Unfinished | undefined = undefined;
  #loss: RequestLoss = noLoss;
  /** Bytes of the longest segment so far. */
  #largestSegment = 0;

  /** `isMidStream`: the connection was open before the capture began, so the first byte may be any. */
  constructor(handler: RequestHandler, context: SessionContext, isMidStream: boolean) {
    this.#handler = handler;
    this.#context = context;
    this.#values = new KeptValues(context.keepValueBytes);
    this.#cautious = isMidStream;
    if (isMidStream) this.#ownLoss().isTentative = true;
  }

  get isLost(): boolean {
    return this.#state === State.lost;
  }

  /** Offset of the message that was under way when the stream was lost. */
  get lostFrom(): number {
    return this.#loss.lostFrom;
  }

  get isTentative(): boolean {
    return this.#loss.isTentative;
  }

  /** True where the next byte is only believed to start a request. */
  get isCautious(): boolean {
    return this.#cautious;
  }

  /** True where the next byte starts a request. */
  get isBetweenMessages(): boolean {
    return this.#state === State.line && this.#partial === undefined;
  }

  /** Bytes of the longest segment so far. */
  get largestSegment(): number {
    return this.#largestSegment;
  }

  /** Whether the next byte certainly starts a request, and the server has accepted one. */
  get isPlain(): boolean {
    if (!this.isBetweenMessages || this.#cautious || this.#loss.isTentative || this.#loss.passedOver > 0) return false;
    return this.#doubt === undefined && this.#values.isAccepted;
  }

  /** Somebody else has read whole requests up to this offset. */
  goOn(offset: number, largestSegment: number): void {
    this.#offset = offset;
    this.#largestSegment = largestSegment;
  }

  /** The block of this request is under way: so many bytes of it are to come. */
  goOnInBlock(request: Request, blockRest: number): void {
    this.#block = new DataBlock(request, blockRest);
    this.#state = State.block;
  }

  /** The line that begins so is under way. */
  goOnInLine({ bytes, start, end, timeUs, packet, acknowledged }: LineBeginning): void {
    this.#origin = this.#offset - end;
    this.#keepLine(bytes, start, end, { timeUs, packet, acknowledged });
  }

  /** The block of which it is not known yet whether the server swallows it; undefined where there is none. */
  get doubtful(): DoubtfulBlock | undefined {
    return this.#doubt;
  }

  /** The server's answers have told what it did with the block. What was held is read accordingly. */
  settleDoubt(isSwallowed: boolean): void {
    const doubt = this.#doubt;
    if (doubt === undefined) return;
    // So much that it could not be held is none that can be read again.
    if (doubt.isBelieved && !isSwallowed) this.#loseDoubt();
    else this.#forgetDoubt();
    if (!doubt.isBelieved) this.#readHeld(doubt, isSwallowed);
  }

  /** Nobody knows what the server did with the block. */
  giveUpDoubt(): void {
    if (this.#doubt !== undefined) this.#loseDoubt();
  }

  /** Offset in the client's stream of the next byte. */
  get offset(): number {
    return this.#offset;
  }

  /** The server has answered a command: what follows are no credentials. */
  authenticated(): void {
    this.#values.authenticated();
  }

  /** The server has accepted a command: whatever is read as commands is no user and password. */
  accepted(): void {
    this.#values = this.#values.accepted();
  }

  /** Takes up again after a hole: the next byte may start a command. */
  resume(): void {
    this.refute();
    this.#state = State.line;
    this.#cautious = true;
  }

  /**
   * Reads on after a hole as if a command started with the next byte, without telling bytes as understood until it is
   * proven. False where the next byte lies right behind the hole.
   */
  tryAgain(): boolean {
    if (!this.isLost || !this.#loss.hasPassedSegment) return false;
    this.#state = State.line;
    this.#ownLoss().tryFrom(this.#offset);
    return true;
  }

  /** The server closes the connection behind `quit`; where it goes on, what follows are requests. */
  #readOnBehindQuit(at: number): number {
    this.#state = State.line;
    this.#ownLoss().tryFrom(this.#origin + at);
    this.#handler.readsOnBehindQuit();
    return at;
  }

  /** What was read tentatively are requests. */
  prove(arrival: Arrival): void {
    this.#ownLoss().prove();
    this.#cautious = false;
    this.#tellPassedOver(arrival);
  }

  /** Nothing of what was read tentatively are requests. */
  refute(): void {
    if (!this.#loss.isTentative) return;
    if (!this.isLost) this.#lose();
    this.#loss.refute();
    this.#handler.requestsRefuted();
  }

  data(bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    this.#origin = this.#offset - start;
    const isWhole = this.#loss.isTentative && this.isBetweenMessages;
    if (isWhole) this.#loss.isSilent = true;
    let at = start;
    while (at < end) {
      if (this.#state === State.line) at = this.#readLine(bytes, at, end, arrival);
      else if (this.#state === State.block) at = this.#readBlock(bytes, at, end, arrival);
      else if (this.#state === State.doubt) at = this.#hold(bytes, at, end, arrival);
      else if (this.#state === State.closed) at = this.#readOnBehindQuit(at);
      else at = this.#passOver(at, end, arrival);
    }
    this.#offset = this.#origin + end;
    if (end - start > this.#largestSegment) this.#largestSegment = end - start;
    if (!this.#loss.isTentative) {
      if (this.isLost) this.#tellPassedOver(arrival);
      return;
    }
    const isProven = this.#loss.endSegment(isWhole && this.isBetweenMessages, end - start, this.#largestSegment);
    if (isProven) this.#handler.requestsProven();
  }

  /** `length` bytes were never captured. Returns false where that loses the thread. */
  gap(length: number, arrival: Arrival): boolean {
    if (!this.isLost) {
      const heldFrom = this.#state === State.doubt ? this.#doubt?.request.headEnd : this.#partial?.from;
      this.#ownLoss().lostFrom = heldFrom ?? this.#offset;
    }
    this.#ownLoss().hasPassedSegment = endsWithWrite(length, arrival);
    this.#offset += length;
    const block = this.#block;
    if (this.#state === State.block && block !== undefined) {
      const missing = block.miss(length);
      if (block.rest === 0) {
        block.request.endIsMissing = arrival.isCut !== true;
        this.#finish(block.request, arrival);
      }
      if (missing === length) {
        this.#loss.passHole(missing);
        return true;
      }
      this.#loss.lostFrom += missing;
    }
    if (this.#loss.isTentative && !this.isLost) {
      this.#loss.endSection(this.#offset - length);
      this.#freePartial();
      this.#forgetDoubt();
      this.#state = State.lost;
    } else if (this.#state !== State.closed) this.#lose();
    else this.#forgetDoubt();
    return false;
  }

  /** No more bytes will come. Returns how many begin a request that has no end. */
  end(arrival: Arrival): number {
    this.refute();
    // What the server did with a block that is whole nobody will know.
    if (this.#state === State.doubt && this.#doubt?.isWhole) this.#loseDoubt();
    if (this.#cautious && this.#partial !== undefined) this.#ownLoss().passedOver += this.#partial.length;
    const unfinished = this.#unfinishedBytes();
    this.#freePartial();
    this.#forgetDoubt();
    this.#tellPassedOver(arrival);
    return unfinished;
  }

  /** This is no text protocol: what was not told as read was not understood. */
  abandon(arrival: Arrival): void {
    this.refute();
    this.#lose();
    this.#tellPassedOver(arrival);
  }

  #unfinishedBytes(): number {
    if (this.#state === State.line) return this.#cautious ? 0 : (this.#partial?.length ?? 0);
    if (this.#state === State.doubt) return (this.#doubt as DoubtfulBlock).length;
    return this.#state === State.block ? (this.#block?.ownBytes ?? 0) : 0;
  }

  #readLine(bytes: Buffer, start: number, end: number, arrival: Arrival): number {
    const partial = this.#partial;
    const newlineAt = findNewline(bytes, start, end);
    if (newlineAt < 0) this.#keepLine(bytes, start, end, arrival);
    else if (partial === undefined) {
      this.#commandLine(bytes, start, newlineAt, arrival.timeUs, newlineAt + 1, arrival);
    } else {
      partial.complete(bytes, start, newlineAt);
      this.#partial = undefined;
      this.#commandLine(partial.bytes, 0, partial.length, partial.arrival.timeUs, newlineAt + 1, arrival);
    }
    return newlineAt < 0 ? end : newlineAt + 1;
  }

  /** Keeps the start of a line, as far as the limits allow. */
  #keepLine(bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    const from = this.#origin + start;
    this.#partial ??= new LineStart(this.#context.memory, from, arrival, () => this.#refuse(from));
    const partial = this.#partial;
    partial.append(bytes, start, end);
    if (partial !== this.#partial || this.#mayGrow(partial)) return;
    this.#context.anomalies.count('lineLimit');
    this.#refuse(partial.from);
  }

  /**
   * `bytes[start, end)` is a line without its `\n`, which began at `startUs`; `next` is where the stream goes on, in
   * the buffer under way.
   */
  #commandLine(bytes: Buffer, start: number, end: number, startUs: number, next: number, arrival: Arrival): void {
    const length = end + 1 - start;
    const { limits, anomalies } = this.#context;
    const read = parseCommandLine(bytes, start, end, limits.keysPerRequest);
    const request = this.#values.commandLine(read, limits.keysPerRequest);
    const isSure = !this.#cautious && !this.#loss.isTentative;
    if ((request.refused || request.doubtfulBlock > 0) && !isSure) {
      this.#ownLoss().passedOver += length;
      this.#refuse(this.#origin + next - length);
      return;
    }
    if (!this.#loss.isTentative) this.#tellPassedOver(arrival);
    this.#cautious = false;
    if (request.keyCount > request.keys.length) anomalies.count('keysLimit', request.keyCount - request.keys.length);
    request.startUs = startUs;
    request.linePacket = arrival.packet;
    request.headEnd = this.#origin + next;
    request.requestBytes = length;
    request.requestStart = request.headEnd - length;
    request.startsSegment = request.headEnd - length === this.#offset;
    request.acknowledged = arrival.acknowledged;
    this.#handler.commandLine(request);
    if (this.isLost) {
      // Too much waits to be proven: of what was passed over, this line was not counted yet.
      this.#ownLoss().passedOver += request.headEnd - this.#offset;
      return;
    }
    if (request.valueLength < 0) {
      this.#complete(request, arrival);
      if (request.doubtfulBlock > 0) {
        this.#doubt = new DoubtfulBlock(request);
        this.#state = State.doubt;
      }
    } else {
      this.#openBlock(request, request.blockLength);
      this.#values.begin(request);
      this.#state = State.block;
      if (request.line.length > shortLine) this.#account(request.line.length, () => this.#loseBlock());
    }
  }

  #openBlock(request: Request, length: number): void {
    request.requestBytes += length;
    this.#block = new DataBlock(request, length);
  }

  #readBlock(bytes: Buffer, start: number, end: number, arrival: Arrival): number {
    const block = this.#block as DataBlock;
    const length = Math.min(block.rest, end - start);
    if (this.#loss.isTentative && !block.isSwallowed && !block.endsAsUsual(bytes, start, length)) {
      this.#loseAt(this.#origin + start);
      return start;
    }
    block.read(this.#values, bytes, start, length);
    if (this.#doubt !== undefined) this.#doubt.length += length;
    if (block.rest === 0) this.#finish(block.request, arrival);
    return start + length;
  }

  #hold(bytes: Buffer, start: number, end: number, arrival: Arrival): number {
    const doubt = this.#doubt as DoubtfulBlock;
    const before = doubt.cost;
    doubt.append(bytes, start, end, arrival);
    if (doubt.cost > this.#context.limits.doubtfulBytes) {
      // What is run as commands is answered line by line.
      this.#believe(doubt);
    } else this.#account(doubt.cost - before, () => this.#loseDoubt());
    return end;
  }

  /** So much follows a doubtful line that it is taken for its block, unless the server should refuse the line yet. */
  #believe(doubt: DoubtfulBlock): void {
    const origin = this.#origin;
    this.#release();
    doubt.isBelieved = true;
    this.#readHeld(doubt, true);
    this.#handler.doubtIsOver(doubt);
    // The last piece is the data of the call under way.
    this.#origin = origin;
  }

  /** Reads what was held behind a doubtful line. */
  #readHeld(doubt: DoubtfulBlock, isSwallowed: boolean): void {
    const { request } = doubt;
    this.#state = State.line;
    if (isSwallowed) {
      this.#openBlock(request, request.doubtfulBlock);
      this.#state = State.block;
    }
    this.#offset = request.headEnd;
    for (const { bytes, arrival } of doubt.take()) this.data(bytes, 0, bytes.length, arrival);
  }

  /** Gives up what follows a doubtful line. */
  #loseDoubt(): void {
    const doubt = this.#doubt as DoubtfulBlock;
    const { request } = doubt;
    if (doubt.isBelieved) {
      request.requestBytes -= request.doubtfulBlock;
      this.#ownLoss().passedOver += doubt.length;
    }
    this.#refuse(request.headEnd);
  }

  #freePartial(): void {
    this.#partial?.free();
    this.#partial = undefined;
  }

  #dropDoubt(): void {
    const doubt = this.#doubt;
    if (doubt === undefined) return;
    this.#forgetDoubt();
    if (doubt.isBelieved) return;
    // The offset is set when this call's data is done, and the held bytes include that data.
    this.#ownLoss().passedOver += doubt.length;
    this.#handler.doubtIsOver(doubt);
  }

  #forgetDoubt(): void {
    this.#doubt = undefined;
    this.#release();
  }

  /** Gives up a request in the middle of its block: where that ends is forgotten with it. */
  #loseBlock(): void {
    const from = Math.max(this.#offset, this.#block?.request.headEnd ?? 0);
    this.#block = undefined;
    this.#refuse(from);
  }

  #account(bytes: number, giveUp: () => void): void {
    this.#unfinished ??= new Unfinished(giveUp);
    this.#context.memory.holdUnfinished(this.#unfinished, bytes);
  }

  #release(): void {
    if (this.#unfinished === undefined) return;
    this.#context.memory.releaseUnfinished(this.#unfinished);
    this.#unfinished = undefined;
  }

  #finish(request: Request, arrival: Arrival): void {
    this.#block = undefined;
    this.#state = State.line;
    if (request.valueLength < 0) this.#finishSkipped(request, arrival);
    else {
      this.#release();
      this.#values.finish(request);
      this.#complete(request, arrival);
    }
  }

  #finishSkipped(request: Request, arrival: Arrival): void {
    this.#forgetDoubt();
    // One that was answered, or passed over, is told, with the time of its line.
    if (request.answerUs >= 0 || request.status !== 'unanswered') return;
    request.requestUs = arrival.timeUs;
    request.packet = arrival.packet;
  }

  #complete(request: Request, arrival: Arrival): void {
    request.requestUs = arrival.timeUs;
    request.packet = arrival.packet;
    if (this.#loss.isTentative) {
      if (request.due !== Due.never) this.#loss.isSilent = false;
    } else if (endsReading(request)) this.#state = State.closed;
    this.#handler.request(request, arrival);
  }

  #ownLoss(): RequestLoss {
    if (this.#loss === noLoss) this.#loss = new RequestLoss();
    return this.#loss;
  }

  #passOver(start: number, end: number, arrival: Arrival): number {
    this.#ownLoss().passedOver += end - start;
    this.#ownLoss().hasPassedSegment = true;
    if (!this.#loss.isTentative) this.#tellPassedOver(arrival);
    return end;
  }

  #lose(): void {
    this.#loseAt(this.#partial?.from ?? this.#offset);
  }

  /** No line that can be read starts at this offset. */
  #refuse(offset: number): void {
    if (!this.#loss.isTentative) this.#ownLoss().lostFrom = offset;
    this.#loseAt(offset);
  }

  /** The message at this offset is none, or has a hole. */
  #loseAt(offset: number): void {
    this.#ownLoss().passedOver += this.#partial?.length ?? 0;
    this.#freePartial();
    this.#dropDoubt();
    const wasLost = this.isLost;
    this.#state = State.lost;
    if (!this.#loss.isTentative || wasLost) return;
    this.#loss.refuteSection(offset);
    this.#block = undefined;
    this.#handler.sectionRefuted();
  }

  #tellPassedOver(arrival: Arrival): void {
    if (this.#loss.passedOver === 0) return;
    this.#handler.requestBytesNotUnderstood(this.#loss.passedOver, arrival);
    this.#ownLoss().passedOver = 0;
  }

  #mayGrow(partial: LineStart): boolean {
    const { commandLineBytes, retrievalLineBytes } = this.#context.limits;
    if (partial.length <= commandLineBytes) return true;
    return mayBeLong(partial.bytes, 0, partial.length) && partial.length <= retrievalLineBytes;
  }
}

/** Whether the server closes the connection where it has read this request, `quit` or one of HTTP. */
function endsReading({ command, refused, answerForm }: Request): boolean {
  return command === 'quit' || (refused && answerForm === AnswerForm.closing);
}
