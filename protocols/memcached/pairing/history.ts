import type { Column } from './column.ts';
import type { PairedAnswer } from './dialect.ts';

export const lost = 'lost';
export const sentOn = 'sentOn';

/** What happened: an answer came, some were lost in a hole of the server's stream, or the client sent on. */
export type Step<A> = A | typeof lost | typeof sentOn;

/** What an explanation costs that is kept in mind, in bytes of `pendingTotalBytes`. */
const placeCost = 16;

/** What happened since something surprised, as far as it is not decided, and what the explanations cost at each step. */
export class History<A extends PairedAnswer> {
  /** True where answers were lost among the steps, and others came behind them. */
  hasLost = false;
  #steps: Step<A>[] = [];
  /** One before each step, and the present one behind the last. */
  #columns: Column[];
  #answersCost = 0;
  #placesCost = 0;

  constructor(start: Column) {
    this.#columns = [start];
  }

  /** Steps. */
  get length(): number {
    return this.#steps.length;
  }

  /** What is kept in mind costs, in bytes of `pendingTotalBytes`. */
  get cost(): number {
    return this.#answersCost + this.#placesCost;
  }

  /** The present column. */
  get now(): Column {
    return this.#columns[this.#columns.length - 1] as Column;
  }

  step(index: number): Step<A> {
    return this.#steps[index] as Step<A>;
  }

  /** The column before a step. */
  before(index: number): Column {
    return this.#columns[index] as Column;
  }

  /** The column behind a step. */
  behind(index: number): Column {
    return this.#columns[index + 1] as Column;
  }

  /** The answer that a step is; undefined where it is none. */
  answerAt(index: number): A | undefined {
    const step = this.#steps[index];
    return step === lost || step === sentOn ? undefined : step;
  }

  /** The answers, in their order. */
  get answers(): A[] {
    return this.#steps.flatMap((_, index) => this.answerAt(index) ?? []);
  }

  /** Whether one of the answers, any unless told otherwise, is such. */
  hasAnswer(isSuch: (answer: A) => boolean = isAny): boolean {
    return this.#steps.some((step) => step !== lost && step !== sentOn && isSuch(step));
  }

  /** `column`: what the explanations cost behind the step. */
  push(step: Step<A>, column: Column): void {
    if (step !== lost && step !== sentOn) this.#answersCost += step.cost;
    this.#steps.push(step);
    this.#columns.push(column);
    this.#placesCost += costOf(column);
  }

  /** The first steps, and the requests before this place, are decided. */
  forget(steps: number, before: number): void {
    for (let index = 0; index < steps; index++) this.#answersCost -= this.answerAt(index)?.cost ?? 0;
    this.#steps.splice(0, steps);
    if (this.#steps.length === 0) this.hasLost = false;
    for (const column of this.#columns.splice(0, steps)) this.#placesCost -= costOf(column);
    (this.#columns[0] as Column).keepOnly((place) => place >= before);
    if (this.#steps.length > 0) return;
    const { now } = this;
    // Costs count from here.
    const { least } = now;
    if (least > 0 && least !== Number.POSITIVE_INFINITY) now.charge(() => -least);
  }

  /** Nothing of what happened counts any more. */
  restart(column: Column): void {
    this.#steps = [];
    this.#columns = [column];
    this.#answersCost = 0;
    this.#placesCost = 0;
    this.hasLost = false;
  }
}

function isAny(): boolean {
  return true;
}

function costOf(column: Column): number {
  return (column.end - column.first) * placeCost;
}
