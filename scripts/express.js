// Compiles the express way (src/express/assembly) to WebAssembly, where its sources have changed.

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'src', 'express', 'assembly');
const target = join(root, 'build', 'src', 'express', 'express.wasm');

/** Pages of 64 KiB: see END in memory.ts. */
const pages = String(
  Number(/const END: usize = (0x[0-9a-f]+)/.exec(readFileSync(join(sources, 'memory.ts'), 'utf8'))[1]) / 65_536,
);

const files = [fileURLToPath(import.meta.url), ...readdirSync(sources).map((name) => join(sources, name))];
const isCurrent = existsSync(target) && files.every((path) => statSync(path).mtimeMs <= statSync(target).mtimeMs);

if (!isCurrent) {
  mkdirSync(dirname(target), { recursive: true });
  const { main } = await import('assemblyscript/asc');
  const { error, stderr } = await main(
    [
      join('src', 'express', 'assembly', 'index.ts'),
      ...['--outFile', join('build', 'src', 'express', 'express.wasm')],
      ...['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--use', 'abort='],
      ...['--initialMemory', pages, '--maximumMemory', pages],
    ],
    { baseDir: root },
  );
  if (error) {
    process.stderr.write(`${stderr}\n${error.message}\n`);
    process.exitCode = 1;
  }
}
