// Puts the program into a few files in dist/, what it uses of yargs and pino included: loading some 200 modules one by
// one took a third of the time of a short run. Each entry is loaded by path: the program, the library, threads and
// children.

import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'dist');

/** What the program loads, one after the other: in every run, but for the help, whose options all runs load. */
const phases = ['src/cli/start.ts', 'src/cli/help.ts', 'src/cli/run.ts', 'src/cli/sniff.ts'].map((name) =>
  join(root, name),
);

/** What runs beside it. */
const others = [
  'src/index.ts',
  'src/cli/line-worker.ts',
  'src/capture/cap-child.ts',
  'src/capture/stop-watch.ts',
  'src/capture/tcpdump-child.ts',
  'src/capture/libpcap/libpcap-child.ts',
  'src/processes/process-child.ts',
].map((name) => join(root, name));

/** Threads of pino's transports, which find their code by these names (src/cli/transport.ts). */
const workers = {
  'thread-stream-worker': 'node_modules/thread-stream/lib/worker.js',
  'pino-worker': 'node_modules/pino/lib/worker.js',
};

/** Of each entry, what `partsOf` has found. */
const parts = new Map();

rmSync(target, { recursive: true, force: true });
const { output } = await build({
  cwd: root,
  input: Object.fromEntries([
    ...[join(root, 'src/main.ts'), ...others].map((path) => [basename(path, '.ts'), path]),
    ...Object.entries(workers).map(([name, path]) => [name, join(root, path)]),
  ]),
  platform: 'node',
  preserveEntrySignatures: 'allow-extension',
  // Native and optional; and the form of sketches on the wire, of which nothing is made.
  external: ['cap', 'koffi', /proto\/compiled$/],
  resolve: { alias: { 'string-width': join(root, 'scripts', 'string-width.js') } },
  logLevel: 'warn',
  output: {
    // Side by side, so that an entry is found by its name from wherever the file ends up that names it.
    dir: join(target, 'src'),
    format: 'esm',
    chunkFileNames: '[name].js',
    // Else what is loaded together would be in as many files as there are sets of modules that are loaded later.
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ debugName: 'phases', name: chunkOf }] },
    // Left in, they would double the time that the engine takes to read the program.
    comments: { annotation: false, jsdoc: false },
  },
});
copyFileSync(join(root, 'build', 'src', 'express', 'express.wasm'), join(target, 'src', 'express.wasm'));
chmodSync(join(target, 'src', 'main.js'), 0o755);
writeFileSync(join(target, 'LICENSES.txt'), licenses(output.flatMap((file) => file.moduleIds ?? [])));

/** The file of a module: one for each phase, and set of other entries, that it is a part of. None for what is optional. */
function chunkOf(id, graph) {
  const isPartOf = (entry) => partsOf(entry, graph).has(id);
  const phase = phases.find(isPartOf);
  if (phase === undefined) return null;
  return [phase, ...others.filter(isPartOf)].map((entry) => basename(entry, '.ts')).join('-');
}

/** The modules that are loaded with one. */
function partsOf(entry, graph) {
  const known = parts.get(entry);
  if (known !== undefined) return known;
  const found = new Set([entry]);
  for (const id of found) for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  parts.set(entry, found);
  return found;
}

/** The licenses of the packages that these modules are of: their authors ask that they come with every copy. */
function licenses(modules) {
  const directories = new Set(
    modules.flatMap((path) => path.match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/) ?? []),
  );
  return [...directories].sort().map(licenseIn).join('\n');
}

function licenseIn(directory) {
  const { name, version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${directory}: no license`);
  return `${name} ${version}\n\n${readFileSync(join(directory, file), 'utf8').trim()}\n`;
}
