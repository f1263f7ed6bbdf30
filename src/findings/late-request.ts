import type { Transaction } from '../../protocols/transaction.ts';

/** A late request, and what has left since. */
export class Order {
  /** The first one of these left although it had no answer, the others before an earlier one had. */
  readonly early: Transaction[];
  readonly late: Transaction;
  /** How many left since. */
  left = 0;
  /** The late one was passed over, as if it had no answer: one too many proves the contrary. */
  isPassed = false;
  /** When the last request left. */
  leftUs: number;

  constructor(late: Transaction, first: Transaction) {
    this.late = late;
    this.early = [first];
    this.leftUs = first.startUs;
  }
}
