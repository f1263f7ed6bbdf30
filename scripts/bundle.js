// Puts the program into a few files in dist/, what it uses of yargs and pino included: loading some 200 modules one by
// one took a third of the time of a short run. Each entry is loaded by path: the program, the
// library, threads and children.

import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'dist');

const entries = [
  'src/main.ts',
  'src/index.ts',
  'src/cli/line-worker.ts',
  'src/capture/cap-child.ts',
  'src/capture/stop-watch.ts',
  'src/capture/tcpdump-child.ts',
  'src/capture/libpcap/libpcap-child.ts',
];

rmSync(target, { recursive: true, force: true });
const { output } = await build({
  cwd: root,
  input: entries,
  platform: 'node',
  // Native and optional; and the form of sketches on the wire, of which nothing is made.
  external: ['cap', 'koffi', /proto\/compiled$/],
  resolve: { alias: { 'string-width': join(root, 'scripts', 'string-width.js') } },
  logLevel: 'warn',
  output: {
    // Side by side, so that an entry is found by its name from wherever the file ends up that names it.
    dir: join(target, 'src'),
    format: 'esm',
    chunkFileNames: '[name].js',
    // What the program and the library share would else be a dozen files of a page each, which take longer to find than
    // to read.
    codeSplitting: { groups: [{ name: 'common', test: isCommon }] },
    // Left in, they would double the time that the engine takes to read the program.
    comments: { annotation: false, jsdoc: false },
  },
});
chmodSync(join(target, 'src', 'main.js'), 0o755);
writeFileSync(join(target, 'LICENSES.txt'), licenses(output.flatMap((file) => file.moduleIds ?? [])));

/** Whether a module is a small one that most others need, and none of what only some runs do. */
function isCommon(path) {
  return /\/(protocols\/(\w[\w-]*|(link|ip)\/[\w-]+|tcp\/(segment|options))|src\/(capture\/capture-error|statistics\/(dimensions|list-columns)))\.ts$/.test(
    path,
  );
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
