import type { Request } from './request.ts';

/**
 * With ASCII authentication the server's first command is a `set` whose value is `user password`; the wire does not say
 * whether a server asks for it. So as long as the server has answered nothing but refusals to authenticate, the value
 * of a storage command is withheld where it could be such a pair: two words or more, and no longer than credentials are.
 * What follows a storage line that the server can't have read a block for is read as commands, and may be that pair:
 * until the server has accepted something, such lines are withheld, too. Source: protocol.txt, "Authentication".
 */

/** Values longer than this are no user and password: the server reads at most this much of a line of its file. */
export const longestCredentials = 2048;

const refusals: ReadonlySet<string> = new Set([
  'CLIENT_ERROR unauthenticated',
  'CLIENT_ERROR authentication failure',
  'CLIENT_ERROR bad authentication token format',
  'CLIENT_ERROR bad command line termination',
]);

/** Stands in place of a line that may be a user and a password. */
export const withheldLine = Buffer.from('(withheld)');

/** Commands that carry a value. */
const storesValue: ReadonlySet<string> = new Set(['set', 'add', 'replace', 'append', 'prepend', 'cas', 'ms']);

/** Whether what follows a request may be its value, read as commands. */
export function mayLeaveValueBehind({ command, valueLength, isMiscounted }: Request): boolean {
  return storesValue.has(command) && (valueLength < 0 || isMiscounted);
}

/** Whether a value, or a line, all of it, could be a user and a password. */
export function mayBeCredentials(value: string): boolean {
  return /[^ \t][ \t]+[^ \t]/.test(value);
}

/** Commands of other protocols, and lines of HTTP, behind which a user, a password or the like may stand. */
const secretCommand = /auth|user|pass|login|hello|token|cookie|secret/;

/** Whether what follows a command that is not memcached's may be a user or a password. */
export function mayCarryPassword(command: string): boolean {
  return secretCommand.test(command);
}

/** Whether an answer leaves it open if the connection is authenticated. */
export function isRefusal(text: string): boolean {
  return refusals.has(text);
}
