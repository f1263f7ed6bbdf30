import { findNewline, holdsText, latin1 } from '../../bytes.ts';
import type { Arrival, SessionContext } from '../../protocol.ts';
import { type SessionMemory, Unfinished } from '../../session-memory.ts';
import { LineBuffer } from '../line-buffer.ts';
import { type Answer, AnswerShape } from './answer.ts';
import {
  type BlockLine,
  findControl,
  holdsStart,
  LineRole,
  linesWithKeys,
  readAnswerLine,
  readBlockLine,
} from './answer-line.ts';
import { AnswerUnderWay } from './answer-under-way.ts';
import { unsigned } from './numbers.ts';

/** What the parser of the server's direction tells, in stream order. */
export interface AnswerHandler {
  /** An answer is complete; the object is borrowed. */
  answer(answer: Answer): void;
  /** Whether only `END` can follow the values that the answer under way has so far. */
  isLastValue(answer: Answer): boolean;
  /** Whether a single line, `answer`, may be the first of several that answer a command. */
  mayGoOn(answer: Answer): boolean;
  /** Whether the answer under way is a list of commands, which a line with `EN` ends. */
  listsCommands(): boolean;
  /** Whether any request awaits an answer behind the next one. */
  isFollowed(): boolean;
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

/** How `stats settings` says how large an item may be. */
const itemSizeLine = 'STAT item_size_max ';

const carriageReturn = 0x0d;
const newline = 0x0a;

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

/** The start of a line of the server's. */
class LineStart extends LineBuffer {
  /** Offset in the stream of its first byte, and the packet that brought it. */
  readonly from: number;
  readonly arrival: Arrival;

  constructor(memory: SessionMemory, from: number, { timeUs, packet, acknowledged }: Arrival, giveUp: () => void) {
    super(memory, giveUp);
    this.from = from;
    this.arrival = { timeUs, packet, acknowledged };
  }
}

/** What a line would say if it were all of an answer. */
const scratch = new AnswerUnderWay();

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
  #partial: LineStart | undefined = undefined;
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

  /** True where lines came of an answer that has no end yet, or none that can be known. */
  get isOpen(): boolean {
    return this.#state === State.line && this.#partial === undefined && this.#answer !== undefined;
  }

  /** True where the answer under way has no end of its own. */
  get hasNoEnd(): boolean {
    return this.isOpen && ((this.#answer?.isHeld || this.#answer?.isBroken) ?? false);
  }

  /** The answer under way, if any, is complete: its client goes on. */
  finish(): void {
    const answer = this.#answer;
    if (answer === undefined || !this.isOpen) return;
    if (answer.lines > 1) answer.shape = AnswerShape.lines;
    this.#complete(answer, answer.lastEnd, answer.lastUs);
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
      else at = this.#passOver(at, end, arrival);
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
      endWith(answer, 'END');
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
    const answer = this.#answer;
    const from = answer === undefined ? (this.#partial?.from ?? this.#offset) : answer.start + answer.missingBytes;
    const unfinished = this.#cautious ? 0 : this.#offset - from;
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
    const newlineAt = findNewline(bytes, start, end);
    if (this.#isFirstLine && this.#isForeign(bytes, start, newlineAt < 0 ? end : newlineAt)) {
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

  #begin(start: number, arrival: Arrival): AnswerUnderWay {
    const answer = spare ?? new AnswerUnderWay();
    spare = undefined;
    answer.begin(start, arrival);
    this.#answer = answer;
    return answer;
  }

  /** Keeps the start of a line, as far as the limits allow. */
  #keepLine(bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    const { memory, limits, anomalies } = this.#context;
    this.#partial ??= new LineStart(memory, this.#origin + start, arrival, () => this.#lose(this.#offset));
    const partial = this.#partial;
    partial.append(bytes, start, end);
    if (partial !== this.#partial || partial.length <= limits.commandLineBytes) return;
    anomalies.count('lineLimit');
    this.#lose(partial.from);
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

  /**
   * `bytes[start, end)` is a line without its `\n`. `next`: where the stream goes on, in the buffer under way; `from`,
   * `began`: offset in the stream of its first byte, and the packet that brought it.
   */
  #line(bytes: Buffer, start: number, end: number, next: number, from: number, began: Arrival, arrival: Arrival): void {
    const textEnd = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end;
    const answer = this.#answer;
    const value = holdsStart(bytes, start, textEnd, 'VALUE ') ? readBlockLine(bytes, start + 6, textEnd) : undefined;
    if (answer === undefined) {
      this.#firstLine(this.#begin(from, began), value, bytes, start, textEnd, next, arrival);
      return;
    }
    if (answer.shape === AnswerShape.meta) {
      // The rest of a value that is longer than the server says.
      this.#complete(answer, this.#origin + next, arrival.timeUs);
      return;
    }
    const role = value !== undefined ? LineRole.block : readAnswerLine(scratch, bytes, start, textEnd, this.#cautious);
    if (role === LineRole.aside) this.#understood(arrival);
    else if (this.#goesOn(answer, role, value !== undefined, bytes, start, textEnd)) {
      this.#understood(arrival);
      this.#take(answer, role, value, bytes, start, textEnd, next, arrival);
    } else if (answer.isBroken || (isOfValues(answer) && role === LineRole.isUnknown)) {
      // What stands between values, and is none of the server's lines, is what one of them is longer by.
      answer.isBroken = true;
      answer.goesOnTo(this.#origin + next, arrival);
    } else {
      // The answer under way ends without an end of its own: the line is of the next.
      answer.isBroken = isOfValues(answer);
      this.#complete(answer, from, answer.lastUs);
      this.#line(bytes, start, end, next, from, began, arrival);
    }
  }

  #firstLine(
    answer: AnswerUnderWay,
    value: BlockLine | undefined,
    bytes: Buffer,
    start: number,
    end: number,
    next: number,
    arrival: Arrival,
  ): void {
    const role = value !== undefined ? LineRole.block : readAnswerLine(answer, bytes, start, end, this.#cautious);
    if (role === LineRole.isUnknown) {
      this.#readUnknown(answer, bytes, start, end, next, arrival);
      return;
    }
    this.#understood(arrival);
    if (role === LineRole.aside) this.#drop();
    else this.#take(answer, role, value, bytes, start, end, next, arrival);
  }

  /** Whether a line goes on with the answer under way. */
  #goesOn(
    answer: AnswerUnderWay,
    role: LineRole,
    isValue: boolean,
    bytes: Buffer,
    start: number,
    end: number,
  ): boolean {
    if (role === LineRole.end) return !(answer.isHeld && answer.lines === 1 && this.#handler.isFollowed());
    if (isOfValues(answer)) return isValue;
    if (role === LineRole.item) return true;
    const isEndOfCommands = end - start === 2 && holdsText(bytes, start, 'EN');
    if (answer.isHeld) {
      if (isEndOfCommands && this.#handler.listsCommands()) return true;
      return answer.firstWord !== '' && holdsStart(bytes, start, end, answer.firstWord);
    }
    if (role === LineRole.block) return !isValue;
    return isEndOfCommands;
  }

  #understood(arrival: Arrival): void {
    if (this.#loss.passedOver > 0) this.#tellPassedOver(arrival);
    this.#cautious = false;
    this.#skipsUnknownLines = false;
    this.#isFirstLine = false;
  }

  /** A line that is none of memcached's: an answer all the same where the stream is certain. */
  #readUnknown(
    answer: AnswerUnderWay,
    bytes: Buffer,
    start: number,
    end: number,
    next: number,
    arrival: Arrival,
  ): void {
    if (!this.#cautious && !this.#isFirstLine && !this.#skipsUnknownLines) {
      answer.shape = AnswerShape.word;
      answer.text = latin1(bytes, start, end);
      this.#take(answer, LineRole.single, undefined, bytes, start, end, next, arrival);
      return;
    }
    this.#ownLoss().passedOver += this.#origin + next - answer.start;
    if (this.#skipsUnknownLines) this.#drop();
    else this.#refuse(answer.start);
  }

  /** A line that begins the answer under way, or goes on with it. */
  #take(
    answer: AnswerUnderWay,
    role: LineRole,
    opened: BlockLine | undefined,
    bytes: Buffer,
    start: number,
    end: number,
    next: number,
    arrival: Arrival,
  ): void {
    answer.goesOnTo(this.#origin + next, arrival);
    switch (role) {
      case LineRole.end:
        endWith(answer, 'END');
        this.#complete(answer, this.#origin + next, arrival.timeUs);
        return;
      case LineRole.item:
        this.#takeItem(answer, bytes, start, end);
        return;
      case LineRole.block:
        if (opened !== undefined) this.#openValue(answer, opened, bytes, end);
        else this.#openConfig(answer, bytes, start, end);
        return;
      case LineRole.lastBlock:
        // `VA <size> <flags>*`
        answer.blockEndsAnswer = true;
        answer.beginMetaValue(this.#context.keepValueBytes);
        this.#openBlock(answer.bytes);
        return;
      default:
        this.#takeSingle(answer, bytes, start, end, next, arrival);
    }
  }

  #takeSingle(answer: AnswerUnderWay, bytes: Buffer, start: number, end: number, next: number, arrival: Arrival): void {
    if (answer.lines > 0 || answer.isHeld) {
      // Another line of those that answer an unknown command, or the end of a list of commands.
      if (answer.firstWord !== '') answer.addLine(latin1(bytes, start, end));
      else {
        endWith(answer, 'EN');
        this.#complete(answer, this.#origin + next, arrival.timeUs);
      }
      return;
    }
    if (this.#handler.mayGoOn(answer)) {
      answer.hold();
      return;
    }
    this.#complete(answer, this.#origin + next, arrival.timeUs);
  }

  #takeItem(answer: AnswerUnderWay, bytes: Buffer, start: number, end: number): void {
    answer.isHeld = false;
    answer.shape = AnswerShape.lines;
    if (holdsStart(bytes, start, end, itemSizeLine)) {
      answer.itemSizeMax = Number(unsigned(bytes, start + itemSizeLine.length, end) ?? -1);
    }
    if (answer.lines === 0) answer.addLine(latin1(bytes, start, end));
    else answer.lines++;
  }

  #openValue(answer: AnswerUnderWay, opened: BlockLine, bytes: Buffer, end: number): void {
    const isFirst = answer.keys.length === 0;
    answer.shape = AnswerShape.values;
    const { bytes: length, casStart } = opened;
    if (isFirst) {
      answer.flags = opened.flags;
      answer.firstBytes = length;
      if (casStart >= 0) answer.cas = unsigned(bytes, casStart, end);
    }
    answer.bytes += length;
    if (!this.#keepKey(answer, this.#keyText(answer, bytes, opened.keyStart, opened.keyEnd))) return;
    if (!isFirst && answer.keysLeftOut === 0) answer.addSize(length);
    answer.beginValue(length, isFirst ? this.#context.keepValueBytes : 0);
    this.#openBlock(length);
  }

  #openConfig(answer: AnswerUnderWay, bytes: Buffer, start: number, end: number): void {
    const opened = readBlockLine(bytes, start + 'CONFIG '.length, end);
    this.#takeItem(answer, bytes, start, end);
    if (opened === undefined) return;
    answer.bytes += opened.bytes;
    this.#openBlock(opened.bytes);
  }

  #openBlock(length: number): void {
    this.#blockRest = length + crlf;
    this.#state = State.block;
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
    answer.goesOnTo(next, arrival);
    if (!answer.blockEndsAnswer) return;
    if (answer.shape === AnswerShape.meta) answer.endMetaValue(this.#context.keepValueBytes);
    this.#complete(answer, next, arrival.timeUs);
  }

  #complete(answer: AnswerUnderWay, next: number, endUs: number): void {
    answer.length = next - answer.start;
    answer.endUs = answer.endIsMissing ? -1 : endUs;
    this.#answer = undefined;
    this.#handler.answer(answer);
    this.#giveBack(answer);
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
    if (this.#state !== State.lost) this.#ownLoss().lostFrom = this.#answer?.start ?? this.#partial?.from ?? at;
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

  /** What begins at this offset is no answer. */
  #refuse(at: number): void {
    this.#lose(at);
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

function isOfValues({ shape, keys }: Answer): boolean {
  return shape === AnswerShape.values && keys.length > 0;
}

/** The end of values and lists has the shape of what it ends. */
function endWith(answer: Answer, text: string): void {
  answer.text = text;
  answer.shape = AnswerShape.end;
  if (answer.keys.length > 0) answer.shape = AnswerShape.values;
  else if (answer.lines > 0) answer.shape = AnswerShape.lines;
}
