import { holdsText, latin1 } from '../../bytes.ts';
import type { Arrival, SessionContext } from '../../protocol.ts';
import { Unfinished } from '../../session-memory.ts';
import { type Answer, AnswerShape } from './answer.ts';
import { type BlockLine, holdsStart, LineRole, readAnswerLine, readBlockLine } from './answer-line.ts';
import { AnswerUnderWay } from './answer-under-way.ts';

/** How a single line may go on. */
export const GoesOn = {
  /** It is all of an answer. */
  no: 0,
  /** Further lines may follow, such as answer an unknown command. */
  inLines: 1,
  /** A list may follow, of which it is no line itself. */
  inList: 2,
} as const;

export type GoesOn = (typeof GoesOn)[keyof typeof GoesOn];

/** What putting answers together has to know of the requests, and tells. */
export interface AnswerHandler {
  /** An answer is complete; the object is borrowed. */
  answer(answer: Answer): void;
  /** How a single line, `answer`, may go on. */
  goesOn(answer: Answer): GoesOn;
  /** Whether the answer under way is a list of commands, which a line with `EN` ends. */
  listsCommands(): boolean;
  /** Whether any request awaits an answer behind the next one. */
  isFollowed(): boolean;
  /**
   * The key at this place, from 0, of those that the request asks for that is probably answered; undefined where there
   * is none.
   */
  likelyKey(place: number): string | undefined;
}

/** In place of the size of a block: a line opens none. */
export const opensNone = -1;

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

/** What a line would say if it were all of an answer. */
const scratch = new AnswerUnderWay();

/** Whether a line, `bytes[start, end)` without its line end, is none that memcached is known to say. */
export function isUnknownLine(bytes: Buffer, start: number, end: number, isCautious: boolean): boolean {
  if (readValueLine(bytes, start, end) !== undefined) return false;
  return readAnswerLine(scratch, bytes, start, end, isCautious) === LineRole.isUnknown;
}

/** Puts the server's lines and blocks together to answers, each told from its own form. Who reads the stream extends it. */
export abstract class AnswerAssembly {
  /** The answer under way, if any. */
  protected answer: AnswerUnderWay | undefined = undefined;
  protected readonly handler: AnswerHandler;
  protected readonly context: SessionContext;
  /** What the budget of all connections knows of the keys of a long answer. */
  #unfinished: Unfinished | undefined = undefined;

  constructor(handler: AnswerHandler, context: SessionContext) {
    this.handler = handler;
    this.context = context;
  }

  /** Memory is short: what is under way is given up. */
  abstract giveUp(): void;

  /** Nothing of the answer under way follows what came of it: it is complete. */
  protected finishAnswer(): void {
    const { answer } = this;
    if (answer === undefined) return;
    if (answer.lines > 1) answer.shape = AnswerShape.lines;
    this.#complete(answer, answer.lastEnd, answer.lastUs);
  }

  /** What is under way, if anything, is no answer. */
  protected dropAnswer(): void {
    const { answer } = this;
    this.answer = undefined;
    if (answer !== undefined) this.#giveBack(answer);
  }

  protected release(): void {
    if (this.#unfinished === undefined) return;
    this.context.memory.releaseUnfinished(this.#unfinished);
    this.#unfinished = undefined;
  }

  /**
   * `bytes[start, end)` is a line without its line end. `from`, `next`: offsets in the stream of its first byte and
   * behind its last; `began`: the packet that brought its first byte. Returns the size of the block that it opens,
   * bytes, or `opensNone`.
   */
  protected takeLine(
    bytes: Buffer,
    start: number,
    end: number,
    from: number,
    next: number,
    began: Arrival,
    arrival: Arrival,
  ): number {
    const { answer } = this;
    const value = readValueLine(bytes, start, end);
    if (answer === undefined) return this.#firstLine(this.#begin(from, began), value, bytes, start, end, next, arrival);
    if (answer.shape === AnswerShape.meta) {
      // The rest of a value that is longer than the server says.
      this.#complete(answer, next, arrival.timeUs);
      return opensNone;
    }
    const role = value !== undefined ? LineRole.block : readAnswerLine(scratch, bytes, start, end, false);
    if (role === LineRole.aside) return opensNone;
    if (this.#goesOn(answer, role, value !== undefined, bytes, start, end)) {
      return this.#take(answer, role, value, bytes, start, end, next, arrival);
    }
    if (answer.isBroken || (answer.isOfValues && role === LineRole.isUnknown)) {
      // What stands between values, and is none of the server's lines, is what one of them is longer by.
      answer.isBroken = true;
      answer.goesOnTo(next, arrival);
      return opensNone;
    }
    // The answer under way ends without an end of its own: the line is of the next.
    answer.isBroken = answer.isOfValues;
    this.#complete(answer, from, answer.lastUs);
    return this.takeLine(bytes, start, end, from, next, began, arrival);
  }

  /** The block under way is complete, up to this offset in the stream. */
  protected endAnswerBlock(answer: AnswerUnderWay, next: number, arrival: Arrival): void {
    answer.goesOnTo(next, arrival);
    if (!answer.blockEndsAnswer) return;
    if (answer.shape === AnswerShape.meta) answer.endMetaValue(this.context.keepValueBytes);
    this.#complete(answer, next, arrival.timeUs);
  }

  #begin(start: number, arrival: Arrival): AnswerUnderWay {
    const answer = spare ?? new AnswerUnderWay();
    spare = undefined;
    answer.begin(start, arrival);
    this.answer = answer;
    return answer;
  }

  #firstLine(
    answer: AnswerUnderWay,
    value: BlockLine | undefined,
    bytes: Buffer,
    start: number,
    end: number,
    next: number,
    arrival: Arrival,
  ): number {
    const role = value !== undefined ? LineRole.block : readAnswerLine(answer, bytes, start, end, false);
    if (role === LineRole.aside) {
      this.dropAnswer();
      return opensNone;
    }
    if (role === LineRole.isUnknown) {
      // None of memcached's, and an answer all the same.
      answer.shape = AnswerShape.word;
      answer.text = latin1(bytes, start, end);
    }
    return this.#take(answer, role, value, bytes, start, end, next, arrival);
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
    if (role === LineRole.end) return !(answer.isHeld && answer.lines === 1 && this.handler.isFollowed());
    if (answer.isOfValues) return isValue;
    if (role === LineRole.item) return true;
    const isEndOfCommands = end - start === 2 && holdsText(bytes, start, 'EN');
    if (answer.isHeld) {
      if (isEndOfCommands && this.handler.listsCommands()) return true;
      return answer.firstWord !== '' && holdsStart(bytes, start, end, answer.firstWord);
    }
    if (role === LineRole.block) return !isValue;
    return isEndOfCommands;
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
  ): number {
    answer.goesOnTo(next, arrival);
    switch (role) {
      case LineRole.end:
        answer.endWith('END');
        this.#complete(answer, next, arrival.timeUs);
        return opensNone;
      case LineRole.item:
        answer.addItem(bytes, start, end);
        return opensNone;
      case LineRole.block:
        if (opened !== undefined) return this.#openValue(answer, opened, bytes, end);
        return answer.openConfig(bytes, start, end) ?? opensNone;
      case LineRole.lastBlock:
        // `VA <size> <flags>*`
        answer.blockEndsAnswer = true;
        answer.beginMetaValue(this.context.keepValueBytes);
        return answer.bytes;
      default:
        this.#takeSingle(answer, bytes, start, end, next, arrival);
        return opensNone;
    }
  }

  #takeSingle(answer: AnswerUnderWay, bytes: Buffer, start: number, end: number, next: number, arrival: Arrival): void {
    const isFurther = answer.lines > 0 || answer.isHeld;
    // Another line of those that answer an unknown command, or the end of a list of commands.
    const goesOn = isFurther ? GoesOn.no : this.handler.goesOn(answer);
    if (isFurther && answer.firstWord !== '') answer.addLine(latin1(bytes, start, end));
    else if (goesOn !== GoesOn.no) answer.hold(goesOn === GoesOn.inLines);
    else {
      if (isFurther) answer.endWith('EN');
      this.#complete(answer, next, arrival.timeUs);
    }
  }

  #openValue(answer: AnswerUnderWay, opened: BlockLine, bytes: Buffer, end: number): number {
    const isFirst = answer.keys.length === 0;
    const { bytes: length } = opened;
    answer.openValue(opened, bytes, end);
    if (!this.#keepKey(answer, this.#keyText(answer, bytes, opened.keyStart, opened.keyEnd))) return opensNone;
    if (!isFirst && answer.keysLeftOut === 0) answer.addSize(length);
    answer.beginValue(length, isFirst ? this.context.keepValueBytes : 0);
    return length;
  }

  /**
   * The request's own text, where the key is one of the next that it asks for: that saves a call into native code here,
   * and another one wherever the two are compared.
   */
  #keyText(answer: AnswerUnderWay, bytes: Buffer, start: number, end: number): string {
    const last = answer.likelyPlace + mostMisses;
    for (let place = answer.likelyPlace; place <= last; place++) {
      const likely = this.handler.likelyKey(place);
      if (likely === undefined) break;
      if (likely.length !== end - start || !holdsText(bytes, start, likely)) continue;
      answer.likelyPlace = place + 1;
      return likely;
    }
    return latin1(bytes, start, end);
  }

  /** Keeps the key of one more `VALUE` block; false where the answer is given up for it. */
  #keepKey(answer: AnswerUnderWay, key: string): boolean {
    const { memory, limits } = this.context;
    if (answer.keys.length >= limits.keysPerRequest) {
      answer.keysLeftOut++;
      return true;
    }
    answer.addKey(key);
    answer.keyBytes += key.length + keyOverhead;
    if (answer.keyBytes < accountedBytes) return true;
    this.#unfinished ??= new Unfinished(() => this.giveUp());
    memory.holdUnfinished(this.#unfinished, answer.keyBytes);
    answer.keyBytes = 0;
    return this.answer === answer;
  }

  #complete(answer: AnswerUnderWay, next: number, endUs: number): void {
    answer.length = next - answer.start;
    answer.endUs = answer.endIsMissing ? -1 : endUs;
    this.answer = undefined;
    this.handler.answer(answer);
    this.#giveBack(answer);
  }

  #giveBack(answer: AnswerUnderWay): void {
    answer.dropKeys();
    this.release();
    spare = answer;
  }
}

function readValueLine(bytes: Buffer, start: number, end: number): BlockLine | undefined {
  return holdsStart(bytes, start, end, 'VALUE ') ? readBlockLine(bytes, start + 6, end) : undefined;
}
