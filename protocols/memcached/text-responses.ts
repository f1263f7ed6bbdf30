import { findNewline, holdsText, latin1 } from '../bytes.ts';
import type { Arrival, SessionContext } from '../protocol.ts';
import { Unfinished } from '../session-memory.ts';
import { Answer, AnswerShape } from './answer.ts';
import { LineBuffer } from './line-buffer.ts';
import { readMetaAnswer } from './meta.ts';
import { digits, unsigned } from './numbers.ts';

/** What the parser of the server's direction tells, in stream order. */
export interface AnswerHandler {
  /** An answer is complete; the object is borrowed. */
  answer(answer: Answer, arrival: Arrival): void;
  /** Whether only `END` can follow the values that the answer under way has so far. */
  isLastValue(answer: Answer): boolean;
  /** The key that probably comes next in the answer under way; undefined where nothing is known. */
  likelyKey(answer: Answer): string | undefined;
  /** So many bytes of the server's were no answer that can be told. */
  answerBytesNotUnderstood(length: number, arrival: Arrival): void;
}

const State = { line: 0, block: 1, lost: 2, closed: 3 } as const;

type State = (typeof State)[keyof typeof State];

/** What a line does to the answer under way. */
const LineRole = {
  ends: 0,
  continues: 1,
  opensBlock: 2,
  /** A line that answers nothing, such as what `watch` makes the server log. */
  isLogged: 3,
  isUnknown: 4,
} as const;

type LineRole = (typeof LineRole)[keyof typeof LineRole];

const endLine = 'END\r\n';

/** Digits of the largest number that the server counts with. */
const longestNumber = 20;

/** Bytes of an answer's keys that the budget of all connections is told of at a time, and what a key costs beside its own. */
const accountedBytes = 4096;
const keyOverhead = 48;

/** One-line answers that are common enough to be recognised without making a string. */
const commonAnswers = [
  { text: 'END', shape: AnswerShape.end },
  { text: 'STORED', shape: AnswerShape.word },
  { text: 'DELETED', shape: AnswerShape.word },
  { text: 'NOT_FOUND', shape: AnswerShape.word },
  { text: 'NOT_STORED', shape: AnswerShape.word },
  { text: 'EXISTS', shape: AnswerShape.word },
  { text: 'TOUCHED', shape: AnswerShape.word },
  { text: 'OK', shape: AnswerShape.word },
  { text: 'ERROR', shape: AnswerShape.error },
] as const;

/**
 * The text protocol from the server: answers, told from their own form. Any split of the bytes gives the same
 * answers. Values are counted, never searched.
 */
export class TextResponses {
  readonly #handler: AnswerHandler;
  readonly #context: SessionContext;
  readonly #keepValueBytes: number;
  readonly #answer = new Answer();
  #state: State = State.line;
  /** The next line must have a known form, else this is not where an answer starts. */
  #cautious: boolean;
  #isFirstLine = true;
  /** True from an answer's first byte to its last. */
  #isUnderWay = false;
  /** The line under way, where a packet before this one began it. */
  #partial: LineBuffer | undefined = undefined;
  /** What the budget of all connections knows of the keys of a long answer. */
  #unfinished: Unfinished | undefined = undefined;
  /** Bytes of keys that it does not know of yet. */
  #keyBytes = 0;
  #blockRest = 0;
  #valueRest = 0;
  /** True where nothing of the answer follows the block: a meta value, or a value whose end line was never captured. */
  #blockEndsAnswer = false;
  /** Stream offset minus buffer offset of the bytes under way. */
  #origin = 0;
  #offset = 0;
  #passedOver = 0;
  /** Offset of the answer that was under way, or of the next, when the stream was lost. */
  #lostFrom = 0;
  #hasPassedSegment = false;
  /** True where nothing but lines can come, so that behind one that is cut off another one starts. */
  #skipsUnknownLines = false;

  constructor(handler: AnswerHandler, context: SessionContext, isMidStream: boolean) {
    this.#handler = handler;
    this.#context = context;
    this.#keepValueBytes = context.keepValueBytes;
    this.#cautious = isMidStream;
  }

  get isLost(): boolean {
    return this.#state === State.lost;
  }

  /** Offset of the answer that was under way, or of the next, when the stream was lost. */
  get lostFrom(): number {
    return this.#lostFrom;
  }

  /** Offset in the server's stream of the next byte. */
  get offset(): number {
    return this.#offset;
  }

  /** True where a segment was passed over since the stream was lost: the next one starts where the server began to write. */
  get hasPassedSegment(): boolean {
    return this.#hasPassedSegment;
  }

  /** The next byte starts an answer, whatever the stream seemed to be in. */
  resume(): void {
    if (this.#state === State.closed || (this.#state === State.line && !this.#isUnderWay)) return;
    if (this.#isUnderWay) this.#lose(this.#offset);
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

  /** As `resume`, where nothing but lines can come: where the next byte is in the middle of one, the next line will do. */
  resumeLines(): void {
    this.resume();
    this.#skipsUnknownLines = true;
  }

  /** `length` bytes were never captured. Returns false where that loses the thread. */
  gap(length: number, arrival: Arrival): boolean {
    const before = this.#offset;
    this.#offset += length;
    this.#hasPassedSegment = false;
    if (this.#state === State.closed) return true;
    if (this.#state !== State.block) {
      this.#lose(before);
      return false;
    }
    if (this.#valueRest > 0) this.#answer.valueTruncated = true;
    this.#valueRest = 0;
    // A snapshot length cuts the end line together with the value before it. What can only be END is no loss.
    if (length > this.#blockRest && !this.#blockEndsAnswer && this.#handler.isLastValue(this.#answer)) {
      this.#blockRest += endLine.length;
      this.#blockEndsAnswer = true;
      this.#endWith('END', AnswerShape.end);
    }
    const known = Math.min(length, this.#blockRest);
    this.#blockRest -= known;
    if (this.#blockRest === 0) this.#endBlock(before + known, arrival);
    if (known === length) return true;
    this.#lose(before + known);
    return false;
  }

  end(arrival: Arrival): void {
    this.#partial?.free();
    this.#release();
    this.#tellPassedOver(arrival);
  }

  /** This is no text protocol: what was not told as read was not understood. */
  abandon(arrival: Arrival): void {
    this.#lose(this.#offset);
    this.#tellPassedOver(arrival);
  }

  #readLine(bytes: Buffer, start: number, end: number, arrival: Arrival): number {
    const partial = this.#partial;
    if (!this.#isUnderWay) {
      if (this.#isFirstLine && !isPrintable(bytes[start] as number)) return this.#close(start, end, arrival);
      this.#answer.begin(this.#origin + start, arrival);
      this.#isUnderWay = true;
    }
    const newlineAt = findNewline(bytes, start, end);
    if (newlineAt < 0) this.#keepLine(bytes, start, end);
    else if (partial === undefined) this.#line(bytes, start, newlineAt, newlineAt + 1, arrival);
    else {
      partial.complete(bytes, start, newlineAt);
      this.#partial = undefined;
      this.#line(partial.bytes, 0, partial.length, newlineAt + 1, arrival);
    }
    return newlineAt < 0 ? end : newlineAt + 1;
  }

  /** Keeps the start of a line, as far as the limits allow. */
  #keepLine(bytes: Buffer, start: number, end: number): void {
    const { memory, limits, anomalies } = this.#context;
    this.#partial ??= new LineBuffer(memory, () => this.#lose(this.#answer.start));
    const partial = this.#partial;
    partial.append(bytes, start, end);
    if (partial !== this.#partial || partial.length <= limits.commandLineBytes) return;
    anomalies.count('lineLimit');
    this.#lose(this.#answer.start);
  }

  /** Keeps the key of one more `VALUE` block; false where the answer is given up for it. */
  #keepKey(key: string): boolean {
    const { memory, limits } = this.#context;
    if (this.#answer.keys.length >= limits.keysPerRequest) {
      this.#answer.keysLeftOut++;
      return true;
    }
    this.#answer.addKey(key);
    this.#keyBytes += key.length + keyOverhead;
    if (this.#keyBytes < accountedBytes) return true;
    this.#unfinished ??= new Unfinished(() => this.#lose(this.#answer.start));
    memory.holdUnfinished(this.#unfinished, this.#keyBytes);
    this.#keyBytes = 0;
    return this.#state !== State.lost;
  }

  #release(): void {
    this.#keyBytes = 0;
    if (this.#unfinished === undefined) return;
    this.#context.memory.releaseUnfinished(this.#unfinished);
    this.#unfinished = undefined;
  }

  /** `bytes[start, end)` is a line without its `\n`; `next` is where the stream goes on, in the buffer under way. */
  #line(bytes: Buffer, start: number, end: number, next: number, arrival: Arrival): void {
    const textEnd = end > start && bytes[end - 1] === 0x0d ? end - 1 : end;
    const role = this.#readRole(bytes, start, textEnd);
    if (role === LineRole.isUnknown) {
      this.#passedOver += this.#origin + next - this.#answer.start;
      if (this.#skipsUnknownLines) {
        this.#isUnderWay = false;
        return;
      }
      this.#lose(this.#answer.start);
      return;
    }
    if (this.#passedOver > 0) this.#tellPassedOver(arrival);
    this.#cautious = false;
    this.#skipsUnknownLines = false;
    this.#isFirstLine = false;
    if (role === LineRole.continues) return;
    if (role === LineRole.opensBlock) {
      this.#state = State.block;
      return;
    }
    if (role === LineRole.isLogged) this.#isUnderWay = false;
    else this.#complete(this.#origin + next, arrival);
  }

  /** Reads one line into the answer and says what it does. */
  #readRole(bytes: Buffer, start: number, end: number): LineRole {
    const answer = this.#answer;
    const length = end - start;
    if (length > 6 && holdsText(bytes, start, 'VALUE ')) return this.#readValueLine(bytes, start, end);
    for (const { text, shape } of commonAnswers) {
      if (text.length === length && holdsText(bytes, start, text)) return this.#endWith(text, shape);
    }
    if (length === 2 && answer.lines > 0 && holdsText(bytes, start, 'EN')) return this.#endWith('EN', AnswerShape.end);
    if (isListLine(bytes, start, end)) {
      answer.lines++;
      return LineRole.continues;
    }
    if (isLogLine(bytes, start, end)) return LineRole.isLogged;
    // Version 1.6.45 sends a stray empty line after the error of a retrieval with a bad key.
    if (length === 0) return LineRole.isLogged;
    const blockLength = readMetaAnswer(answer, bytes, start, end);
    if (blockLength === -1) return LineRole.ends;
    if (blockLength >= 0) return this.#openMetaBlock(blockLength);
    const text = latin1(bytes, start, end);
    const number = text.trimEnd();
    if (unsigned(bytes, start, start + number.length) !== undefined) {
      answer.shape = AnswerShape.number;
      answer.text = number;
      return LineRole.ends;
    }
    // A word in capitals starts every other answer. In the middle of a stream only those that are known count.
    if (!(this.#cautious ? knownWords : anyWord).test(text)) return LineRole.isUnknown;
    return this.#endWith(text, errorWords.test(text) ? AnswerShape.error : AnswerShape.word);
  }

  /** The end line of values and lists has the shape of what it ends. */
  #endWith(text: string, shape: AnswerShape): LineRole {
    const answer = this.#answer;
    answer.text = text;
    answer.shape = shape;
    if (shape === AnswerShape.end) {
      if (answer.keys.length > 0) answer.shape = AnswerShape.values;
      else if (answer.lines > 0) answer.shape = AnswerShape.lines;
    }
    return LineRole.ends;
  }

  /** `VALUE <key> <flags> <bytes> [<cas unique>]` */
  #readValueLine(bytes: Buffer, start: number, end: number): LineRole {
    const keyEnd = blankOrEnd(bytes, start + 6, end);
    const flagsEnd = blankOrEnd(bytes, keyEnd + 1, end);
    const lengthEnd = blankOrEnd(bytes, flagsEnd + 1, end);
    if (lengthEnd > end) return LineRole.isUnknown;
    const length = digits(bytes, flagsEnd + 1, lengthEnd);
    const flags = digits(bytes, keyEnd + 1, flagsEnd);
    if (length < 0 || length > 0xffffffff || flags < 0 || flags > 0xffffffff) return LineRole.isUnknown;
    const answer = this.#answer;
    const isFirst = answer.keys.length === 0;
    if (isFirst) answer.flags = flags;
    if (lengthEnd < end) {
      const cas = unsigned(bytes, lengthEnd + 1, end);
      if (cas === undefined) return LineRole.isUnknown;
      if (isFirst) answer.cas = cas;
    }
    answer.bytes += length;
    if (!this.#keepKey(this.#keyText(bytes, start + 6, keyEnd))) return LineRole.isUnknown;
    this.#openBlock(length, isFirst ? this.#keepValueBytes : 0);
    return LineRole.opensBlock;
  }

  /** Using the request's own text, which is nearly always the same, saves a call into native code. */
  #keyText(bytes: Buffer, start: number, end: number): string {
    const likely = this.#handler.likelyKey(this.#answer);
    return likely?.length === end - start && holdsText(bytes, start, likely) ? likely : latin1(bytes, start, end);
  }

  /** `VA <size> <flags>*`: the answer ends with the block. */
  #openMetaBlock(length: number): LineRole {
    this.#answer.bytes = length;
    this.#blockEndsAnswer = true;
    // The number that arithmetic answers with is a result, not a private value.
    this.#openBlock(length, Math.max(this.#keepValueBytes, length <= longestNumber ? length : 0));
    return LineRole.opensBlock;
  }

  #openBlock(length: number, kept: number): void {
    this.#blockRest = length + 2;
    this.#valueRest = Math.min(length, kept);
    if (kept === 0) return;
    this.#answer.value = '';
    this.#answer.valueTruncated = length > kept;
  }

  #readBlock(bytes: Buffer, start: number, end: number, arrival: Arrival): number {
    const length = Math.min(this.#blockRest, end - start);
    if (this.#valueRest > 0) {
      const kept = Math.min(this.#valueRest, length);
      this.#answer.value += latin1(bytes, start, start + kept);
      this.#valueRest -= kept;
    }
    this.#blockRest -= length;
    if (this.#blockRest === 0) this.#endBlock(this.#origin + start + length, arrival);
    return start + length;
  }

  /** `next` is the offset in the stream after the block. */
  #endBlock(next: number, arrival: Arrival): void {
    this.#state = State.line;
    if (!this.#blockEndsAnswer) return;
    this.#blockEndsAnswer = false;
    if (this.#answer.shape === AnswerShape.meta) this.#takeNumber();
    this.#complete(next, arrival);
  }

  /** Of what was kept of a short meta value, only what `--values` asks for stays a value. */
  #takeNumber(): void {
    const answer = this.#answer;
    if (answer.bytes <= longestNumber) answer.number = answer.value;
    answer.value = this.#keepValueBytes > 0 ? answer.value?.slice(0, this.#keepValueBytes) : undefined;
    answer.valueTruncated = answer.value !== undefined && answer.bytes > answer.value.length;
  }

  #complete(next: number, arrival: Arrival): void {
    this.#isUnderWay = false;
    const answer = this.#answer;
    answer.length = next - answer.start;
    answer.endUs = arrival.timeUs;
    this.#handler.answer(answer, arrival);
    // A connection that idles holds nothing.
    answer.dropKeys();
    this.#release();
  }

  #passOver(start: number, end: number): number {
    this.#passedOver += end - start;
    this.#hasPassedSegment = true;
    return end;
  }

  /** `at`: where the next answer would start, if none is under way. */
  #lose(at: number): void {
    if (this.#state !== State.lost) this.#lostFrom = this.#isUnderWay ? this.#answer.start : at;
    const partial = this.#partial;
    if (partial !== undefined) {
      this.#passedOver += partial.length;
      partial.free();
      this.#partial = undefined;
    }
    this.#answer.dropKeys();
    this.#release();
    this.#skipsUnknownLines = false;
    this.#isUnderWay = false;
    this.#blockEndsAnswer = false;
    this.#state = State.lost;
  }

  /** These bytes are no text protocol. That is said at once, and the sum of what follows at the end. */
  #close(start: number, end: number, arrival: Arrival): number {
    this.#state = State.closed;
    this.#handler.answerBytesNotUnderstood(end - start, arrival);
    return end;
  }

  #tellPassedOver(arrival: Arrival): void {
    if (this.#passedOver === 0) return;
    this.#handler.answerBytesNotUnderstood(this.#passedOver, arrival);
    this.#passedOver = 0;
  }
}

const errorWords = /^(?:ERROR|CLIENT_ERROR|SERVER_ERROR)(?![A-Z_])/;

const anyWord = /^[A-Z][A-Z_]+(?![A-Za-z0-9_])[ -~]*$/;

const knownWords =
  /^(?:ERROR|CLIENT_ERROR|SERVER_ERROR|VERSION|RESET|BUSY|BADCLASS|NOTSTARTED|NOSPARE|NOTFULL|UNSAFE|SAME|WATCHER_TOO_MANY|WATCHER_FAILED|MEMLIMIT_TOO_SMALL|MEMLIMIT_ADJUST_FAILED)(?: [ -~]*)?$/;

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f;
}

/** Lines of stats (STAT), stats cachedump (ITEM), stats detail dump (PREFIX), metadump (key=) and mgdump (mg). */
function isListLine(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  switch (bytes[start]) {
    case 0x53:
      return length >= 5 && holdsText(bytes, start, 'STAT ');
    case 0x49:
      return length >= 5 && holdsText(bytes, start, 'ITEM ');
    case 0x50:
      return length >= 7 && holdsText(bytes, start, 'PREFIX ');
    case 0x6b:
      return length >= 4 && holdsText(bytes, start, 'key=');
    case 0x6d:
      return length >= 3 && holdsText(bytes, start, 'mg ');
    default:
      return false;
  }
}

/** What `watch` makes the server write: events, and how many of them a slow watcher missed (`logger.c`). */
function isLogLine(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  return (length > 3 && holdsText(bytes, start, 'ts=')) || (length > 8 && holdsText(bytes, start, 'skipped='));
}

/** Offset of the next blank, or `end`; past `end` where `start` is already there. */
function blankOrEnd(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return end + 1;
  let at = start;
  while (at < end && bytes[at] !== 0x20) at++;
  return at;
}
