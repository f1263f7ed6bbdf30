import type { SessionContext } from '../../protocol.ts';
import type { SessionHolder } from '../../session-memory.ts';
import type { PairedRequest } from './paired-request.ts';

/** Requests that are not told before it is proven that they are some, and no bytes of a value that look like it. */
export class Trial<R extends PairedRequest> implements SessionHolder {
  /** Its place in the budget of all connections. */
  heldBytes = 0;
  older: this | undefined = undefined;
  newer: this | undefined = undefined;
  /** Called where these, or all that wait, are too many: nobody will ever know what they are. */
  readonly giveUp: () => void;
  readonly #context: SessionContext;
  #requests: R[] = [];
  /** Place of the first one behind the last hole. */
  #sectionFrom = 0;

  constructor(context: SessionContext, giveUp: () => void) {
    this.#context = context;
    this.giveUp = giveUp;
  }

  beginSection(): void {
    this.#sectionFrom = this.#requests.length;
  }

  /** May give up other connections' requests, or these. */
  add(request: R): void {
    const { limits, anomalies, memory } = this.#context;
    if (this.#requests.length >= limits.tentativeRequests) {
      anomalies.count('tentativeLimit');
      this.giveUp();
      return;
    }
    this.#requests.push(request);
    memory.holdPending(this, request.cost);
  }

  /** Takes those from `first` on, which are proven; those before it never will be. Undefined: those behind the last hole. */
  prove(first: R | undefined): R[] {
    const from = first === undefined ? this.#sectionFrom : Math.max(0, this.#requests.indexOf(first));
    const proven = this.#cut(0).slice(from);
    this.#sectionFrom = 0;
    return proven;
  }

  /** Takes those behind the last hole, which are none. */
  refuteSection(): R[] {
    return this.#cut(this.#sectionFrom);
  }

  refuteAll(): void {
    this.#cut(0);
    this.#sectionFrom = 0;
  }

  #cut(from: number): R[] {
    const requests = this.#requests.splice(from);
    for (const request of requests) this.#context.memory.releasePending(this, request.cost);
    return requests;
  }
}
