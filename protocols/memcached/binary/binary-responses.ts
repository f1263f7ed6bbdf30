import { latin1, u32be } from '../../bytes.ts';
import type { Arrival, SessionContext } from '../../protocol.ts';
import type { AnswerStart } from '../../standing.ts';
import type { WireNumber } from '../../transaction.ts';
import type { PairedAnswer } from '../pairing/dialect.ts';
import { type Header, headerLength, Magic } from './header.ts';
import { Message } from './message.ts';
import { type MessageReader, MessageStream } from './message-stream.ts';
import { CommandKind, isServed, opcodeOf } from './opcodes.ts';
import { isKnownStatus, StatusCode, statusName } from './statuses.ts';

/** What an answer costs that is held, in bytes of `pendingTotalBytes`. */
const answerCost = 640;

/** One answer of the server's. One object is reused: copy what must outlive the call. */
export class Answer implements PairedAnswer {
  opcode = 0;
  opaque = 0;
  status = 0;
  cas: WireNumber | undefined = undefined;
  flags: WireNumber | undefined = undefined;
  /** Undefined where the answer carries none, or it was never captured. */
  key: string | undefined = undefined;
  /** False where `key` is missing because it was never captured. */
  isHeadWhole = true;
  valueLength = 0;
  /** First bytes of the value, as Latin-1: a number, a text, or as many of a retrieved value as the caller wants. */
  value = '';
  /** True where the caller wants retrieved values. */
  keepsValue = false;
  /** Offset in the server's stream of the first byte, and bytes on the stream. */
  start = 0;
  length = 0;
  /** Times of the packets with the first and the last byte, µs since 1970. */
  startUs = 0;
  endUs = 0;
  /** Number of the packet with the first byte. */
  packet = 0;
  /** Of an answer in several messages: those before the last. */
  lines = 0;
  /** How far the server had received the client's stream when it sent the first byte; -1 if unknown. */
  acknowledged = -1;

  readonly cost = answerCost;

  /** What it answers and its status, in words: `get: not_found`. */
  get line(): string {
    return `${opcodeOf(this.opcode).name}: ${statusName(this.status)}`;
  }

  copy(): this {
    return Object.assign(new Answer(), this) as this;
  }
}

/** What the server's direction tells, in stream order. */
export interface AnswerHandler {
  /** An answer is complete; the object is borrowed. */
  answer(answer: Answer): void;
  /** So many bytes of the server's were no answer that can be told. */
  answerBytesNotUnderstood(length: number, arrival: Arrival): void;
}

/** True for each but the last message of an answer to `stat`: the last one has no key. */
function isContinued({ opcode, status, key, isHeadWhole }: Answer): boolean {
  if (opcodeOf(opcode).kind !== CommandKind.stat || status !== StatusCode.success) return false;
  return key !== undefined || !isHeadWhole;
}

/** `bytes` holds the extras from `at` on. */
function readHead(answer: Answer, { header, isHeadWhole }: Message, bytes: Buffer, at: number): void {
  answer.lines = 0;
  answer.opcode = header.opcode;
  answer.opaque = header.opaque;
  answer.status = header.status;
  answer.cas = header.cas;
  answer.isHeadWhole = isHeadWhole;
  answer.flags = isHeadWhole && header.extrasLength === 4 ? u32be(bytes, at) : undefined;
  const keyAt = at + header.extrasLength;
  answer.key = isHeadWhole && header.keyLength > 0 ? latin1(bytes, keyAt, keyAt + header.keyLength) : undefined;
}

function complete(answer: Answer, message: Message, arrival: Arrival): void {
  answer.valueLength = message.valueLength;
  answer.value = message.value;
  answer.start = message.start;
  answer.length = message.length;
  answer.startUs = message.startUs;
  answer.endUs = message.endIsMissing ? -1 : arrival.timeUs;
  answer.packet = message.packet;
  answer.acknowledged = message.acknowledged;
}

const scratch = new Message();

/**
 * Reads an answer whose header is known to be one: `bytes[at, end)` are header, extras, key and as much of the value as
 * counts. It lies at `start` of the stream, and `arrival` brought its first byte.
 */
export function readAnswerAt(
  answer: Answer,
  bytes: Buffer,
  at: number,
  end: number,
  start: number,
  arrival: Arrival,
): void {
  scratch.beginWith(bytes, at, start, arrival);
  readHead(answer, scratch, bytes, at + headerLength);
  scratch.value = latin1(bytes, at + scratch.header.headLength, end);
  complete(answer, scratch, arrival);
}

/** Bytes of a text answer that are kept: a version, or a list of SASL mechanisms. */
const textLength = 256;

/** Whether an answer to a command that every server knows may start with this header. */
export function isPlausibleAnswer({ opcode, dataType, extrasLength, status }: Header): boolean {
  const hasFlags = extrasLength === 4 && status === StatusCode.success;
  return dataType === 0 && isServed(opcodeOf(opcode)) && isKnownStatus(status) && (extrasLength === 0 || hasFlags);
}

/** The server's direction: answers, told from their own form. */
export class BinaryResponses implements MessageReader {
  readonly stream: MessageStream;
  readonly #handler: AnswerHandler;
  readonly #keepValueBytes: number;
  readonly #answer = new Answer();
  /** The messages so far of an answer that has several. */
  #several: Answer | undefined = undefined;

  constructor(handler: AnswerHandler, context: SessionContext, isMidStream: boolean) {
    this.stream = new MessageStream(this, Magic.response, context.memory, isMidStream);
    this.#handler = handler;
    this.#keepValueBytes = context.keepValueBytes;
    this.#answer.keepsValue = context.keepValueBytes > 0;
  }

  /** Somebody else has read up to this offset; the value of this answer is under way there. */
  goOnIn({ bytes, start, from, timeUs, packet, acknowledged }: AnswerStart, offset: number): void {
    const message = this.stream.goOnIn(bytes, start, from, offset, { timeUs, packet, acknowledged });
    this.head(message, bytes, start + headerLength);
  }

  isPlausible(header: Header): boolean {
    return isPlausibleAnswer(header);
  }

  takesNoneOfBody(): boolean {
    return false;
  }

  head(message: Message, bytes: Buffer, at: number): void {
    readHead(this.#answer, message, bytes, at);
    message.wanted = this.#wanted(message.header);
  }

  complete(message: Message, arrival: Arrival): void {
    complete(this.#answer, message, arrival);
    this.#tell(this.#answer);
  }

  get isPlain(): boolean {
    return this.#several === undefined && this.stream.isPlain;
  }

  /** Offset in the stream from which on nothing is known where it is lost now. */
  get lostFrom(): number {
    return this.#several?.start ?? this.stream.messageStart;
  }

  /** The messages that came of an answer are all: its client goes on, or the stream is lost. Returns their bytes. */
  dropSeveral(): number {
    const bytes = this.#several?.length ?? 0;
    this.#several = undefined;
    return bytes;
  }

  #tell(answer: Answer): void {
    const several = this.#several;
    if (several !== undefined && (several.opcode !== answer.opcode || several.opaque !== answer.opaque)) {
      this.#several = undefined;
      this.#handler.answer(several);
    }
    if (isContinued(answer)) {
      this.#several ??= answer.copy();
      this.#several.lines++;
      this.#several.length = answer.start + answer.length - this.#several.start;
    } else if (this.#several === undefined) this.#handler.answer(answer);
    else {
      const { lines, start, startUs, packet, acknowledged } = this.#several;
      this.#several = undefined;
      const length = answer.start + answer.length - start;
      this.#handler.answer(Object.assign(answer.copy(), { lines, start, length, startUs, packet, acknowledged }));
    }
  }

  notUnderstood(length: number, arrival: Arrival): void {
    this.#handler.answerBytesNotUnderstood(length, arrival);
  }

  /** What a SASL exchange brings is never among it. */
  #wanted(header: Header): number {
    if (header.status !== StatusCode.success) return 0;
    switch (opcodeOf(header.opcode).kind) {
      case CommandKind.retrieval:
        return this.#keepValueBytes;
      case CommandKind.arithmetic:
        return 8;
      case CommandKind.version:
      case CommandKind.mechanisms:
        return textLength;
      default:
        return 0;
    }
  }
}
