import { latin1 } from '../../bytes.ts';
import type { Arrival } from '../../protocol.ts';
import type { SessionMemory } from '../../session-memory.ts';
import { LineBuffer } from '../line-buffer.ts';
import { decodeHeader, type Header, headerLength, Magic, maxBodyLength } from './header.ts';
import { Message } from './message.ts';

/** What one direction tells, in stream order. The message is borrowed. */
export interface MessageReader {
  /** Whether a message may start with this header, where it is only believed that one starts here. */
  isPlausible(header: Header): boolean;
  /** Whether a message starts with this header, although its body is longer than `maxBodyLength`. */
  takesNoneOfBody(header: Header): boolean;
  /**
   * Header, extras and key are there; `bytes` holds the extras from `at` on, unless `message.isHeadWhole` is false.
   * May lower `valueLength`, where the server takes none, and set `wanted`.
   */
  head(message: Message, bytes: Buffer, at: number, arrival: Arrival): void;
  /** The message is complete. */
  complete(message: Message, arrival: Arrival): void;
  /** The sender goes on although it has asked its peer to close. */
  readsOn?(): void;
  /** What was read on trial are no messages. */
  refuted?(): void;
  /** So many bytes were no message that can be told. */
  notUnderstood(length: number, arrival: Arrival): void;
}

const State = {
  head: 0,
  value: 1,
  /** After a hole: nothing is read until the session knows where a message starts. */
  lost: 2,
  /** The peer reads no further message. */
  closed: 3,
  /** The same, as far as it was asked to: what comes is read on trial. */
  asked: 4,
} as const;

type State = (typeof State)[keyof typeof State];

const noBytes = Buffer.alloc(0);

/**
 * The binary protocol's framing, the same in both directions. Any split of the bytes gives the same messages. Values
 * are counted, never searched; a head that packets divide is put together in at most 24 + 255 + 65535 bytes.
 */
export class MessageStream {
  readonly #reader: MessageReader;
  readonly #magic: number;
  readonly #message = new Message();
  #state: State = State.head;
  /** The next header must be plausible as a whole, else this is not where a message starts. */
  #cautious: boolean;
  /** Where a message starts was known from the first byte on. */
  #isUnbroken: boolean;
  readonly #memory: SessionMemory;
  /** The head under way, where a packet before this one began it. */
  #partial: LineBuffer | undefined = undefined;
  #valueRest = 0;
  /** Stream offset minus buffer offset of the bytes under way. */
  #origin = 0;
  #offset = 0;
  /** Bytes passed over since the stream was lost or closed, not yet told. */
  #passedOver = 0;
  #hasPassedSegment = false;
  /** Offset from which on messages are read on trial; -1 where none are. */
  #trialFrom = -1;

  /** `isMidStream`: the connection was open before the capture began, so the first byte may be any. */
  constructor(reader: MessageReader, magic: number, memory: SessionMemory, isMidStream: boolean) {
    this.#reader = reader;
    this.#memory = memory;
    this.#magic = magic;
    this.#cautious = isMidStream;
    this.#isUnbroken = !isMidStream;
    if (isMidStream && magic === Magic.request) this.#trialFrom = 0;
  }

  get isLost(): boolean {
    return this.#state === State.lost;
  }

  /** True where the next byte is only believed to start a message. */
  get isCautious(): boolean {
    return this.#cautious;
  }

  /** True where messages are read from a point that may not start one. */
  get isTentative(): boolean {
    return this.#trialFrom >= 0;
  }

  /** Offset of the message under way, or of the next one; where the stream was just lost, of what was no message. */
  get messageStart(): number {
    return this.isBetweenMessages ? this.#offset : this.#message.start;
  }

  /** True where a segment was passed over since the stream was lost: the next one starts where its sender began. */
  get hasPassedSegment(): boolean {
    return this.#hasPassedSegment;
  }

  /** True where the next byte starts a message. */
  get isBetweenMessages(): boolean {
    return this.#state === State.head && this.#partial === undefined;
  }

  /** Offset in the stream of the next byte. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether the next byte starts a message, and nothing of before is open. */
  get isPlain(): boolean {
    return this.isBetweenMessages && !this.#cautious && !this.isTentative && this.#passedOver === 0;
  }

  /** Somebody else has read whole messages up to this offset. */
  goOn(offset: number): void {
    this.#offset = offset;
  }

  /**
   * As `goOn`, where a message is under way that began at `start` of the stream: `bytes` holds its head from `at` on.
   * `arrival`: the packet that brought it. Of the value nothing is kept.
   */
  goOnIn(bytes: Buffer, at: number, start: number, offset: number, arrival: Arrival): Message {
    const message = this.#message;
    message.beginWith(bytes, at, start, arrival);
    this.#offset = offset;
    this.#state = State.value;
    this.#valueRest = start + message.length - offset;
    return message;
  }

  /** The next byte starts a message, whatever the stream seemed to be in. */
  resume(): void {
    if (this.#state === State.closed || this.#state === State.asked || this.isBetweenMessages) return;
    this.#lose();
    this.#state = State.head;
    this.#cautious = true;
  }

  /** So many bytes came before the next one, of which none is read: where a message starts is as unsure as before. */
  startBehind(length: number): void {
    this.#offset += length;
    if (this.#trialFrom >= 0) this.#trialFrom = this.#offset;
  }

  /** Reads on after a hole as if a message started with the next byte, until that is proven or refuted. */
  tryAgain(): void {
    this.#state = State.head;
    this.#cautious = true;
    this.#trialFrom = this.#offset;
  }

  /** What was read on trial are messages. */
  prove(arrival: Arrival): void {
    this.#trialFrom = -1;
    this.#cautious = false;
    this.#tellPassedOver(arrival);
  }

  /** What was read on trial are none. */
  refute(): void {
    if (this.#trialFrom < 0) return;
    this.#passedOver += (this.#partial === undefined ? this.#offset : this.#message.start) - this.#trialFrom;
    this.#trialFrom = -1;
    this.#lose();
    this.#reader.refuted?.();
  }

  /** The peer reads no further message. */
  close(): void {
    this.#state = State.asked;
  }

  data(bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    this.#origin = this.#offset - start;
    let at = start;
    while (at < end) {
      if (this.#state === State.asked) {
        this.#state = State.head;
        this.#cautious = true;
        this.#trialFrom = this.#origin + at;
        this.#reader.readsOn?.();
      }
      if (this.#state === State.head) at = this.#readHead(bytes, at, end, arrival);
      else if (this.#state === State.value) at = this.#readValue(bytes, at, end, arrival);
      else {
        this.#passedOver += end - at;
        this.#hasPassedSegment = true;
        at = end;
        this.#tellPassedOver(arrival);
      }
    }
    this.#offset = this.#origin + end;
  }

  /** `length` bytes were never captured. Returns false where that loses the thread. */
  gap(length: number, arrival: Arrival): boolean {
    this.refute();
    this.#offset += length;
    this.#hasPassedSegment = false;
    if (this.#state === State.closed || this.#state === State.asked) return true;
    const partial = this.#partial;
    if (this.#state === State.head && partial !== undefined && partial.length >= headerLength) {
      this.#openWithoutHead(partial, arrival);
    }
    let rest = length;
    if (this.#state === State.value) {
      const message = this.#message;
      // What follows the hole is not what followed the bytes kept before it.
      message.wanted = message.value.length;
      const known = Math.min(rest, this.#valueRest);
      rest -= known;
      message.missingBytes += known;
      this.#valueRest -= known;
      if (this.#valueRest === 0) {
        message.endIsMissing = arrival.isCut !== true;
        this.#complete(arrival);
      }
      if (rest === 0) return true;
    }
    this.#lose();
    return false;
  }

  /** No more bytes will come. Returns how many begin a message that has no end. */
  end(arrival: Arrival): number {
    this.refute();
    const headBytes = this.#dropPartial();
    if (this.#cautious) this.#passedOver += headBytes;
    this.#tellPassedOver(arrival);
    if (this.#state === State.value) return this.#offset - this.#message.start - this.#message.missingBytes;
    return this.#cautious ? 0 : headBytes;
  }

  #readHead(bytes: Buffer, start: number, end: number, arrival: Arrival): number {
    const { header } = this.#message;
    if (this.#partial === undefined) {
      this.#message.begin(this.#origin + start, arrival);
      if (bytes[start] !== this.#magic) return this.#refuse(start, end, arrival);
      if (end - start >= headerLength) {
        if (!this.#readHeader(bytes, start)) return this.#refuse(start, end, arrival);
        const headEnd = start + header.headLength;
        if (headEnd <= end) {
          this.#open(bytes, start + headerLength, arrival);
          return headEnd;
        }
      }
    }
    this.#partial ??= new LineBuffer(this.#memory, () => this.#lose());
    const partial = this.#partial;
    let at = start;
    if (partial.length < headerLength) {
      at = Math.min(end, start + headerLength - partial.length);
      partial.append(bytes, start, at);
      if (partial.length < headerLength || partial !== this.#partial) return at;
      if (!this.#readHeader(partial.bytes, 0)) return this.#refuse(at, end, arrival);
    }
    const headEnd = Math.min(end, at + header.headLength - partial.length);
    if (partial.length + headEnd - at < header.headLength) {
      partial.append(bytes, at, headEnd);
      return headEnd;
    }
    partial.complete(bytes, at, headEnd);
    this.#partial = undefined;
    this.#open(partial.bytes, headerLength, arrival);
    return headEnd;
  }

  /** False where no message starts with these 24 bytes. */
  #readHeader(bytes: Buffer, at: number): boolean {
    const { header } = this.#message;
    if (!decodeHeader(bytes, at, header)) return false;
    const isTooLong = header.bodyLength > maxBodyLength;
    if (this.#cautious) return !isTooLong && this.#reader.isPlausible(header);
    return !isTooLong || this.#reader.takesNoneOfBody(header);
  }

  /** `bytes` holds the extras from `at` on. */
  #open(bytes: Buffer, at: number, arrival: Arrival): void {
    const message = this.#message;
    if (this.#trialFrom < 0) {
      this.#tellPassedOver(arrival);
      this.#cautious = false;
    }
    this.#state = State.value;
    message.valueLength = message.header.valueLength;
    this.#reader.head(message, bytes, at, arrival);
    this.#valueRest = message.valueLength;
    if (this.#valueRest === 0) this.#complete(arrival);
  }

  /** The header is there, so where the message ends is known although extras or key are not whole. */
  #openWithoutHead(partial: LineBuffer, arrival: Arrival): void {
    const message = this.#message;
    const missing = message.header.headLength - partial.length;
    this.#dropPartial();
    this.#tellPassedOver(arrival);
    this.#cautious = false;
    this.#state = State.value;
    message.isHeadWhole = false;
    message.valueLength = message.header.valueLength;
    this.#reader.head(message, noBytes, 0, arrival);
    this.#valueRest = missing + message.valueLength;
  }

  #readValue(bytes: Buffer, start: number, end: number, arrival: Arrival): number {
    const message = this.#message;
    const length = Math.min(this.#valueRest, end - start);
    const wanted = Math.min(message.wanted - message.value.length, length);
    if (wanted > 0) message.value += latin1(bytes, start, start + wanted);
    this.#valueRest -= length;
    if (this.#valueRest === 0) this.#complete(arrival);
    return start + length;
  }

  #complete(arrival: Arrival): void {
    this.#state = State.head;
    this.#reader.complete(this.#message, arrival);
  }

  /**
   * No message starts where one should: `bytes[start, end)` and what is held before it. A server closes the connection
   * then; but where a hole lies behind, it may be the sniffer that is wrong.
   */
  #refuse(start: number, end: number, arrival: Arrival): number {
    const from = this.#message.start;
    const length = this.#dropPartial() + end - start;
    if (this.#trialFrom >= 0) {
      this.#passedOver += from - this.#trialFrom;
      this.#trialFrom = -1;
      this.#reader.refuted?.();
    }
    if (this.#cautious) this.#passedOver += length;
    else this.#reader.notUnderstood(length, arrival);
    this.#state = this.#isUnbroken && this.#magic === Magic.request ? State.closed : State.lost;
    return end;
  }

  #lose(): void {
    this.#passedOver += this.#dropPartial();
    this.#isUnbroken = false;
    this.#state = State.lost;
  }

  /** Returns the bytes that were kept of the head under way. */
  #dropPartial(): number {
    const partial = this.#partial;
    if (partial === undefined) return 0;
    partial.free();
    this.#partial = undefined;
    return partial.length;
  }

  #tellPassedOver(arrival: Arrival): void {
    if (this.#passedOver === 0) return;
    this.#reader.notUnderstood(this.#passedOver, arrival);
    this.#passedOver = 0;
  }
}
