import { type Anomaly, AnomalyCounters } from '../anomaly.ts';
import type { Arrival, ConnectionInfo, SessionEvents, UnaskedAnswer } from '../protocol.ts';
import type { Transaction } from '../transaction.ts';

/** What an event costs while it is held, beside the text of its request. */
const eventOverhead = 256;

/** Who decides what becomes of the events. */
export interface EventsHolder {
  /** A command line is complete. */
  sawRequest(request: Transaction): void;
  /** Called before the event is held or passed on, so that it may still be decided which. */
  sawTransaction(transaction: Transaction): void;
  sawBytesNotUnderstood(): void;
  /** Events are held that cost so many bytes more. */
  holds(bytes: number): void;
}

/** Holds what a session tells until it is known whether anybody may hear it. */
export class HeldEvents implements SessionEvents {
  readonly #target: SessionEvents;
  readonly #holder: EventsHolder;
  /** Undefined once events are passed on as they come. */
  #held: (() => void)[] | undefined = [];

  constructor(target: SessionEvents, holder: EventsHolder) {
    this.#target = target;
    this.#holder = holder;
  }

  /** Tells all that is held, and what comes from now on at once. */
  passOn(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const tell of held) tell();
  }

  /** Nobody will hear of what is held. */
  drop(): void {
    if (this.#held !== undefined) this.#held = [];
  }

  commandLine(connection: ConnectionInfo, request: Transaction): void {
    this.#holder.sawRequest(request);
    if (this.#held === undefined) this.#target.commandLine(connection, request);
    else this.#hold(() => this.#target.commandLine(connection, request), request.line.length);
  }

  dataBlock(connection: ConnectionInfo, request: Transaction): void {
    if (this.#held === undefined) this.#target.dataBlock(connection, request);
    else this.#hold(() => this.#target.dataBlock(connection, request));
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    this.#holder.sawTransaction(transaction);
    if (this.#held === undefined) this.#target.transaction(connection, transaction);
    else this.#hold(() => this.#target.transaction(connection, transaction));
  }

  unasked(connection: ConnectionInfo, answer: UnaskedAnswer, arrival: Arrival): void {
    if (this.#held === undefined) this.#target.unasked(connection, answer, arrival);
    else {
      const then = { ...arrival };
      this.#hold(() => this.#target.unasked(connection, answer, then), answer.text.length);
    }
  }

  gap(connection: ConnectionInfo, fromClient: boolean, length: number, arrival: Arrival): void {
    if (this.#held === undefined) this.#target.gap(connection, fromClient, length, arrival);
    else {
      const then = { ...arrival };
      this.#hold(() => this.#target.gap(connection, fromClient, length, then));
    }
  }

  notUnderstood(
    connection: ConnectionInfo,
    fromClient: boolean,
    length: number,
    arrival: Arrival,
    protocol?: string,
  ): void {
    this.#holder.sawBytesNotUnderstood();
    if (this.#held === undefined) this.#target.notUnderstood(connection, fromClient, length, arrival, protocol);
    else {
      const then = { ...arrival };
      this.#hold(() => this.#target.notUnderstood(connection, fromClient, length, then, protocol));
    }
  }

  passedOver(connection: ConnectionInfo, length: number): void {
    if (this.#held === undefined) this.#target.passedOver(connection, length);
    else this.#hold(() => this.#target.passedOver(connection, length));
  }

  unfinished(connection: ConnectionInfo, fromClient: boolean, length: number): void {
    // The last word of a session: where it is not recognized by now it never is.
    if (this.#held === undefined) this.#target.unfinished(connection, fromClient, length);
  }

  #hold(tell: () => void, textLength = 0): void {
    this.#held?.push(tell);
    this.#holder.holds(eventOverhead + textLength);
  }
}

/** Holds what is counted in the same way. */
export class HeldCounters extends AnomalyCounters {
  readonly #target: AnomalyCounters;
  #isHeld = true;

  constructor(target: AnomalyCounters) {
    super();
    this.#target = target;
  }

  override count(anomaly: Anomaly, times = 1): void {
    if (this.#isHeld) super.count(anomaly, times);
    else this.#target.count(anomaly, times);
  }

  passOn(): void {
    this.#isHeld = false;
    for (const [anomaly, times] of this.counts) this.#target.count(anomaly, times);
    this.counts.clear();
  }
}
