import { chownSync, lstatSync, openSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Account } from '../capture/live-options.ts';
import { errorCode, systemErrorText } from '../system-error.ts';

/** process.initgroups of Node's documentation, which its types leave out. */
type GroupSetter = NodeJS.Process & { initgroups?(user: string | number, extraGroup: string | number): void };

/** Does something with the rights of the user whom root will become, and takes root's back. */
export function asUser<Result>(user: Account, action: () => Result): Result {
  const own = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0, groups: process.getgroups?.() ?? [] };
  try {
    (process as GroupSetter).initgroups?.(user.uid, user.gid);
    process.setegid?.(user.gid);
    process.seteuid?.(user.uid);
    return action();
  } finally {
    process.seteuid?.(own.uid);
    process.setegid?.(own.gid);
    process.setgroups?.(own.groups);
  }
}

/**
 * Opens a file that is to be written with the rights of the user whom root will become, and returns its descriptor. What
 * that user may not open root opens, as long as the user can put nothing else into its place, or on the way to it: else
 * a link there would lead root astray. A file that root makes is given to the user. Throws the system's error.
 */
export function openFor(user: Account, path: string, flags: number, mode: number): number {
  try {
    return asUser(user, () => openSync(path, flags, mode));
  } catch (error) {
    if (!refusals.has(errorCode(error))) throw error;
    if (isOnTheWayOf(user, path)) throw refusal(error, user, 'becomes');
  }
  const isNew = statSync(path, { throwIfNoEntry: false }) === undefined;
  const file = openSync(path, flags, mode);
  if (isNew) chownSync(path, user.uid, user.gid);
  return file;
}

/** The same once root has become that user. Throws the system's error, and says of which user it is. */
export function openAs(user: Account, path: string, flags: number, mode: number): number {
  try {
    return openSync(path, flags, mode);
  } catch (error) {
    throw refusals.has(errorCode(error)) ? refusal(error, user, 'has become') : error;
  }
}

function refusal(error: unknown, { name }: Account, becomes: string): Error {
  return new Error(`${systemErrorText(error)} to ${name}, whom root ${becomes} (-Z names another one)`);
}

const refusals: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM']);

/** Whether the user may put something else into the place of a part of the path, links followed or not. */
function isOnTheWayOf(user: Account, path: string): boolean {
  const groups = asUser(user, () => process.getgroups?.() ?? []);
  return [resolve(path), realPathOf(path)].some((whole) => parts(whole).some((part) => mayReplace(user, groups, part)));
}

function mayReplace(user: Account, groups: readonly number[], entry: string): boolean {
  const { uid, gid, mode } = statSync(dirname(entry));
  if (uid === user.uid) return true;
  const mayWrite = (mode & othersWrite) !== 0 || ((mode & groupWrites) !== 0 && groups.includes(gid));
  if (!mayWrite || (mode & sticky) === 0) return mayWrite;
  // As in /tmp: what others own stays theirs.
  const owner = lstatSync(entry, { throwIfNoEntry: false })?.uid;
  return owner === undefined || owner === user.uid;
}

const sticky = 0o1000;
const groupWrites = 0o020;
const othersWrite = 0o002;

/** Of a file that is not there yet: where it would be. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(realpathSync(dirname(resolve(path))), 'file');
  }
}

/** A path, and those of the directories that it leads through, without the root. */
function parts(path: string): string[] {
  const directory = dirname(path);
  return directory === path ? [] : [path, ...parts(directory)];
}
