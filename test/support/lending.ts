import type { Listener } from '../../protocols/events.ts';
import { Transaction } from '../../protocols/transaction.ts';

/**
 * Passes on what it is told to one who borrows commands: each is spoilt as soon as it was told, unless it is kept. What is
 * said of one later shows whether it was (`Listener.borrows`).
 */
export function lending(borrower: Listener): Listener {
  const lent = new Map<Transaction, Transaction>();
  const lend = (own: Transaction): Transaction => {
    const view = lent.get(own) ?? (Object.create(own) as Transaction);
    lent.set(own, view);
    return view;
  };
  return {
    ...borrower,
    commandLine: (connection, request) => borrower.commandLine?.(connection, lend(request)),
    dataBlock: (connection, request) => borrower.dataBlock?.(connection, lend(request)),
    transaction: (connection, transaction) => {
      const view = lend(transaction);
      borrower.transaction?.(connection, view);
      lent.delete(transaction);
      if (!view.isKept) Object.assign(view, new Transaction('spoilt', 'spoilt', 'spoilt'));
    },
  };
}
