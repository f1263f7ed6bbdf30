import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CaptureError } from '../capture/capture-error.ts';
import { type TransportSettings, TransportStream } from '../output/transport-stream.ts';
import { errorCode } from '../system-error.ts';
import { say } from './say.ts';

/** What pino's bundling documentation asks for: where its worker threads find their code. */
const workers = { 'thread-stream-worker': './thread-stream-worker.js', 'pino-worker': './pino-worker.js' } as const;

/** Finds the module of `--transport`; it is loaded when the transport starts. Throws a `CaptureError`. */
export function openTransport(settings: TransportSettings): TransportStream {
  const file = resolveModule(settings.module);
  const paths = Object.entries(workers).map(([name, path]) => [name, new URL(path, import.meta.url)]);
  Object.assign(globalThis, {
    __bundlerPathsOverrides: Object.fromEntries(paths.map(([name, url]) => [name, url])),
  });
  return new TransportStream(settings, pathToFileURL(file).href, (error) =>
    say(`--transport ${settings.module}: ${error.message}: it gets no more records`),
  );
}

/** A path, or a package of the working directory's, else of mcsniff's own. Throws a `CaptureError`. */
function resolveModule(name: string): string {
  const places = [join(process.cwd(), 'module.js'), import.meta.url];
  for (const place of places) {
    const require = createRequire(place);
    try {
      return require.resolve(name);
    } catch (error) {
      if (errorCode(error) !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') continue;
      const file = importedFile(name, require.resolve.paths(name) ?? []);
      if (file !== undefined) return file;
    }
  }
  throw new CaptureError(`--transport ${name}: there is no such module here, nor beside mcsniff`);
}

/** Of a package that can be imported and not required: what an import of its name would load. */
function importedFile(name: string, directories: readonly string[]): string | undefined {
  for (const directory of directories) {
    try {
      const { exports } = JSON.parse(readFileSync(join(directory, name, 'package.json'), 'utf8')) as {
        exports?: unknown;
      };
      const target = conditional(exports);
      if (target !== undefined) return join(directory, name, target);
    } catch {
      // It is not in this one.
    }
  }
  return undefined;
}

/** The path behind `.`, `import`, `node` and `default` of `exports`. */
function conditional(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  const known = new Set(['.', 'import', 'node', 'default']);
  for (const [condition, target] of Object.entries(exports)) {
    const path = known.has(condition) ? conditional(target) : undefined;
    if (path !== undefined) return path;
  }
  return undefined;
}
