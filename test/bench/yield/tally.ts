import type { Run } from './measure.ts';

/** The verdicts of several runs together. */
export class Tally {
  survivors = 0;
  right = 0;
  unknown = 0;
  missing = 0;
  untellable = 0;
  wrong = 0;
  /** Of those that are wrong: answered requests that are called unanswered. */
  unanswered = 0;

  add({ verdict }: Run): void {
    this.survivors += verdict.survivors;
    this.right += verdict.right;
    this.unknown += verdict.unknown;
    this.missing += verdict.missing;
    this.untellable += verdict.untellable;
    this.wrong += verdict.wrong.length;
    this.unanswered += verdict.wrong.filter(({ isUnanswered }) => isUnanswered).length;
  }

  /** Of a number of survivors, in percent of all; 100 where there are none. */
  percent(count: number): number {
    return this.survivors === 0 ? 100 : (count / this.survivors) * 100;
  }

  get rightPercent(): number {
    return this.percent(this.right);
  }
}
