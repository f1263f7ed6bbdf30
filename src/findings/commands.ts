import type { Transaction } from '../../protocols/transaction.ts';

/** What commands do, whatever protocol says so. */

const numbers: ReadonlySet<string> = new Set([
  'incr',
  'decr',
  'ma',
  'increment',
  'incrementq',
  'decrement',
  'decrementq',
]);

/** Whether it carries a value to be stored. */
export function isStorage({ valueLength, keys }: Transaction): boolean {
  return valueLength >= 0 && keys.length > 0;
}

/** Whether it may have left the item there: what failed has not. Arithmetic may make it, too. */
export function mayHaveStored(transaction: Transaction): boolean {
  const { status, command } = transaction;
  if (!isStorage(transaction) && !numbers.has(command)) return false;
  return (
    status === 'stored' || status === 'ok' || status === 'no_reply' || status === 'unknown' || status === 'unanswered'
  );
}

/** Whether it says itself which keys it retrieves; `me` shows an item and retrieves none. */
export function isRetrieval({ retrieves, command, status }: Transaction): boolean {
  return retrieves && command !== 'me' && (status === 'hit' || status === 'miss' || status === 'partial');
}

/** The keys that a retrieval missed, as far as they are known. */
export function keysMissed(transaction: Transaction): readonly string[] {
  if (!isRetrieval(transaction)) return none;
  if (transaction.status === 'miss') return transaction.keys;
  return transaction.status === 'partial' ? (transaction.missed ?? none) : none;
}

/** The flags of a meta command as sent; empty where it has none. */
export function metaFlags({ extra }: Transaction): string {
  return typeof extra?.metaFlags === 'string' ? extra.metaFlags : '';
}

/** Whether it stores only what is not there: `add`. */
export function isAdd(transaction: Transaction): boolean {
  const { command } = transaction;
  if (command === 'ms') return /(?:^| )M[Ee]/.test(metaFlags(transaction));
  return command === 'add' || command === 'addq';
}

/** Whether nothing but the silence behind it tells that it went well: quiet, and no retrieval that asked for `noreply`. */
export function isQuiet(transaction: Transaction): boolean {
  const { protocol } = transaction;
  if (protocol === 'text') return false;
  if (protocol === 'binary') return transaction.command.endsWith('q');
  const flags = metaFlags(transaction);
  return flags !== '' && /(?:^| )q/.test(flags);
}

/** Whether silence is none of the answers that it asks for. Who quits waits for nothing. */
export function isDueAnAnswer(request: Transaction): boolean {
  return !request.noreply && request.command !== 'quit' && !isQuiet(request);
}

const none: readonly string[] = [];
