import { findNewline, latin1 } from '../bytes.ts';
import type { Arrival, CloseReason, ConnectionInfo, Session, SessionContext } from '../protocol.ts';
import { Unfinished } from '../session-memory.ts';
import { Answer, AnswerShape } from './answer.ts';
import { decodeHeader, Header, headerLength, Magic } from './binary/header.ts';
import { isServed, isWellFormed, opcodeOf } from './binary/opcodes.ts';
import { parseCommandLine } from './command-line.ts';
import { AnswerForm } from './constants.ts';
import { readMetaAnswer } from './meta.ts';
import { unsigned } from './numbers.ts';
import type { Request } from './request.ts';
import { MemcachedSession } from './session.ts';
import { fits } from './settle.ts';

/** What a held piece costs beside its bytes. */
const pieceOverhead = 256;

const Verdict = { open: 0, memcached: 1, other: 2 } as const;

type Verdict = (typeof Verdict)[keyof typeof Verdict];

interface Held {
  readonly fromClient: boolean;
  /** Undefined for a gap. */
  readonly bytes: Buffer | undefined;
  readonly length: number;
  readonly arrival: Arrival;
}

/**
 * A connection on any port. It is memcached's where the client's first request is one that memcached accepts and the
 * server's first answer is one that answers it; until then nothing is told, and then everything. Other protocols
 * share words with memcached (Redis takes `get k` and `incr n` as lines), but none shares the answers too.
 */
export class RecognizingSession implements Session {
  readonly #connection: ConnectionInfo;
  readonly #context: SessionContext;
  #held: Held[] = [];
  #heldBytes = 0;
  #unfinished: Unfinished | undefined = undefined;
  #session: Session | undefined = undefined;
  #isOther = false;

  constructor(connection: ConnectionInfo, context: SessionContext) {
    this.#connection = connection;
    this.#context = context;
  }

  data(fromClient: boolean, bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    if (this.#session !== undefined) this.#session.data(fromClient, bytes, start, end, arrival);
    else if (!this.#isOther) {
      this.#hold({
        fromClient,
        bytes: copyOf(bytes, start, end),
        length: end - start,
        arrival: { ...arrival },
      });
    }
  }

  gap(fromClient: boolean, length: number, arrival: Arrival): void {
    if (this.#session !== undefined) this.#session.gap(fromClient, length, arrival);
    else if (!this.#isOther) this.#hold({ fromClient, bytes: undefined, length, arrival: { ...arrival } });
  }

  end(reason: CloseReason, arrival: Arrival): void {
    this.#release();
    this.#session?.end(reason, arrival);
  }

  #hold(held: Held): void {
    const { limits, memory, anomalies } = this.#context;
    const bytes = pieceOverhead + (held.bytes?.length ?? 0);
    this.#held.push(held);
    this.#heldBytes += bytes;
    const verdict = this.#judge();
    if (verdict === Verdict.open && this.#heldBytes <= limits.recognitionBytes) {
      this.#unfinished ??= new Unfinished(() => this.#giveUp());
      memory.holdUnfinished(this.#unfinished, bytes);
      return;
    }
    if (verdict === Verdict.open) anomalies.count('recognitionLimit');
    const all = this.#held;
    this.#giveUp();
    this.#isOther = verdict !== Verdict.memcached;
    if (this.#isOther) return;
    this.#session = new MemcachedSession(this.#connection, this.#context);
    for (const { fromClient, bytes, length, arrival } of all) {
      if (bytes === undefined) this.#session.gap(fromClient, length, arrival);
      else this.#session.data(fromClient, bytes, 0, length, arrival);
    }
  }

  /** What is held will not be looked at any more. */
  #giveUp(): void {
    this.#held = [];
    this.#isOther = true;
    this.#release();
  }

  #release(): void {
    if (this.#unfinished !== undefined) this.#context.memory.releaseUnfinished(this.#unfinished);
    this.#unfinished = undefined;
  }

  #judge(): Verdict {
    const first = this.#held.find(({ bytes }) => bytes !== undefined);
    if (first === undefined) return Verdict.open;
    // Nobody asked: a memcached server does not speak first, unless the capture began after its client.
    if (!first.fromClient && !this.#connection.startedMidStream) return Verdict.other;
    const asked = this.#stream(true);
    if (asked.length === 0) return Verdict.open;
    const answered = this.#stream(false, first.fromClient);
    return asked[0] === Magic.request ? judgeBinary(asked, answered) : judgeText(asked, answered);
  }

  /** What one side has said; with `onlyAnswers` false, of the server's only what follows the client's first bytes. */
  #stream(fromClient: boolean, onlyAnswers = true): Buffer {
    const from = onlyAnswers ? 0 : this.#held.findIndex((held) => held.fromClient && held.bytes !== undefined);
    const parts = this.#held.slice(from).filter((held) => held.fromClient === fromClient);
    return Buffer.concat(parts.map(({ bytes }) => bytes ?? Buffer.alloc(0)));
  }
}

/** Memory of its own: a slice of a pooled buffer would keep the whole pool alive. */
function copyOf(bytes: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(end - start);
  bytes.copy(copy, 0, start, end);
  return copy;
}

function judgeText(asked: Buffer, answered: Buffer): Verdict {
  const lineEnd = firstLineEnd(asked);
  if (lineEnd < 0) return Verdict.open;
  const request = parseCommandLine(asked, 0, lineEnd, lineEnd);
  if (request.refused) return Verdict.other;
  const answerEnd = firstLineEnd(answered);
  if (answerEnd < 0) return Verdict.open;
  // What asks for no answer proves nothing, and the answer may be that of a later request.
  if (request.answerForm === AnswerForm.none) return Verdict.other;
  return answers(request, answered, answerEnd) ? Verdict.memcached : Verdict.other;
}

/** An answer repeats its request's opcode and opaque; that of a quiet request may be a later one's. */
function judgeBinary(asked: Buffer, answered: Buffer): Verdict {
  if (asked.length < headerLength) return Verdict.open;
  const request = new Header();
  if (!decodeHeader(asked, 0, request)) return Verdict.other;
  const opcode = opcodeOf(request.opcode);
  if (!isServed(opcode) || !isWellFormed(opcode, request)) return Verdict.other;
  if (answered.length < headerLength) return Verdict.open;
  const answer = new Header();
  if (answered[0] !== Magic.response || !decodeHeader(answered, 0, answer)) return Verdict.other;
  return opcode.isQuiet || answer.opcode === request.opcode ? Verdict.memcached : Verdict.other;
}

/** Where the first line ends, without its line end; -1 where it is not there yet. */
function firstLineEnd(bytes: Buffer): number {
  const end = findNewline(bytes, 0, bytes.length);
  return end > 0 && bytes[end - 1] === 0x0d ? end - 1 : end;
}

/** Whether the line in `bytes[0, end)` begins the answer to a request. An error proves nothing: other servers send such words too. */
function answers(request: Request, bytes: Buffer, end: number): boolean {
  const answer = new Answer();
  const line = latin1(bytes, 0, end);
  const [word, key] = line.split(' ', 2);
  if (word === 'VALUE' && key !== undefined) {
    answer.shape = AnswerShape.values;
    answer.addKey(key);
  } else if (word === 'END') answer.shape = AnswerShape.end;
  else if (word === 'STAT' || word === 'ITEM' || line.startsWith('key=')) answer.shape = AnswerShape.lines;
  else if (unsigned(bytes, 0, line.trimEnd().length) !== undefined) answer.shape = AnswerShape.number;
  else if (readMetaAnswer(answer, bytes, 0, end) === -2) {
    if (!/^(?:STORED|NOT_STORED|EXISTS|NOT_FOUND|DELETED|TOUCHED|OK|RESET|VERSION [ -~]+)$/.test(line)) return false;
    answer.shape = AnswerShape.word;
    answer.text = line;
  }
  return fits(request, answer);
}
