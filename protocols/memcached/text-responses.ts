import { findNewline, holdsText, latin1 } from '../bytes.ts';
import type { Arrival, SessionContext } from '../protocol.ts';
import { Unfinished } from '../session-memory.ts';
import { type Answer, AnswerShape } from './answer.ts';
import { endWith, findControl, LineRole, linesWithKeys, readAnswerLine } from './answer-line.ts';
import { AnswerUnderWay } from './answer-under-way.ts';
import { LineBuffer } from './line-buffer.ts';
import { digits, unsigned } from './numbers.ts';

/** What the parser of the server's direction tells, in stream order. */
export interface AnswerHandler {
  /** An answer is complete; the object is borrowed. */
  answer(answer: Answer, arrival: Arrival): void;
  /** Whether only `END` can follow the values that the answer under way has so far. */
  isLastValue(answer: Answer): boolean;
  /**
   * The key at this place, from 0, of those that the request asks for that is probably answered; undefined where there
   * is none.
   */
  likelyKey(place: number): string | undefined;
  /** The first line of a stream that is known from its beginning is no answer: memcached is not what is spoken here. */
  firstLineIsForeign(): void;
  /** So many bytes of the server's were no answer that can be told. */
  answerBytesNotUnderstood(length: number, arrival: Arrival): void;
}

const State = { line: 0, block: 1, lost: 2 } as const;

type State = (typeof State)[keyof typeof State];

const endLine = 'END\r\n';

/** Bytes of the line end behind a data block. */
const crlf = 2;

/**
 * Bytes of an answer's keys that the budget of all connections is told of at a time, and what a key costs beside its
 * own.
 */
const accountedBytes = 4096;
const keyOverhead = 48;

/** Keys in a row that a server is expected not to have. */
const mostMisses = 8;

/**
 * The object of the last answer that was complete, used again for the next one of any connection: most answers come in
 * one packet, and a connection that idles holds nothing.
 */
let spare: AnswerUnderWay | undefined;

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
export class TextResponses {
  readonly #handler: AnswerHandler;
  readonly #context: SessionContext;
  #answer: AnswerUnderWay | undefined = undefined;
  #state: State = State.line;
  /** The next line must have a known form, else this is not where an answer starts. */
  #cautious: boolean;
  /** True until the first line was read, where the stream is known from its first byte on. */
  #isFirstLine: boolean;
  /** True where nothing but lines can come, so that behind one that is cut off another one starts. */
  #skipsUnknownLines = false;
  /** The line under way, where a packet before this one began it. */
  #partial: LineBuffer | undefined = undefined;
  /** What the budget of all connections knows of the keys of a long answer. */
  #unfinished: Unfinished | undefined = undefined;
  #blockRest = 0;
  /** Stream offset minus buffer offset of the bytes under way. */
  #origin = 0;
  #offset = 0;
  #loss: Readonly<Loss> = noLoss;

  constructor(handler: AnswerHandler, context: SessionContext, isMidStream: boolean) {
    this.#handler = handler;
    this.#context = context;
    this.#cautious = isMidStream;
    this.#isFirstLine = !isMidStream;
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

  /** The next byte starts an answer, whatever the stream seemed to be in. */
  resume(): void {
    if (this.#state === State.line && this.#answer === undefined) return;
    if (this.#answer !== undefined) this.#lose(this.#offset);
    this.#state = State.line;
    this.#cautious = true;
  }

  data(bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    this.#origin = this.#offset - start;
    let at = start;
    while (at < end) {
      if (this.#state === State.line) at = this.#readLine(bytes, at, end, arrival);
      else if (this.#state === State.block) at = this.#readBlock(bytes, at, end, arrival);
      else at = this.#passOver(at, end);
    }
    this.#offset = this.#origin + end;
  }

  /**
   * As `resume`, where nothing but lines can come: where the next byte is in the middle of one, the next line will do.
   */
  resumeLines(): void {
    this.resume();
    this.#skipsUnknownLines = true;
  }

  /** `length` bytes were never captured. Returns false where that loses the thread. */
  gap(length: number, arrival: Arrival): boolean {
    const before = this.#offset;
    const answer = this.#answer;
    this.#offset += length;
    if (this.#loss.hasPassedSegment) this.#ownLoss().hasPassedSegment = false;
    this.#isFirstLine = false;
    if (this.#state !== State.block || answer === undefined) {
      this.#lose(before);
      return false;
    }
    answer.keepNoMore();
    // A snapshot length cuts the end line together with the value before it. What can only be END is no loss.
    if (length > this.#blockRest && !answer.blockEndsAnswer && this.#handler.isLastValue(answer)) {
      this.#blockRest += endLine.length;
      answer.blockEndsAnswer = true;
      endWith(answer, 'END', AnswerShape.end);
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
    const answer = this.#answer;
    const unfinished = answer === undefined || this.#cautious ? 0 : this.#offset - answer.start - answer.missingBytes;
    if (this.#cautious && this.#partial !== undefined) this.#ownLoss().passedOver += this.#partial.length;
    this.#partial?.free();
    this.#release();
    this.#tellPassedOver(arrival);
    return unfinished;
  }

  /** This is no text protocol: what was not told as read was not understood. */
  abandon(arrival: Arrival): void {
    this.#lose(this.#offset);
    this.#tellPassedOver(arrival);
  }

  #readLine(bytes: Buffer, start: number, end: number, arrival: Arrival): number {
    const partial = this.#partial;
    const answer = this.#answer ?? this.#begin(this.#origin + start, arrival);
    const newlineAt = findNewline(bytes, start, end);
    if (this.#isFirstLine && this.#isForeign(bytes, start, newlineAt < 0 ? end : newlineAt)) {
      this.#refuse(answer);
      return start;
    }
    if (newlineAt < 0) this.#keepLine(answer, bytes, start, end);
    else if (partial === undefined) this.#line(answer, bytes, start, newlineAt, newlineAt + 1, arrival);
    else {
      partial.complete(bytes, start, newlineAt);
      this.#partial = undefined;
      this.#line(answer, partial.bytes, 0, partial.length, newlineAt + 1, arrival);
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

  #begin(start: number, arrival: Arrival): AnswerUnderWay {
    const answer = spare ?? new AnswerUnderWay();
    spare = undefined;
    answer.begin(start, arrival);
    this.#answer = answer;
    return answer;
  }

  /** Keeps the start of a line, as far as the limits allow. */
  #keepLine(answer: AnswerUnderWay, bytes: Buffer, start: number, end: number): void {
    const { memory, limits, anomalies } = this.#context;
    this.#partial ??= new LineBuffer(memory, () => this.#lose(this.#offset));
    const partial = this.#partial;
    partial.append(bytes, start, end);
    if (partial !== this.#partial || partial.length <= limits.commandLineBytes) return;
    anomalies.count('lineLimit');
    this.#lose(answer.start);
  }

  /** Keeps the key of one more `VALUE` block; false where the answer is given up for it. */
  #keepKey(answer: AnswerUnderWay, key: string): boolean {
    const { memory, limits } = this.#context;
    if (answer.keys.length >= limits.keysPerRequest) {
      answer.keysLeftOut++;
      return true;
    }
    answer.addKey(key);
    answer.keyBytes += key.length + keyOverhead;
    if (answer.keyBytes < accountedBytes) return true;
    this.#unfinished ??= new Unfinished(() => this.#lose(this.#offset));
    memory.holdUnfinished(this.#unfinished, answer.keyBytes);
    answer.keyBytes = 0;
    return this.#state !== State.lost;
  }

  #release(): void {
    if (this.#unfinished === undefined) return;
    this.#context.memory.releaseUnfinished(this.#unfinished);
    this.#unfinished = undefined;
  }

  /** `bytes[start, end)` is a line without its `\n`; `next` is where the stream goes on, in the buffer under way. */
  #line(answer: AnswerUnderWay, bytes: Buffer, start: number, end: number, next: number, arrival: Arrival): void {
    const textEnd = end > start && bytes[end - 1] === 0x0d ? end - 1 : end;
    const role = this.#readRole(answer, bytes, start, textEnd);
    if (role === LineRole.isUnknown) {
      this.#ownLoss().passedOver += this.#origin + next - answer.start - answer.missingBytes;
      if (this.#skipsUnknownLines) this.#drop();
      else this.#refuse(answer);
      return;
    }
    if (this.#loss.passedOver > 0) this.#tellPassedOver(arrival);
    this.#cautious = false;
    this.#skipsUnknownLines = false;
    this.#isFirstLine = false;
    if (role === LineRole.opensBlock) this.#state = State.block;
    else if (role === LineRole.isLogged) this.#drop();
    else if (role === LineRole.ends) this.#complete(answer, this.#origin + next, arrival);
  }

  /** Reads one line into the answer and says what it does. */
  #readRole(answer: AnswerUnderWay, bytes: Buffer, start: number, end: number): LineRole {
    if (end - start > 6 && holdsText(bytes, start, 'VALUE ')) return this.#readValueLine(answer, bytes, start, end);
    const role = readAnswerLine(answer, bytes, start, end, this.#cautious);
    if (role !== LineRole.opensBlock) return role;
    // `VA <size> <flags>*`
    answer.blockEndsAnswer = true;
    answer.beginMetaValue(this.#context.keepValueBytes);
    this.#blockRest = answer.bytes + crlf;
    return role;
  }

  /** `VALUE <key> <flags> <bytes> [<cas unique>]` */
  #readValueLine(answer: AnswerUnderWay, bytes: Buffer, start: number, end: number): LineRole {
    const keyEnd = blankOrEnd(bytes, start + 6, end);
    const flagsEnd = blankOrEnd(bytes, keyEnd + 1, end);
    const lengthEnd = blankOrEnd(bytes, flagsEnd + 1, end);
    if (lengthEnd > end) return LineRole.isUnknown;
    const length = digits(bytes, flagsEnd + 1, lengthEnd);
    const flags = digits(bytes, keyEnd + 1, flagsEnd);
    if (length < 0 || length > 0xffffffff || flags < 0 || flags > 0xffffffff) return LineRole.isUnknown;
    const isFirst = answer.keys.length === 0;
    if (isFirst) answer.flags = flags;
    if (lengthEnd < end) {
      const cas = unsigned(bytes, lengthEnd + 1, end);
      if (cas === undefined) return LineRole.isUnknown;
      if (isFirst) answer.cas = cas;
    }
    answer.bytes += length;
    if (!this.#keepKey(answer, this.#keyText(answer, bytes, start + 6, keyEnd))) return LineRole.isUnknown;
    answer.beginValue(length, isFirst ? this.#context.keepValueBytes : 0);
    this.#blockRest = length + crlf;
    return LineRole.opensBlock;
  }

  /**
   * The request's own text, where the key is one of the next that it asks for: that saves a call into native code here,
   * and another one wherever the two are compared.
   */
  #keyText(answer: AnswerUnderWay, bytes: Buffer, start: number, end: number): string {
    const last = answer.likelyPlace + mostMisses;
    for (let place = answer.likelyPlace; place <= last; place++) {
      const likely = this.#handler.likelyKey(place);
      if (likely === undefined) break;
      if (likely.length !== end - start || !holdsText(bytes, start, likely)) continue;
      answer.likelyPlace = place + 1;
      return likely;
    }
    return latin1(bytes, start, end);
  }

  #readBlock(bytes: Buffer, start: number, end: number, arrival: Arrival): number {
    const answer = this.#answer as AnswerUnderWay;
    const length = Math.min(this.#blockRest, end - start);
    answer.keepValue(bytes, start, length);
    this.#blockRest -= length;
    if (this.#blockRest === 0) this.#endBlock(answer, this.#origin + start + length, arrival);
    return start + length;
  }

  /** `next` is the offset in the stream after the block. */
  #endBlock(answer: AnswerUnderWay, next: number, arrival: Arrival): void {
    this.#state = State.line;
    if (!answer.blockEndsAnswer) return;
    if (answer.shape === AnswerShape.meta) answer.endMetaValue(this.#context.keepValueBytes);
    this.#complete(answer, next, arrival);
  }

  #complete(answer: AnswerUnderWay, next: number, arrival: Arrival): void {
    answer.length = next - answer.start;
    answer.endUs = answer.endIsMissing ? -1 : arrival.timeUs;
    this.#answer = undefined;
    this.#handler.answer(answer, arrival);
    this.#giveBack(answer);
  }

  #passOver(start: number, end: number): number {
    const loss = this.#ownLoss();
    loss.passedOver += end - start;
    loss.hasPassedSegment = true;
    return end;
  }

  /** `at`: where the next answer would start, if none is under way. */
  #lose(at: number): void {
    if (this.#state !== State.lost) this.#ownLoss().lostFrom = this.#answer?.start ?? at;
    const partial = this.#partial;
    if (partial !== undefined) {
      this.#ownLoss().passedOver += partial.length;
      partial.free();
      this.#partial = undefined;
    }
    this.#drop();
    this.#skipsUnknownLines = false;
    this.#state = State.lost;
  }

  /** What is under way, if anything, is no answer. */
  #drop(): void {
    const answer = this.#answer;
    this.#answer = undefined;
    if (answer !== undefined) this.#giveBack(answer);
  }

  #giveBack(answer: AnswerUnderWay): void {
    answer.dropKeys();
    this.#release();
    spare = answer;
  }

  #ownLoss(): Loss {
    if (this.#loss === noLoss) this.#loss = new Loss();
    return this.#loss;
  }

  /** The line under way is no answer. */
  #refuse(answer: AnswerUnderWay): void {
    this.#lose(answer.start);
    if (this.#isFirstLine) this.#handler.firstLineIsForeign();
    this.#isFirstLine = false;
  }

  #tellPassedOver(arrival: Arrival): void {
    const { passedOver } = this.#loss;
    if (passedOver === 0) return;
    this.#handler.answerBytesNotUnderstood(passedOver, arrival);
    this.#ownLoss().passedOver = 0;
  }
}

/** Offset of the next blank, or `end`; past `end` where `start` is already there. */
function blankOrEnd(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return end + 1;
  let at = start;
  while (at < end && bytes[at] !== 0x20) at++;
  return at;
}
