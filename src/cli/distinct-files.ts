import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Settings, UsageError } from './settings.ts';

/**
 * Refuses one file for two purposes: the capture that is read would be lost, records and packets mixed. Throws a
 * `UsageError`.
 */
export function checkDistinctFiles({ read, write, log }: Pick<Settings, 'read' | 'write' | 'log'>): void {
  const options = new Map<string, string>();
  for (const [option, path] of [
    ['--read (-r)', read],
    ['--write (-w)', write],
    ['--log', log],
  ] as const) {
    const file = path === undefined || path === '-' ? undefined : identity(path);
    if (file === undefined) continue;
    const other = options.get(file);
    if (other !== undefined)
      throw new UsageError(`${other} and ${option} name the same file, ${path}: choose another one`);
    options.set(file, option);
  }
}

/** The same for all names of a file, whether or not it is there; undefined for what is no file, such as /dev/null. */
function identity(path: string): string | undefined {
  try {
    const stat = statSync(path, { bigint: true });
    return stat.isFile() ? `${stat.dev}:${stat.ino}` : undefined;
  } catch {
    return resolve(path);
  }
}
