import type { ConnectionInfo, SessionContext } from '../../protocol.ts';
import { Cost } from '../pairing/cost.ts';
import type { Moment, Pace } from '../pairing/pace.ts';
import { Due } from '../pairing/paired-request.ts';
import type { Pairing } from '../pairing/pairing.ts';
import { habitsOf } from '../server-habits.ts';
import type { Answer } from './answer.ts';
import { type DoubtfulBlock, isAcceptance } from './doubtful-block.ts';
import type { Request } from './request.ts';
import type { TextDialect } from './text-dialect.ts';
import type { TextRequests } from './text-requests.ts';
import type { TextResponses } from './text-responses.ts';

/** The parts of a conversation that tell what the server did. */
interface Parts {
  readonly connection: ConnectionInfo;
  readonly context: SessionContext;
  readonly requests: TextRequests;
  readonly responses: TextResponses;
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
    if (doubtful.isBelieved && next === doubtful.request) requests.settleDoubt(isAcceptance(answer));
    if (doubtful.isBelieved || !pairing.isWhole) return false;
    const isPlain = isCertain && next?.due === Due.always && dialect.misfit(next, answer) === 0;
    if (isPlain && doubtful.answers.length === 0) {
      // What the server stores it has swallowed; of what it refuses the next answers tell.
      if (next === doubtful.request && isAcceptance(answer)) this.#settle(doubtful, true);
      return false;
    }
    doubtful.holdAnswer(answer);
    this.judge(doubtful, false);
    return true;
  }

  /** The client sends on. `isDone`: it has waited for all answers, as far as is known. */
  clientSpeaks(doubtful: DoubtfulBlock, moment: Moment, isDone: boolean): void {
    const { pairing, pace } = this.#parts;
    if (moment.hasHeard && moment.hasHeardAll && !doubtful.isWhole) doubtful.isPaused = true;
    const isUnderWay = pairing.isUnderWay && doubtful.answers.length === 0;
    if (moment.hasHeard && isUnderWay) pace.sentOn();
    if (moment.isQuiet) this.judge(doubtful, isDone && (moment.isLong || !isUnderWay));
  }

  /** Takes that way of reading which explains the server's answers best. `isFinal`: nothing that was asked is under way. */
  judge(doubtful: DoubtfulBlock, isFinal: boolean): void {
    const { connection, context, responses, pairing, pace, dialect } = this.#parts;
    const { request } = doubtful;
    if (doubtful.isBelieved) return;
    const habit = habitsOf(context).swallows(connection, request.refused);
    if (isFinal && !pace.hasServerReceived(request.headEnd + request.doubtfulBlock)) {
      if (habit !== undefined) this.#settle(doubtful, habit);
      return;
    }
    const { requests, answers } = pairing.undecided();
    // Where answers are missing, nothing is said by one that did not come.
    const silence = pairing.isWhole && !responses.isLost ? Cost.silent : 0;
    const cost = doubtful.costOfSwallowing(dialect, requests, answers, silence, isFinal);
    if (!isFinal && Math.abs(cost) < Cost.margin) return;
    this.#settle(doubtful, cost === 0 ? (habit ?? !doubtful.isPaused) : cost < 0);
    // What silence tells is less sure than what the server says.
    const isLearnt = cost !== 0 && (!isFinal || habit === undefined);
    if (isLearnt) habitsOf(context).learn(connection, request.refused, cost < 0);
  }

  #settle(doubtful: DoubtfulBlock, isSwallowed: boolean): void {
    const { requests, pairing } = this.#parts;
    const { answers } = doubtful;
    requests.settleDoubt(isSwallowed);
    for (const answer of answers) {
      // What was held may have brought another block of the kind.
      const next = requests.doubtful;
      if (next === undefined || !this.holds(answer, next)) pairing.answer(answer);
    }
  }
}
