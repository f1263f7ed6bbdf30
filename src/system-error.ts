import { getSystemErrorMap } from 'node:util';

export const tooManyFiles = 'too many open files for this process (ulimit -n)';

/** Where Node.js's words do not tell a user what is wrong. */
const plainerWords: ReadonlyMap<string | undefined, string> = new Map([
  ['EISDIR', 'is a directory'],
  ['ENOTDIR', 'a part of the path is not a directory'],
  ['EPIPE', 'the reader has closed the pipe'],
  ['ENXIO', 'is a pipe that nobody reads, or no file at all'],
  ['EMFILE', tooManyFiles],
]);

/** The words of a system error without its code and syscall: `no such file or directory`. */
export function systemErrorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { errno }: NodeJS.ErrnoException = error;
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno);
  return plainerWords.get(errorCode(error)) ?? known?.[1] ?? error.message;
}

/** `ENOENT` and the like; undefined for other errors. */
export function errorCode(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}
