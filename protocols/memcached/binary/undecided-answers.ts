import type { Answer } from './binary-responses.ts';
import { opaqueName, type PendingRequests } from './pending-requests.ts';
import type { BinaryRequest } from './request.ts';
import { canBeOf, settle } from './settle.ts';

/** An answer that several quiet requests may have got; `first` is the index of the first of them. */
interface Undecided {
  readonly answer: Answer;
  readonly first: number;
}

/** Answers to quiet requests that look alike, held back until a later one tells how many of them were answered. */
export class UndecidedAnswers {
  #held: Undecided[] = [];

  get length(): number {
    return this.#held.length;
  }

  /** Keeps a copy of an answer that is of one of the pending requests from `first` on. */
  hold(answer: Answer, first: number): void {
    this.#held.push({ answer: answer.copy(), first });
  }

  /**
   * Gives the answers to requests before the index `end`. Each goes to the first request that it can be of if that is
   * the last one, too; else all that are like it stay in doubt. Returns how many answers nobody got.
   */
  decide(pending: PendingRequests, end: number): number {
    if (this.#held.length === 0) return 0;
    const held = this.#held;
    this.#held = [];
    const doubtful = new AnswerNames();
    let ungiven = 0;
    let last = end;
    for (const { answer, first } of held.reverse()) {
      do last--;
      while (last > first && !canBeOf(pending.at(last), answer));
      const request = pending.at(first);
      if (last === first && request !== undefined) {
        settle(request, answer);
        continue;
      }
      ungiven++;
      doubtful.add(answer);
    }
    if (ungiven > 0) markDoubtful(pending, end, doubtful);
    return ungiven;
  }
}

function markDoubtful(pending: PendingRequests, end: number, answers: AnswerNames): void {
  for (let index = 0; index < end; index++) {
    const request = pending.at(index);
    if (request === undefined || request.answerUs >= 0) continue;
    request.isDoubtful = answers.haveOneFor(request);
  }
}

/** What answers repeat of their requests: opcode, opaque, and the key where they carry one. */
class AnswerNames {
  /** By opaque and opcode; undefined stands for an answer without a key. */
  readonly #keys = new Map<number, Set<string | undefined>>();

  add({ opcode, opaque, key }: Answer): void {
    const name = opaqueName(opaque, opcode);
    const keys = this.#keys.get(name);
    if (keys === undefined) this.#keys.set(name, new Set([key]));
    else keys.add(key);
  }

  /** Whether one of them fits the request: see `fits`. */
  haveOneFor(request: BinaryRequest): boolean {
    const keys = this.#keys.get(opaqueName(request.opaque, request.opcode.code));
    if (keys === undefined) return false;
    return !request.opcode.answersKey || !request.isHeadWhole || keys.has(undefined) || keys.has(request.keys[0]);
  }
}
