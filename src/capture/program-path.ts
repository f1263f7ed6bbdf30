import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** tcpdump lives in one of these, which an ordinary user's PATH leaves out on Debian. */
const systemDirectories = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Where programs are looked for, as PATH says it. */
export function programPath(path = process.env.PATH ?? ''): string {
  return [path, ...systemDirectories].join(delimiter);
}

/** Whether a program is there. */
export function isInstalled(program: string, path = programPath()): boolean {
  return path.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
