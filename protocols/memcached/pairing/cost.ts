/** One unit: surprises of one kind are told from each other by parts of it, see `unaskedCost`. */
const unit = 1024;

/**
 * What each kind of surprise costs in an explanation of which answer is whose. Explanations that cost more than the
 * cheapest by `margin` are dropped: so one surprise that another explanation does without decides, and of two single
 * surprises what follows does.
 */
export const Cost = {
  /** An answer that does not fit its request. On a tie it is preferred: the order is what holds longest. */
  odd: 20 * unit,
  /** An error to a request that nothing is wrong with. What follows tells whether it was asked for at all. */
  error: 8 * unit,
  /** A request that is due an answer and gets none. */
  silent: 21 * unit,
  /** An answer that no request was due. */
  unasked: 21 * unit,
  /** A request that gets none, and without whose answer a client that waits has gone on. */
  overlooked: 10 * unit,
  /** A request that is under way while a client that waits for its answers sends the next one. */
  underWay: 13 * unit,
  /** An error line to a request that asked for no answer: servers send those. */
  errorToSilent: 3 * unit,
  /** A word to a request that asked for no answer: few servers send that. */
  wordToSilent: 16 * unit,
  /** A request whose answer the server dropped for that of a later one. */
  dropped: 3 * unit,
  margin: 14 * unit,
} as const;

/** Of several answers that say the same and are too many, the last ones were not asked for: those cost a little less. */
export function unaskedCost(answersBefore: number): number {
  return Cost.unasked - Math.min(answersBefore, unit - 1);
}

/**
 * Size of a hole of which the end is not known, in bytes: no window is larger (see `sequenceWindow`). A small integer.
 */
export const unbounded = 2 ** 30 - 1;
