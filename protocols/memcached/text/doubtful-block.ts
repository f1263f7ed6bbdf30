import { findNewline, holdsText } from '../../bytes.ts';
import type { Arrival } from '../../protocol.ts';
import { Cost } from '../pairing/cost.ts';
import { Due } from '../pairing/paired-request.ts';
import { silenceOf } from '../pairing/step-cost.ts';
import { Swallower } from '../server-habits.ts';
import { type Answer, AnswerShape } from './answer.ts';
import { badFormat } from './answer-words.ts';
import { parseCommandLine } from './command-line.ts';
import type { Request } from './request.ts';
import type { TextDialect } from './text-dialect.ts';

/** What a held piece costs beside its bytes. */
const pieceOverhead = 256;

interface Piece {
  readonly bytes: Buffer;
  readonly arrival: Arrival;
}

/** What happened since a block is in doubt: an answer came or, where it is undefined, a client that waits sent on. */
interface Step {
  readonly answer: Answer | undefined;
  /** Bytes that were held then: what lies behind them was not asked yet. */
  readonly held: number;
}

/** A command line that may have been read, and where it ends among the bytes held; 0 where it came before them. */
interface Asked {
  readonly request: Request;
  readonly end: number;
}

/** What the answers cost that came, see `Cost`, if the server did with the block as is supposed. */
export interface Reading {
  readonly cost: number;
  /** True where some request is due an answer that has not come. */
  readonly isUnderWay: boolean;
}

/**
 * A request behind whose line some versions of the server swallow a block that others run as commands, see
 * `Request.doubtfulBlock`; and what the client sent behind the line, held until the answers tell.
 */
export class DoubtfulBlock {
  readonly request: Request;
  /** True once so much followed the line that it is believed to be a block: then nothing is held any more. */
  isBelieved = false;
  /** True where its client had heard all and sent on in its midst: nobody waits in the midst of a block. */
  isPaused = false;
  /** Bytes held, or believed to be of the block. */
  length = 0;
  #pieces: Piece[] = [];
  #steps: Step[] = [];

  constructor(request: Request) {
    this.request = request;
  }

  /** What is held costs, in bytes. */
  get cost(): number {
    return this.length + this.#pieces.length * pieceOverhead;
  }

  /** True where all of the block was sent, if it is one. */
  get isWhole(): boolean {
    return this.length >= this.request.doubtfulBlock;
  }

  /** True where it ends as a block does, if it is one: then a command starts behind it in any case. */
  get endsAsUsual(): boolean {
    const { doubtfulBlock } = this.request;
    return this.isWhole && holdsText(this.#bytes(), doubtfulBlock - 2, '\r\n');
  }

  append(bytes: Buffer, start: number, end: number, arrival: Arrival): void {
    // Memory of its own: a slice of a pooled buffer would keep the whole pool alive.
    const copy = Buffer.allocUnsafeSlow(end - start);
    bytes.copy(copy, 0, start, end);
    this.#pieces.push({ bytes: copy, arrival: { ...arrival } });
    this.length += end - start;
  }

  /** Takes all that is held. */
  take(): readonly Piece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.length = 0;
    return pieces;
  }

  /** Keeps a copy of an answer until it is known what was asked. */
  holdAnswer(answer: Answer): void {
    this.#steps.push({ answer: answer.copy(), held: this.length });
  }

  /** Its client, which waits for its answers, sends on. */
  sendsOn(): void {
    if (this.#steps.length < mostLookedAt) this.#steps.push({ answer: undefined, held: this.length });
  }

  /** True where so much came that what comes yet is not looked at. */
  get isFull(): boolean {
    return this.#steps.length >= mostLookedAt;
  }

  /** True where answers are held. */
  get holdsAnswers(): boolean {
    return this.#steps.some(({ answer }) => answer !== undefined);
  }

  /** Takes the answers that are held. */
  takeAnswers(): readonly Answer[] {
    const steps = this.#steps;
    this.#steps = [];
    return steps.flatMap(({ answer }) => answer ?? []);
  }

  /**
   * What came, if the server has swallowed the block, or has run it. `pending`, `answered`: requests and answers before,
   * of which it is not known yet which belong together; the request itself is among them if it is not known what it was
   * answered. `isFinal`: what is not answered now is answered no more.
   */
  read(
    isSwallowed: boolean,
    dialect: TextDialect,
    pending: readonly Request[],
    answered: readonly Answer[],
    isFinal: boolean,
  ): Reading {
    const bytes = this.#bytes();
    const { swallower, doubtfulBlock } = this.request;
    const swallows = (request: Request): boolean => {
      if (request === this.request) return isSwallowed;
      // Of blocks behind it that are in doubt, too, the server makes what servers like it make of them.
      if (request.swallower === Swallower.oldest) return false;
      if (swallower < Swallower.older || request.swallower < Swallower.older) return true;
      return (request.swallower === swallower) === isSwallowed;
    };
    const from = isSwallowed ? Math.min(doubtfulBlock, bytes.length) : 0;
    const behind = readRequests(bytes, from, swallows);
    const asked = [...pending.map((request) => ({ request, end: 0 })), ...behind].slice(0, mostLookedAt);
    const before = answered.map((answer) => ({ answer, held: bytes.length }));
    const steps = [...before, ...this.#steps].slice(0, mostLookedAt);
    const misfit = (request: Request, answer: Answer): number => {
      const isInDoubt = request === this.request || behind.some((other) => other.request === request);
      const verdict = isInDoubt && request.doubtfulBlock > 0 ? tellsSwallowing(request, answer) : undefined;
      return verdict === undefined || verdict === swallows(request) ? dialect.misfit(request, answer) : 2 * Cost.odd;
    };
    return readingOf(asked, steps, misfit, isFinal);
  }

  #bytes(): Buffer {
    return Buffer.concat(this.#pieces.map((piece) => piece.bytes));
  }
}

/**
 * What the answer to the line itself tells of the block: what is stored was swallowed, and so was what the server says
 * anything else of than that it can't read the line. Behind what it does not know it swallows nothing, nor behind what
 * only those can't read that run the block. Undefined where it tells nothing.
 */
export function tellsSwallowing({ swallower, isRisky }: Request, { shape, text }: Answer): boolean | undefined {
  if (shape !== AnswerShape.error || text.startsWith('SERVER_ERROR')) return true;
  if (text.startsWith('ERROR')) return false;
  const takesLine = swallower === Swallower.oldest || swallower === Swallower.older;
  if (text === badFormat && takesLine && !isRisky) return false;
  return saysOfBlock.test(text) ? true : undefined;
}

/** Errors that `process_mset_command` and `complete_nread_ascii` say of what they have read the block of. */
const saysOfBlock = /^CLIENT_ERROR (?:bad data chunk|invalid flag|duplicate flag|invalid mode)/;

/** Answers that are looked at in doubt, and requests. */
const mostLookedAt = 64;

/** The requests in these bytes, if one starts at `from`. `swallows`: whether the server does with a block in doubt. */
function readRequests(bytes: Buffer, from: number, swallows: (request: Request) => boolean): Asked[] {
  const asked: Asked[] = [];
  let at = from;
  while (asked.length < mostLookedAt) {
    const newlineAt = findNewline(bytes, at, bytes.length);
    if (newlineAt < 0) break;
    const request = parseCommandLine(bytes, at, newlineAt, mostKeys);
    asked.push({ request, end: newlineAt + 1 });
    const doubtful = request.doubtfulBlock > 0 && swallows(request) ? request.doubtfulBlock : 0;
    at = newlineAt + 1 + Math.max(request.blockLength, doubtful);
  }
  return asked;
}

/** Keys that are looked at. */
const mostKeys = 256;

/** What it costs at least that these requests, in their order, got the answers among the steps. */
function readingOf(
  asked: readonly Asked[],
  steps: readonly Step[],
  misfit: (request: Request, answer: Answer) => number,
  isFinal: boolean,
): Reading {
  let costs = [0];
  for (const [place, { request }] of asked.entries()) costs.push((costs[place] as number) + silenceOf(request));
  for (const { answer, held } of steps) {
    if (answer === undefined) {
      const lastDue = asked.findLastIndex(({ request, end }) => request.due === Due.always && end <= held);
      costs = costs.map((cost, place) => (place <= lastDue ? cost + Cost.underWay : cost));
      continue;
    }
    const next = costs.map((cost) => cost + Cost.unasked);
    for (const [place, { request, end }] of asked.entries()) {
      const odd = request.due === Due.never ? Cost.unasked : misfit(request, answer);
      const paired = end > held ? Number.POSITIVE_INFINITY : (costs[place] as number) + odd;
      const silent = (next[place] as number) + silenceOf(request);
      next[place + 1] = Math.min(next[place + 1] as number, paired, silent);
    }
    costs = next;
  }
  const lastDue = asked.findLastIndex(({ request }) => request.due === Due.always);
  const cost = isFinal ? (costs[asked.length] as number) : Math.min(...costs);
  return { cost, isUnderWay: !costs.some((least, place) => place > lastDue && least <= cost) };
}
