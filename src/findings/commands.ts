import type { CommandFacts, HeldKeys } from '../../protocols/plain-command.ts';
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
export function isStorage({ valueLength, keysHeld }: CommandFacts): boolean {
  return valueLength >= 0 && keysHeld > 0;
}

/** Whether it may have left the item there: what failed has not. Arithmetic may make it, too. */
export function mayHaveStored(told: CommandFacts): boolean {
  const { status, command } = told;
  if (!isStorage(told) && !numbers.has(command)) return false;
  return (
    status === 'stored' || status === 'ok' || status === 'no_reply' || status === 'unknown' || status === 'unanswered'
  );
}

/** Whether it says itself which keys it retrieves; `me` shows an item and retrieves none. */
export function isRetrieval({ retrieves, command, status }: CommandFacts): boolean {
  return retrieves && command !== 'me' && (status === 'hit' || status === 'miss' || status === 'partial');
}

/** The keys that a retrieval missed, as far as they are known; itself where these are all. */
export function keysMissed(command: CommandFacts): HeldKeys {
  if (!isRetrieval(command)) return none;
  if (command.status === 'miss') return command;
  const { missed } = command.whole;
  return command.status === 'partial' && missed !== undefined ? new TextKeys(missed) : none;
}

/** Keys that are texts. */
export class TextKeys implements HeldKeys {
  readonly #keys: readonly string[];

  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  get keysHeld(): number {
    return this.#keys.length;
  }

  keyAt(place: number): string {
    return this.#keys[place] as string;
  }

  hasKey(place: number, text: string): boolean {
    return this.#keys[place] === text;
  }
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

const none = new TextKeys([]);
