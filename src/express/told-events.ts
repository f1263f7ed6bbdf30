import { latin1 } from '../../protocols/bytes.ts';
import type { Listener } from '../../protocols/events.ts';
import { Answer as BinaryAnswer, readAnswerAt } from '../../protocols/memcached/binary/binary-responses.ts';
import { BinaryRequest, readRequestAt } from '../../protocols/memcached/binary/request.ts';
import {
  settle as settleBinary,
  settleSilence as settleBinarySilence,
} from '../../protocols/memcached/binary/settle.ts';
import { Answer, AnswerShape } from '../../protocols/memcached/text/answer.ts';
import { parseCommandLine } from '../../protocols/memcached/text/command-line.ts';
import { readMetaAnswer } from '../../protocols/memcached/text/meta.ts';
import { Request } from '../../protocols/memcached/text/request.ts';
import { settle, settleSilence } from '../../protocols/memcached/text/settle.ts';
import type { Arrival } from '../../protocols/protocol.ts';
import type { Connection } from '../../protocols/tcp/connection.ts';
import type { Cause } from '../../protocols/transaction.ts';
import { EventKind, eventField, layout } from './layout.ts';
import type { MemoryView } from './memory-view.ts';
import type { ToldSegments } from './told-segments.ts';

/** Who hears of the packets that are taken, and of their commands. */
export interface ExpressEvents {
  readonly listener: Required<Pick<Listener, 'commandLine' | 'transaction' | 'borrows'>> & Pick<Listener, 'segment'>;
  /** A packet of so many bytes on the wire, before anything is told of it. */
  packet(timeUs: number, bytes: number): void;
  /** All that a packet tells was told; true where something is to be written behind what it wrote. */
  told(): boolean;
  write(): void;
}

/** Where the lines and the records end that are written, in the module's memory. */
export interface OutputEnd {
  line: number;
  record: number;
}

/** By the module's numbers. */
const causes: readonly (Cause | undefined)[] = [undefined, 'request', 'queue', 'server', 'transfer'];

/** Requests that are kept to be used again, at most. */
const mostSpare = 256;

/** Makes of the rows that the module has written what the general way would have told. */
export class ToldEvents {
  readonly #memory: MemoryView;
  readonly #events: ExpressEvents;
  readonly #segments: ToldSegments;
  readonly #connectionAt: (index: number) => Connection;
  readonly #keysPerRequest: number;
  /** The requests that wait, by their place in the module's memory. */
  readonly #requests: (Request | BinaryRequest | undefined)[] = [];
  /** Those that were told, and nobody keeps. */
  readonly #spare: Request[] = [];
  readonly #answer = new Answer();
  readonly #binaryAnswer = new BinaryAnswer();
  readonly #arrival: Arrival = { timeUs: 0, packet: 0, acknowledged: -1 };

  constructor(
    memory: MemoryView,
    events: ExpressEvents,
    segments: ToldSegments,
    keysPerRequest: number,
    connectionAt: (index: number) => Connection,
  ) {
    this.#memory = memory;
    this.#events = events;
    this.#segments = segments;
    this.#keysPerRequest = keysPerRequest;
    this.#connectionAt = connectionAt;
  }

  /** The request that waits in this place, which somebody else goes on with. */
  release(slot: number): Request | BinaryRequest | undefined {
    const request = this.#requests[slot];
    this.#requests[slot] = undefined;
    return request;
  }

  /**
   * Tells what the rows up to `end` say. `write` is called with where lines and records of a packet end, where something is
   * to be written behind it; of the last one, which is not over before `finish`, they are the caller's to write.
   */
  tell(end: number, write: (end: OutputEnd) => void): void {
    const { words, doubles } = this.#memory;
    const events = this.#events;
    const start = layout.events;
    for (let at = start; at < end; ) {
      const word = at >> 2;
      const kind = words[word + eventField.kind] as EventKind;
      if (kind === EventKind.packet) {
        if (at > start && events.told()) {
          const line = words[word + eventField.lineAt] as number;
          write({ line, record: words[word + eventField.recordAt] as number });
          events.write();
        }
        events.packet(
          doubles[(at >> 3) + eventField.packetUs] as number,
          words[word + eventField.wireLength] as number,
        );
      } else if (kind === EventKind.line || kind === EventKind.binaryRequest) this.#line(at, kind);
      else if (kind === EventKind.silence) this.#silence(at);
      else if (kind === EventKind.segment)
        this.#segments.tell(at, this.#connectionAt(words[word + eventField.connection] as number));
      else this.#answered(at, kind);
      at += words[word + eventField.rowLength] as number;
    }
  }

  /** All was told that the last packet tells, and what is written of it was. */
  finish(): void {
    if (this.#events.told()) this.#events.write();
  }

  #line(at: number, kind: EventKind): void {
    const { bytes, words, doubles } = this.#memory;
    const word = at >> 2;
    const double = at >> 3;
    const text = words[word + eventField.textAt] as number;
    const end = text + (words[word + eventField.textLength] as number);
    const connection = this.#connectionAt(words[word + eventField.connection] as number);
    const request =
      kind === EventKind.line
        ? parseCommandLine(bytes, text, end, this.#keysPerRequest, this.#spare.pop())
        : readRequestAt(bytes, text, doubles[double + eventField.startOfRequest] as number, this.#arrival);
    const us = doubles[double + eventField.lineUs] as number;
    const packet = words[word + eventField.numberOfPacket] as number;
    request.startUs = doubles[double + eventField.begunUs] as number;
    request.requestUs = us;
    request.linePacket = packet;
    request.packet = packet;
    request.headEnd = doubles[double + eventField.endOfHead] as number;
    request.requestStart = doubles[double + eventField.startOfRequest] as number;
    request.acknowledged = doubles[double + eventField.acknowledgedByLine] as number;
    request.requestBytes = words[word + eventField.bytesOfRequest] as number;
    if (request instanceof Request) {
      request.startsSegment = bytes[at + eventField.isFirst] === 1;
      request.holdsTwoWords = bytes[at + eventField.holdsTwoWords] === 1;
    }
    request.isComplete = true;
    request.heardUs = doubles[double + eventField.serverDataUs] as number;
    this.#events.listener.commandLine(connection, request);
    this.#requests[words[word + eventField.slot] as number] = request;
  }

  /** A request that asks for no answer is over. */
  #silence(at: number): void {
    const { words, doubles } = this.#memory;
    const word = at >> 2;
    const request = this.release(words[word + eventField.slot] as number);
    if (request === undefined) throw new Error('the end of a request that was not told');
    request.requestUs = doubles[(at >> 3) + eventField.endOfRequestUs] as number;
    request.packet = words[word + eventField.packetOfRequest] as number;
    if (request instanceof BinaryRequest) settleBinarySilence(request);
    else settleSilence(request);
    this.#transaction(this.#connectionAt(words[word + eventField.connection] as number), request);
  }

  #transaction(connection: Connection, request: Request | BinaryRequest): void {
    const { listener } = this.#events;
    listener.transaction(connection, request);
    if (!listener.borrows || !(request instanceof Request) || request.isKept) return;
    if (this.#spare.length < mostSpare) this.#spare.push(request);
  }

  #answered(at: number, kind: EventKind): void {
    const { bytes, words, doubles } = this.#memory;
    const word = at >> 2;
    const double = at >> 3;
    const request = this.release(words[word + eventField.slot] as number);
    if (request === undefined) throw new Error('an answer to a request that was not told');
    const arrival = this.#arrival;
    arrival.timeUs = doubles[double + eventField.firstUs] as number;
    arrival.packet = words[word + eventField.packetOfAnswer] as number;
    if (request instanceof BinaryRequest) this.#settleBinary(at, request);
    else this.#settle(at, kind, request);
    request.requestUs = doubles[double + eventField.endOfRequestUs] as number;
    request.packet = words[word + eventField.packetOfRequest] as number;
    request.queueUs = words[word + eventField.waitedUs] as number;
    request.cause = causes[bytes[at + eventField.cause] as number];
    this.#transaction(this.#connectionAt(words[word + eventField.connection] as number), request);
  }

  /** `#arrival` brought the answer's first byte. */
  #settleBinary(at: number, request: BinaryRequest): void {
    const { bytes, words, doubles } = this.#memory;
    const word = at >> 2;
    const double = at >> 3;
    const answer = this.#binaryAnswer;
    const head = words[word + eventField.wordAt] as number;
    const end = head + (words[word + eventField.wordLength] as number);
    readAnswerAt(answer, bytes, head, end, doubles[double + eventField.startOfAnswer] as number, this.#arrival);
    answer.endUs = doubles[double + eventField.lastUs] as number;
    settleBinary(request, answer);
  }

  #settle(at: number, kind: EventKind, request: Request): void {
    const { bytes, words, doubles } = this.#memory;
    const word = at >> 2;
    const double = at >> 3;
    const answer = this.#answer;
    answer.begin(doubles[double + eventField.startOfAnswer] as number, this.#arrival);
    answer.length = words[word + eventField.bytesOfAnswer] as number;
    answer.endUs = doubles[double + eventField.lastUs] as number;
    if (kind === EventKind.values) this.#readValues(at, request, answer);
    else {
      const text = words[word + eventField.wordAt] as number;
      const end = text + (words[word + eventField.wordLength] as number);
      if (kind === EventKind.metaAnswer) {
        readMetaAnswer(answer, bytes, text, end);
        answer.bytes = doubles[double + eventField.valueBytes] as number;
      } else {
        answer.shape = bytes[at + eventField.isNumber] === 1 ? AnswerShape.number : AnswerShape.word;
        answer.text = latin1(bytes, text, end);
      }
    }
    settle(request, answer);
  }

  #readValues(at: number, { keys }: Request, answer: Answer): void {
    const { words, doubles } = this.#memory;
    const word = at >> 2;
    const hits = words[word + eventField.hitCount] as number;
    answer.shape = hits === 0 ? AnswerShape.end : AnswerShape.values;
    answer.text = 'END';
    if (hits === 0) return;
    answer.bytes = doubles[(at >> 3) + eventField.valueBytes] as number;
    answer.flags = doubles[(at >> 3) + eventField.itemFlags] as number;
    const unique = doubles[(at >> 3) + eventField.unique] as number;
    if (unique >= 0) answer.cas = unique;
    const count = words[word + eventField.sizeCount] as number;
    if (count === 0) {
      answer.keys = [keys[0] as string];
      answer.firstBytes = answer.bytes;
      return;
    }
    for (let key = 0; key < count; key++) {
      const size = (words[word + eventField.sizeList + key] as number) - 1;
      if (size < 0) continue;
      answer.addKey(keys[key] as string);
      if (answer.keys.length === 1) answer.firstBytes = size;
      else answer.addSize(size);
    }
  }
}
