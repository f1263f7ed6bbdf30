import { Cost, unaskedCost } from './cost.ts';
import type { Dialect, PairedAnswer } from './dialect.ts';
import type { LookAllowance } from './look-allowance.ts';
import { Due, type PairedRequest } from './paired-request.ts';
import type { RequestQueue } from './request-queue.ts';

/**
 * What it costs, see `Cost`, that an answer is that of no request which is known: of one in a hole of the client's
 * stream, or nobody's.
 */
export class StepCost<R extends PairedRequest, A extends PairedAnswer> {
  readonly queue: RequestQueue<R>;
  readonly dialect: Dialect<R, A>;
  /** Size of the hole behind the last request of the queue, bytes; -1 where there is none. */
  tailRoom = -1;
  /** Place of the hole in which requests are but supposed; -1 where there is none. */
  doubtfulPlace = -1;
  /** True where there is too much to look at: nothing that was found is relied on. */
  isTooMuch = false;
  readonly #looks: LookAllowance;

  constructor(queue: RequestQueue<R>, dialect: Dialect<R, A>, looks: LookAllowance) {
    this.queue = queue;
    this.dialect = dialect;
    this.#looks = looks;
  }

  /** Takes so many looks, see `LookAllowance`. */
  look(count: number): boolean {
    if (this.#looks.look(count)) return true;
    this.isTooMuch = true;
    return false;
  }

  /** Whether the answer names a request that is in the queue: then it was asked for. */
  namesAny(answer: A): boolean {
    if (this.dialect.nameOf(answer) === '') return false;
    for (let place = this.queue.first; place < this.queue.end; place++) {
      const request = this.queue.at(place) as R;
      if (!isPossible(request, answer) || !this.look(this.dialect.looks(request, answer))) return false;
      if (this.dialect.misfit(request, answer) === 0) return true;
    }
    return false;
  }

  /** What it costs that nobody was due the answer at this place. */
  unaskedAt(place: number, answer: A, answersBefore: number): number {
    const silent = this.queue.at(place)?.silentBefore ?? 0;
    return silent > 0 ? this.dialect.unaskedBySilent(answer) : unaskedCost(answersBefore);
  }

  /** Size of the hole before the request at this place, bytes; -1 where there is none. */
  roomBefore(place: number): number {
    return place < this.queue.end ? (this.queue.at(place)?.unseenBefore ?? -1) : this.tailRoom;
  }

  /**
   * What it costs that an answer is of a request in the hole before a place. `used`: bytes that the requests of answers
   * before it take there; `named`: what it costs that it names one which is known.
   */
  unseenAt(place: number, used: number, named: number): number {
    return place === this.doubtfulPlace && used === 0 ? Cost.underWay + named : 0;
  }

  /** Place of the last request that is due an answer; one before the front where none is. */
  get lastDue(): number {
    let place = this.queue.end - 1;
    while (place >= this.queue.first && this.queue.at(place)?.due !== Due.always) {
      if (!this.#looks.look(1)) break;
      place--;
    }
    return place;
  }

  /** Whether so many bytes have room for answers to the requests from one place to another, this one too. */
  fit(from: number, to: number, room: number): boolean {
    let left = room;
    for (let place = from; place <= to && left >= 0; place++) {
      if (!this.#looks.look(1)) break;
      left -= this.dialect.leastAnswerBytes(this.queue.at(place) as R);
    }
    return left >= 0;
  }

  /** True where none of the requests was overlooked. */
  get hasNoneOverlooked(): boolean {
    for (let place = this.queue.first; place < this.queue.end; place++) {
      if (!this.#looks.look(1) || this.queue.at(place)?.isOverlooked) return false;
    }
    return true;
  }
}

/** What it costs that the request gets no answer. */
export function silenceOf(request: PairedRequest): number {
  if (request.due !== Due.always) return 0;
  return request.isOverlooked ? Cost.overlooked : Cost.silent;
}

/**
 * An answer can't have been sent before its request arrived, nor lie in what the client had received when it sent the
 * request.
 */
export function isPossible(request: PairedRequest, answer: PairedAnswer): boolean {
  return answer.start >= request.acknowledged && (answer.acknowledged < 0 || answer.acknowledged >= request.headEnd);
}
