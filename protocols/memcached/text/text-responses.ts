import { findNewline, latin1 } from '../../bytes.ts';
import type { Arrival, SessionContext } from '../../protocol.ts';
import type { AnswerStart } from '../../standing.ts';
import { endsWithWrite } from '../short-hole.ts';
import type { Answer } from './answer.ts';
import { AnswerAssembly, type AnswerHandler, isUnknownLine, opensNone } from './answer-assembly.ts';
import { findControl, linesWithKeys } from './answer-line.ts';
import type { AnswerUnderWay } from './answer-under-way.ts';
import { LineStart } from './line-start.ts';

/** What the parser of the server's direction tells, in stream order. */
export interface ResponseHandler extends AnswerHandler {
  /** Whether only `END` can follow the values that the answer under way has so far. */
  isLastValue(answer: Answer): boolean;
  /** The first line of a stream that is known from its beginning is no answer: memcached is not what is spoken here. */
  firstLineIsForeign(): void;
  /** So many bytes of the server's were no answer that can be told. */
  answerBytesNotUnderstood(length: number, arrival: Arrival): void;
}

const State = { line: 0, block: 1, lost: 2 } as const;

type State = (typeof State)[keyof typeof State];

/** What the next line may be. */
const Expected = {
  /** The first one of a stream that is known from its first byte on: an answer, or the line of another protocol. */
  first: 0,
  /** An answer. */
  answer: 1,
  /** An answer, if it has a known form; else this is not where one starts. */
  known: 2,
  /** The same where nothing but lines can come, so that behind one that is cut off another one starts. */
  knownOrNext: 3,
} as const;

type Expected = (typeof Expected)[keyof typeof Expected];

const endLine = 'END\r\n';

const carriageReturn = 0x0d;
const newline = 0x0a;

/** Bytes of the line end behind a data block. */
const crlf = 2;

/** In place of bytes of a value; and what follows one. */
const filler: Buffer = Buffer.alloc(16_384);
const lineEnd: Buffer = Buffer.from('\r\n');

/** What is known since bytes were lost, or could not be read. */
class Loss {
  /** Bytes passed over, not yet told. */
  passedOver = 0;
  /** Offset of the answer that was under way, or of the next, when the stream was lost. */
  lostFrom = 0;
  hasPassedSegment = false;
}

/** Most connections never lose anything: they share this, and one that does gets its own. */
const noLoss: Readonly<Loss> = new Loss();

/**
 * The text protocol from the server: answers, told from their own form. Any split of the bytes gives the same
 * answers. Values are counted, never searched.
 */
export class TextResponses extends AnswerAssembly {
  declare protected readonly handler: ResponseHandler;
  #state: State = State.line;
  #expected: Expected;
  /** The line under way, where a packet before this one began it. */
  #partial: LineStart | undefined = undefined;
  #blockRest = 0;
  /** Stream offset minus buffer offset of the bytes under way. */
  #origin = 0;
  #offset = 0;
  #loss: Readonly<Loss> = noLoss;

  constructor(handler: ResponseHandler, context: SessionContext, isMidStream: boolean) {
    super(handler, context);
    this.#expected = isMidStream ? Expected.known : Expected.first;
  }

  get isLost(): boolean {
    return this.#state === State.lost;
  }

  /** Offset of the answer that was under way, or of the next, when the stream was lost. */
  get lostFrom(): number {
    return this.#loss.lostFrom;
  }

  /** Offset in the server's stream of the next byte. */
  get offset(): number {
    return this.#offset;
  }

  /**
   * True where a segment was passed over since the stream was lost: the next one starts where the server began to
   * write.
   */
  get hasPassedSegment(): boolean {
    return this.#loss.hasPassedSegment;
  }

  /** Whether the next byte certainly starts an answer. */
  get isPlain(): boolean {
    const isBetween = this.#state === State.line && this.#partial === undefined && this.answer === undefined;
    return isBetween && this.#expected === Expected.answer && this.#loss.passedOver === 0;
  }

  /** Somebody else has read whole answers up to this offset. */
  goOn(offset: number): void {
    if (offset > 0) this.#expected = Expected.answer;
    this.#offset = offset;
  }

  /** As `goOn`, where an answer is under way. What its values hold nobody asks: it is counted. */
  goOnIn(answer: AnswerStart, offset: number): void {
    const { bytes, start, from, part, lineUs } = answer;
    this.goOn(from);
    const later = { timeUs: lineUs, packet: answer.packet, acknowledged: answer.acknowledged };
    for (let at = start; this.#offset < offset; ) {
      if (this.#state === State.block) this.#fill(offset - this.#offset, later);
      else if (at === part.start) {
        this.data(bytes, at, answer.end, part);
        at = answer.end;
      } else {
        const next = findNewline(bytes, at, part.start) + 1;
        // When its first byte came is when it began.
        if (at === start) this.data(bytes, at++, start + 1, answer);
        this.data(bytes, at, next, later);
        at = next;
      }
    }
  }

  /** So many bytes are the block under way and its line end, as far as they go. */
  #fill(length: number, arrival: Arrival): void {
    const value = Math.min(length, this.#blockRest - crlf);
    const rest = Math.min(length, this.#blockRest) - value;
    for (let left = value; left > 0; ) {
      const part = Math.min(left, filler.length);
      this.data(filler, 0, part, arrival);
      left -= part;
    }
    if (rest > 0) this.data(lineEnd, 0, rest, arrival);
  }

  /** True where lines came of an answer that has no end yet, or none that can be known. */
  get isOpen(): boolean {
    return this.#state === State.line && this.#partial === undefined && this.answer !== undefined;
  }

  /** True where the answer under way has no end of its own. */
  get hasNoEnd(): boolean {
    const { answer } = this;
    return this.isOpen && ((answer?.isHeld || answer?.isBroken) ?? false);
  }

  /** The answer under way, if any, is complete: its client goes on. */
  finish(): void {
    if (this.isOpen) this.finishAnswer();
  }

  /** The next byte starts an answer, whatever the stream seemed to be in. */
  resume(): void {
    const { answer } = this;
    if (this.#state === State.line && answer === undefined) return;
    if (answer !== undefined) this.#lose(this.#offset);
    this.#state = State.line;
    this.#expected = Expected.known;
  }

  data(bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    this.#origin = this.#offset - start;
    let at = start;
    while (at < end) {
      if (this.#state === State.line) at = this.#readLine(bytes, at, end, arrival);
      else if (this.#state === State.block) at = this.#readBlock(bytes, at, end, arrival);
      else at = this.#passOver(at, end, arrival);
    }
    this.#offset = this.#origin + end;
  }

  /**
   * As `resume`, where nothing but lines can come: where the next byte is in the middle of one, the next line will do.
   */
  resumeLines(): void {
    this.resume();
    this.#expected = Expected.knownOrNext;
  }

  /** `length` bytes were never captured. Returns false where that loses the thread. */
  gap(length: number, arrival: Arrival): boolean {
    const before = this.#offset;
    const { answer } = this;
    this.#offset += length;
    this.#ownLoss().hasPassedSegment = endsWithWrite(length, arrival);
    if (this.#expected === Expected.first) this.#expected = Expected.answer;
    if (this.#state !== State.block || answer === undefined) {
      this.#lose(before);
      return false;
    }
    answer.keepNoMore();
    // A snapshot length cuts the end line together with the value before it. What can only be END is no loss.
    if (length > this.#blockRest && !answer.blockEndsAnswer && this.handler.isLastValue(answer)) {
      this.#blockRest += endLine.length;
      answer.blockEndsAnswer = true;
      answer.endWith('END');
    }
    const known = Math.min(length, this.#blockRest);
    answer.missingBytes += known;
    this.#blockRest -= known;
    if (this.#blockRest === 0) {
      answer.endIsMissing = answer.blockEndsAnswer && arrival.isCut !== true;
      this.#endBlock(answer, before + known, arrival);
    }
    if (known === length) return true;
    this.#lose(before + known);
    return false;
  }

  /** No more bytes will come. Returns how many begin an answer that has no end. */
  end(arrival: Arrival): number {
    if (this.hasNoEnd) this.finish();
    const { answer } = this;
    const from = answer === undefined ? (this.#partial?.from ?? this.#offset) : answer.start + answer.missingBytes;
    const unfinished = this.#isCautious ? 0 : this.#offset - from;
    if (this.#isCautious && this.#partial !== undefined) this.#ownLoss().passedOver += this.#partial.length;
    this.#partial?.free();
    this.release();
    this.#tellPassedOver(arrival);
    return unfinished;
  }

  /** This is no text protocol: what was not told as read was not understood. */
  abandon(arrival: Arrival): void {
    this.#lose(this.#offset);
    this.#tellPassedOver(arrival);
  }

  override giveUp(): void {
    this.#lose(this.#offset);
  }

  get #isCautious(): boolean {
    return this.#expected >= Expected.known;
  }

  #readLine(bytes: Buffer, start: number, end: number, arrival: Arrival): number {
    const partial = this.#partial;
    const newlineAt = findNewline(bytes, start, end);
    if (this.#expected === Expected.first && this.#isForeign(bytes, start, newlineAt < 0 ? end : newlineAt)) {
      this.#refuse(this.#origin + start);
      return start;
    }
    if (newlineAt < 0) this.#keepLine(bytes, start, end, arrival);
    else if (partial === undefined) {
      this.#line(bytes, start, newlineAt, newlineAt + 1, this.#origin + start, arrival, arrival);
    } else {
      partial.complete(bytes, start, newlineAt);
      this.#partial = undefined;
      this.#line(partial.bytes, 0, partial.length, newlineAt + 1, partial.from, partial.arrival, arrival);
    }
    return newlineAt < 0 ? end : newlineAt + 1;
  }

  /** Whether the stream's first line, as far as it is there, has a byte that no line of memcached's has. */
  #isForeign(bytes: Buffer, start: number, end: number): boolean {
    const controlAt = findControl(bytes, start, end);
    if (controlAt < 0) return false;
    const partial = this.#partial;
    const before = partial === undefined ? '' : latin1(partial.bytes, 0, partial.length);
    return !linesWithKeys.test(before + latin1(bytes, start, controlAt));
  }

  /** Keeps the start of a line, as far as the limits allow. */
  #keepLine(bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    const { memory, limits, anomalies } = this.context;
    this.#partial ??= new LineStart(memory, this.#origin + start, arrival, () => this.giveUp());
    const partial = this.#partial;
    partial.append(bytes, start, end);
    if (partial !== this.#partial || partial.length <= limits.commandLineBytes) return;
    anomalies.count('lineLimit');
    this.#lose(partial.from);
  }

  /**
   * `bytes[start, end)` is a line without its `\n`. `next`: where the stream goes on, in the buffer under way; `from`,
   * `began`: offset in the stream of its first byte, and the packet that brought it.
   */
  #line(bytes: Buffer, start: number, end: number, next: number, from: number, began: Arrival, arrival: Arrival): void {
    const textEnd = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end;
    const nextOffset = this.#origin + next;
    if (this.#expected !== Expected.answer) {
      if (isUnknownLine(bytes, start, textEnd, this.#isCautious)) {
        this.#ownLoss().passedOver += nextOffset - from;
        if (this.#expected !== Expected.knownOrNext) this.#refuse(from);
        return;
      }
      this.#tellPassedOver(arrival);
      this.#expected = Expected.answer;
    }
    const opened = this.takeLine(bytes, start, textEnd, from, nextOffset, began, arrival);
    if (opened === opensNone) return;
    this.#blockRest = opened + crlf;
    this.#state = State.block;
  }

  #readBlock(bytes: Buffer, start: number, end: number, arrival: Arrival): number {
    const answer = this.answer as AnswerUnderWay;
    const length = Math.min(this.#blockRest, end - start);
    if (this.#blockRest - length < crlf) {
      const brokenAt = this.#brokenAt(bytes, start, start + length);
      if (brokenAt >= 0) return this.#break(answer, brokenAt, arrival);
    }
    answer.keepValue(bytes, start, length);
    this.#blockRest -= length;
    if (this.#blockRest === 0) this.#endBlock(answer, this.#origin + start + length, arrival);
    return start + length;
  }

  /** Where, among the bytes of a block, its line end is none, as far as it is there; -1 where it is one. */
  #brokenAt(bytes: Buffer, start: number, end: number): number {
    const blockEnd = start + this.#blockRest;
    const returnAt = blockEnd - crlf;
    if (returnAt >= start && bytes[returnAt] !== carriageReturn) return returnAt;
    return blockEnd <= end && bytes[blockEnd - 1] !== newline ? blockEnd - 1 : -1;
  }

  /** The value under way is not as long as the server says: the answer goes on with the next line. */
  #break(answer: AnswerUnderWay, at: number, arrival: Arrival): number {
    answer.isBroken = true;
    answer.value = undefined;
    answer.keepNoMore();
    answer.goesOnTo(this.#origin + at, arrival);
    this.#state = State.line;
    return at;
  }

  /** `next` is the offset in the stream after the block. */
  #endBlock(answer: AnswerUnderWay, next: number, arrival: Arrival): void {
    this.#state = State.line;
    this.endAnswerBlock(answer, next, arrival);
  }

  #passOver(start: number, end: number, arrival: Arrival): number {
    const loss = this.#ownLoss();
    loss.passedOver += end - start;
    loss.hasPassedSegment = true;
    this.#tellPassedOver(arrival);
    return end;
  }

  /** `at`: where the next answer would start, if none is under way. */
  #lose(at: number): void {
    if (this.#state !== State.lost) this.#ownLoss().lostFrom = this.answer?.start ?? this.#partial?.from ?? at;
    const partial = this.#partial;
    if (partial !== undefined) {
      this.#ownLoss().passedOver += partial.length;
      partial.free();
      this.#partial = undefined;
    }
    this.dropAnswer();
    if (this.#expected === Expected.knownOrNext) this.#expected = Expected.known;
    this.#state = State.lost;
  }

  #ownLoss(): Loss {
    if (this.#loss === noLoss) this.#loss = new Loss();
    return this.#loss;
  }

  /** What begins at this offset is no answer. */
  #refuse(at: number): void {
    this.#lose(at);
    if (this.#expected !== Expected.first) return;
    this.handler.firstLineIsForeign();
    this.#expected = Expected.answer;
  }

  #tellPassedOver(arrival: Arrival): void {
    const { passedOver } = this.#loss;
    if (passedOver === 0) return;
    this.handler.answerBytesNotUnderstood(passedOver, arrival);
    this.#ownLoss().passedOver = 0;
  }
}
