import { commandNames } from '../../protocols/memcached/command-names.ts';

/** What of command lines and answers are words and numbers of the protocol. */

export const listsOfKeys: ReadonlySet<string> = new Set(['get', 'gets', 'bget']);
export const touchingRetrievals: ReadonlySet<string> = new Set(['gat', 'gats']);
/** Commands whose second word is a key. */
export const withKey: ReadonlySet<string> = new Set([
  ...['set', 'add', 'replace', 'append', 'prepend', 'cas', 'delete', 'incr', 'decr', 'touch'],
  ...['mg', 'ms', 'md', 'ma', 'me', 'debugitem'],
]);

export const decimal = /^[+-]?\d{1,20}$/;
/** A flag of a meta command, or of its answer, with a number at most; `S` is an old form of the size. */
export const metaFlag = /^[A-Za-z](?:-?\d{1,20})?$/;
export const metaMode = /^M[A-Za-z]$/;
/** What `ME` says of an item. */
export const debugWord = /^[a-z]{1,8}=(?:-?\d{1,20}|yes|no)$/;

const known = commandNames();

/** Whether this is a command of any of the protocols. */
export function isKnownCommand(name: string): boolean {
  return known.has(name);
}
