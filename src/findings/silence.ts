import type { Transaction } from '../../protocols/transaction.ts';

/** What was said lately on a connection that has asked for no answer. */
export class Silence {
  /** Requests in their order, those that asked for no answer among them. */
  requests: Transaction[] = [];
  /** Where in the server's stream the last error line lies that was one of several requests' and is told. */
  lastError = -1;
}
