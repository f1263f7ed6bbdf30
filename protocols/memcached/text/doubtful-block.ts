import { findNewline } from '../../bytes.ts';
import type { Arrival } from '../../protocol.ts';
import { Cost } from '../pairing/cost.ts';
import { Due } from '../pairing/paired-request.ts';
import { type Answer, AnswerShape } from './answer.ts';
import { parseCommandLine } from './command-line.ts';
import type { Request } from './request.ts';
import type { TextDialect } from './text-dialect.ts';

/** What a held piece costs beside its bytes. */
const pieceOverhead = 256;

interface Piece {
  readonly bytes: Buffer;
  readonly arrival: Arrival;
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
  /** Answers that came since the request had its own. */
  #answers: Answer[] = [];

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
    this.#answers.push(answer.copy());
  }

  get answers(): readonly Answer[] {
    return this.#answers;
  }

  /**
   * What the answers cost that came, see `Cost`, if the server has swallowed the block, less what they cost if it has run
   * it. `pending`, `held`: requests and answers before, of which it is not known yet which belong together; the request
   * itself is among them if it is not known what it was answered. `silence`: what it costs that one is passed over;
   * `isFinal`: what is not answered now is answered no more.
   */
  costOfSwallowing(
    dialect: TextDialect,
    pending: readonly Request[],
    held: readonly Answer[],
    silence: number,
    isFinal: boolean,
  ): number {
    const bytes = Buffer.concat(this.#pieces.map((piece) => piece.bytes));
    const answers = [...held, ...this.#answers].slice(0, mostLookedAt);
    const cost = (from: number, refused: Request | undefined): number => {
      // Of blocks behind it that are in doubt, too, the server makes what it made of this one.
      const swallows = (request: Request): boolean =>
        (request.refused === this.request.refused) === (refused === undefined);
      const requests = [...pending, ...readRequests(bytes, from, swallows)].slice(0, mostLookedAt);
      const misfit = (request: Request, answer: Answer): number =>
        request === refused && isAcceptance(answer) ? 2 * Cost.odd : dialect.misfit(request, answer);
      return costOf(requests, answers, misfit, silence, isFinal);
    };
    return cost(Math.min(this.request.doubtfulBlock, bytes.length), undefined) - cost(0, this.request);
  }
}

/** What the server stores, or would store if it could, it swallows. */
export function isAcceptance({ shape, text }: Answer): boolean {
  return shape !== AnswerShape.error || text.startsWith('SERVER_ERROR');
}

/** Answers that are looked at in doubt, and requests. */
const mostLookedAt = 64;

/** The requests in these bytes, if one starts at `from`. `swallows`: whether the server does with a block in doubt. */
function readRequests(bytes: Buffer, from: number, swallows: (request: Request) => boolean): Request[] {
  const requests: Request[] = [];
  let at = from;
  while (requests.length < mostLookedAt) {
    const newlineAt = findNewline(bytes, at, bytes.length);
    if (newlineAt < 0) break;
    const request = parseCommandLine(bytes, at, newlineAt, mostKeys);
    requests.push(request);
    const doubtful = request.doubtfulBlock > 0 && swallows(request) ? request.doubtfulBlock : 0;
    at = newlineAt + 1 + Math.max(request.blockLength, doubtful);
  }
  return requests;
}

/** Keys that are looked at. */
const mostKeys = 256;

/** What it costs at least that these requests, in their order, got these answers. */
function costOf(
  requests: readonly Request[],
  answers: readonly Answer[],
  misfit: (request: Request, answer: Answer) => number,
  silence: number,
  isFinal: boolean,
): number {
  const silenceOf = (request: Request): number => (request.due === Due.always ? silence : 0);
  let costs = [0];
  for (const [place, request] of requests.entries()) costs.push((costs[place] as number) + silenceOf(request));
  for (const answer of answers) {
    const next = costs.map((cost) => cost + Cost.unasked);
    for (const [place, request] of requests.entries()) {
      const odd = request.due === Due.never ? Cost.unasked : misfit(request, answer);
      const paired = (costs[place] as number) + odd;
      const silent = (next[place] as number) + silenceOf(request);
      next[place + 1] = Math.min(next[place + 1] as number, paired, silent);
    }
    costs = next;
  }
  return isFinal ? (costs[requests.length] as number) : Math.min(...costs);
}
