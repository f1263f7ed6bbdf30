import { type Dialect, Naming, type PairedAnswer } from './dialect.ts';
import type { PairedRequest } from './paired-request.ts';
import type { RequestQueue } from './request-queue.ts';

const nowhere = Number.MAX_SAFE_INTEGER;

/** Which of the pending requests were read on trial, and what proves that they are some. */
export class TrialPlaces<R extends PairedRequest, A extends PairedAnswer> {
  /** Place from which on requests are read on trial; behind all others where none are. */
  from = nowhere;
  readonly #queue: RequestQueue<R>;
  readonly #dialect: Dialect<R, A>;
  /**
   * Place of the first of these that was sent when nothing was under way, if its client waits: no value goes on there,
   * since the server says nothing before it has all of one.
   */
  #quietFrom = nowhere;
  /** True where nothing is missing before them: any answer proves them. */
  #isWhole = false;

  constructor(queue: RequestQueue<R>, dialect: Dialect<R, A>) {
    this.#queue = queue;
    this.#dialect = dialect;
  }

  /** Those from the end of the queue on are on trial, and perhaps others before. `isWhole`: nothing is missing there. */
  begin(isWhole: boolean): void {
    this.#isWhole = isWhole;
    this.from = isWhole ? this.#queue.end : Math.min(this.from, this.#queue.end);
  }

  end(): void {
    this.#quietFrom = nowhere;
    this.from = nowhere;
  }

  /** Nothing is on trial. */
  get isOver(): boolean {
    return this.from === nowhere;
  }

  /** The front was taken. */
  passed(): void {
    if (this.#queue.first > this.from) this.from = this.#queue.first;
  }

  /** The next request is sent when nothing seems to be under way. */
  nextIsQuiet(): void {
    if (this.#quietFrom > this.#queue.end) this.#quietFrom = this.#queue.end;
  }

  /** What was read on trial behind the last hole, from a request on, is none. Returns its place. */
  refuteFrom(first: R | undefined): number {
    this.#quietFrom = nowhere;
    let place = this.#queue.end;
    if (first !== undefined) while (place > this.from && this.#queue.at(place) !== first) place--;
    return place;
  }

  /** None of those before this place is a request, as far as is proven. */
  stayUnproven(before: number): void {
    for (let place = this.from; place < before; place++) (this.#queue.at(place) as R).isOnTrial = true;
  }

  /**
   * The first one before a place that is proven to be a request by the answer which `answerOf` says that it got;
   * undefined where none is. `waits`: so is one that was sent when nothing was under way, and one whose answer no
   * value's command gets.
   */
  firstProven(answerOf: (place: number) => A | undefined, before: number, waits: boolean): R | undefined {
    let hasNamed = false;
    for (let place = this.from; place < before; place++) {
      const request = this.#queue.at(place) as R;
      const answer = answerOf(place);
      if (answer === undefined) continue;
      const isSure = this.#isWhole || (waits && place >= this.#quietFrom);
      if (!isSure && !(waits && this.#dialect.isOfRetrieval(answer))) {
        if (this.#dialect.naming(request, answer) === Naming.none) continue;
        // Who writes a value can guess what names the request that stores it, and no other one.
        const mayBePlanted = request.valueLength >= 0 && !hasNamed;
        hasNamed = true;
        if (mayBePlanted) continue;
      }
      this.stayUnproven(place);
      return request;
    }
    return undefined;
  }
}
