import type { SessionHolder, SessionMemory } from '../session-memory.ts';
import type { Answer } from './answer.ts';
import { costOfAnswer, costOfRequest } from './pending-cost.ts';
import type { Request } from './request.ts';
import { RequestQueue } from './request-queue.ts';

/**
 * What the requests and answers of one connection cost of which the budget of all connections is not told, in bytes.
 */
const uncounted = 1024;

const none: readonly Answer[] = [];

/**
 * Requests that await their answer, and answers that could be of more than one of them. What they cost counts in the
 * budget of all connections. Where that is used up, `owner` has to give them up.
 */
export class PendingRequests extends RequestQueue implements SessionHolder {
  /** Its place in the budget of all connections. */
  heldBytes = 0;
  older: this | undefined = undefined;
  newer: this | undefined = undefined;
  readonly #memory: SessionMemory;
  readonly #owner: { giveUp(): void };
  #held: Answer[] | undefined = undefined;
  /** What all of it costs, in bytes of `pendingTotalBytes`. */
  #cost = 0;

  constructor(memory: SessionMemory, owner: { giveUp(): void }) {
    super();
    this.#memory = memory;
    this.#owner = owner;
  }

  /** Answers that could be of more than one request. */
  get held(): readonly Answer[] {
    return this.#held ?? none;
  }

  override push(request: Request): void {
    super.push(request);
    this.account(costOfRequest(request));
  }

  override shift(): Request | undefined {
    const request = super.shift();
    if (request !== undefined) this.account(-costOfRequest(request));
    return request;
  }

  override cut(index: number): Request[] {
    const requests = super.cut(index);
    for (const request of requests) this.account(-costOfRequest(request));
    return requests;
  }

  /** The answer is borrowed. */
  hold(answer: Answer): void {
    this.#held ??= [];
    this.#held.push(answer.copy());
    this.account(costOfAnswer(answer));
  }

  takeLastHeld(): Answer | undefined {
    const answer = this.#held?.pop();
    if (answer !== undefined) this.account(-costOfAnswer(answer));
    return answer;
  }

  takeHeld(): readonly Answer[] {
    const held = this.#held ?? none;
    this.#held = undefined;
    for (const answer of held) this.account(-costOfAnswer(answer));
    return held;
  }

  giveUp(): void {
    this.#owner.giveUp();
  }

  /**
   * So much more waits here, in bytes. The budget of all connections is told of what is more than a short request: one
   * that waits for its answer is what every client has. May make the owners of others, or this one's, give up.
   */
  account(change: number): void {
    this.#cost += change;
    const counted = this.#cost > uncounted ? this.#cost : 0;
    if (counted > this.heldBytes) this.#memory.holdPending(this, counted - this.heldBytes);
    else if (counted < this.heldBytes) this.#memory.releasePending(this, this.heldBytes - counted);
  }
}
