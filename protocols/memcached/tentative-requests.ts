import type { SessionContext } from '../protocol.ts';
import type { SessionHolder } from '../session-memory.ts';
import { costOfRequest } from './pending-cost.ts';
import type { Request } from './request.ts';

/** Requests that are not told before it is proven that they are some, and no bytes of a value that look like it. */
export class TentativeRequests implements SessionHolder {
  /** Its place in the budget of all connections. */
  heldBytes = 0;
  older: this | undefined = undefined;
  newer: this | undefined = undefined;
  /** Called where these, or all that wait, are too many: nobody will ever know what they are. */
  readonly giveUp: () => void;
  readonly #context: SessionContext;
  #requests: Request[] = [];
  /** Place of the first one behind the last hole. */
  #sectionFrom = 0;

  constructor(context: SessionContext, giveUp: () => void) {
    this.#context = context;
    this.giveUp = giveUp;
  }

  /** The first one behind the last hole. */
  get firstOfSection(): Request | undefined {
    return this.#requests[this.#sectionFrom];
  }

  beginSection(): void {
    this.#sectionFrom = this.#requests.length;
  }

  /** May give up other connections' requests, or these. */
  add(request: Request): void {
    const { limits, anomalies, memory } = this.#context;
    if (this.#requests.length >= limits.tentativeRequests) {
      anomalies.count('tentativeLimit');
      this.giveUp();
      return;
    }
    this.#requests.push(request);
    memory.holdPending(this, costOfRequest(request));
  }

  /** Takes all. Those before `first` will never be proven. */
  prove(first: Request | undefined): Request[] {
    const requests = this.#cut(0);
    const from = first === undefined ? 0 : Math.max(0, requests.indexOf(first));
    for (let index = 0; index < from; index++) (requests[index] as Request).isRefuted = true;
    return requests.slice(from);
  }

  refuteSection(): void {
    this.#cut(this.#sectionFrom);
  }

  refuteAll(): void {
    this.#cut(0);
    this.#sectionFrom = 0;
  }

  #cut(from: number): Request[] {
    const requests = this.#requests.splice(from);
    for (const request of requests) this.#context.memory.releasePending(this, costOfRequest(request));
    return requests;
  }
}
