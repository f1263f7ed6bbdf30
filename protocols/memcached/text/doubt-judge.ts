import type { ConnectionInfo, SessionContext } from '../../protocol.ts';
import { Cost } from '../pairing/cost.ts';
import type { Moment, Pace } from '../pairing/pace.ts';
import { Due } from '../pairing/paired-request.ts';
import type { Pairing } from '../pairing/pairing.ts';
import { habitsOf } from '../server-habits.ts';
import type { Answer } from './answer.ts';
import { type DoubtfulBlock, tellsSwallowing } from './doubtful-block.ts';
import type { Request } from './request.ts';
import type { TextDialect } from './text-dialect.ts';
import type { TextRequests } from './text-requests.ts';

/** What it costs that a server reads a line otherwise than its habit is. */
const habitual = Cost.margin / 2;

/** The parts of a conversation that tell what the server did. */
interface Parts {
  readonly connection: ConnectionInfo;
  readonly context: SessionContext;
  readonly requests: TextRequests;
  readonly pairing: Pairing<Request, Answer>;
  readonly pace: Pace;
  readonly dialect: TextDialect;
}

/** Finds out whether the server swallows a block, or runs it as commands, and remembers it for all its connections. */
export class DoubtJudge {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** True where the answer waits until it is known what the server did with the block. */
  holds(answer: Answer, doubtful: DoubtfulBlock): boolean {
    const { pairing, requests, dialect } = this.#parts;
    const { next, isCertain } = pairing;
    const verdict = next === doubtful.request ? tellsSwallowing(doubtful.request, answer) : undefined;
    if (doubtful.isBelieved && next === doubtful.request) requests.settleDoubt(verdict ?? false);
    if (doubtful.isBelieved) return false;
    if (!pairing.isWhole) {
      this.#settleBlindly(doubtful);
      const { doubtful: other } = requests;
      return other !== undefined && other !== doubtful && this.holds(answer, other);
    }
    const isPlain = isCertain && next?.due === Due.always && dialect.misfit(next, answer) === 0;
    if (isPlain && !doubtful.holdsAnswers) {
      // Where the answer to the line itself does not tell, the next ones do.
      if (verdict === true) this.#learn(doubtful, true);
      if (verdict !== false) return false;
      pairing.answer(answer);
      this.#learn(doubtful, false);
      return true;
    }
    doubtful.holdAnswer(answer);
    this.#judge(doubtful, false);
    return true;
  }

  /** The client sends on while a block is in doubt. `isDone`: it has waited for all answers, as far as is known. */
  clientSpeaks(moment: Moment, isDone: boolean): void {
    this.#judgeEach((doubtful) => this.#clientSpeaks(doubtful, moment, isDone));
  }

  /** Nothing more comes. */
  end(): void {
    this.#judgeEach((doubtful) => this.#judge(doubtful, true));
  }

  /** What is held behind a block that is decided may bring another one. */
  #judgeEach(judge: (doubtful: DoubtfulBlock) => void): void {
    const { requests } = this.#parts;
    for (let last: DoubtfulBlock | undefined; requests.doubtful !== last; ) {
      last = requests.doubtful;
      if (last !== undefined) judge(last);
    }
  }

  #clientSpeaks(doubtful: DoubtfulBlock, moment: Moment, isDone: boolean): void {
    const { pairing, pace } = this.#parts;
    if (moment.hasHeard && moment.hasHeardAll && !doubtful.isWhole) doubtful.isPaused = true;
    const isUnderWay = doubtful.holdsAnswers ? this.#isUnderWay(doubtful) : pairing.isUnderWay;
    if (moment.hasHeard && isUnderWay) pace.sentOn();
    if (!moment.isQuiet) return;
    const waits = isDone && (moment.isLong || !isUnderWay);
    const isSure = moment.isLong || !pace.hasSentOn;
    if (waits && !isSure) doubtful.sendsOn();
    this.#judge(doubtful, waits && isSure, waits);
  }

  /** Whether an answer is due beside those that are held, whatever the server did with the block. */
  #isUnderWay(doubtful: DoubtfulBlock): boolean {
    const { pairing, dialect } = this.#parts;
    if (!pairing.isWhole) return false;
    const { requests, answers } = pairing.undecided();
    return [true, false].every(
      (isSwallowed) => doubtful.read(isSwallowed, dialect, requests, answers, false).isUnderWay,
    );
  }

  /**
   * Takes that way of reading which explains the server's answers best. `isFinal`: nothing that was asked is under way;
   * `waits`: nor is it, if the client waits as it seems to.
   */
  #judge(doubtful: DoubtfulBlock, isFinal: boolean, waits = isFinal): void {
    const { pairing, pace, dialect } = this.#parts;
    const { request } = doubtful;
    if (doubtful.isBelieved) return;
    if (!pairing.isWhole) {
      this.#settleBlindly(doubtful);
      return;
    }
    const habit = this.#habit(doubtful);
    if (isFinal && !pace.hasServerReceived(request.headEnd + request.doubtfulBlock)) {
      if (habit !== undefined) this.#settle(doubtful, habit);
      return;
    }
    const { requests, answers } = pairing.undecided();
    const swallowed = doubtful.read(true, dialect, requests, answers, isFinal);
    const run = doubtful.read(false, dialect, requests, answers, isFinal);
    const evidence = swallowed.cost - run.cost;
    const isProven = Math.abs(evidence) >= Cost.margin;
    const cost = evidence + (habit === undefined ? 0 : habit ? -habitual : habitual);
    const isDone = isFinal || doubtful.isFull || (waits && !swallowed.isUnderWay && !run.isUnderWay);
    if (Math.abs(cost) < Cost.margin && !isDone) return;
    if (cost === 0) {
      this.#settleBlindly(doubtful);
      return;
    }
    const isSwallowed = cost < 0;
    // What silence tells is less sure than what the server says.
    if ((isProven && !isFinal) || (evidence !== 0 && habit === undefined)) this.#learn(doubtful, isSwallowed);
    else this.#settle(doubtful, isSwallowed);
  }

  /** Nothing that the server says tells. A guess must not make commands up: a block that looks like one has none behind it. */
  #settleBlindly(doubtful: DoubtfulBlock): void {
    const isSwallowed = this.#habit(doubtful) ?? (doubtful.isPaused ? false : doubtful.endsAsUsual || undefined);
    if (isSwallowed !== undefined) this.#settle(doubtful, isSwallowed);
    else this.#parts.requests.giveUpDoubt();
  }

  #habit({ request }: DoubtfulBlock): boolean | undefined {
    const { connection, context } = this.#parts;
    return habitsOf(context).swallows(connection, request.swallower);
  }

  #learn(doubtful: DoubtfulBlock, isSwallowed: boolean): void {
    const { connection, context } = this.#parts;
    habitsOf(context).learn(connection, doubtful.request.swallower, isSwallowed);
    this.#settle(doubtful, isSwallowed);
  }

  #settle(doubtful: DoubtfulBlock, isSwallowed: boolean): void {
    const { requests, pairing } = this.#parts;
    const answers = doubtful.takeAnswers();
    requests.settleDoubt(isSwallowed);
    for (const answer of answers) {
      // What was held may have brought another block of the kind.
      const next = requests.doubtful;
      if (next === undefined || !this.holds(answer, next)) pairing.answer(answer);
    }
  }
}
