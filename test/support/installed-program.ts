import { copyFileSync, cpSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mainPath } from './run-program.ts';

/** Copies this build, with the packages that it needs, into a directory; returns the path of its main.js there. */
export function installProgram(target: string): string {
  cpSync(dirname(mainPath), join(target, 'dist', 'src'), { recursive: true });
  copyFileSync('package.json', join(target, 'package.json'));
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, { dev?: boolean }> };
  for (const [path, { dev }] of Object.entries(lock.packages)) {
    if (path === '' || dev === true || !existsSync(path)) continue;
    cpSync(path, join(target, path), { recursive: true, dereference: true });
  }
  return join(target, 'dist', 'src', 'main.js');
}
