// Runs the compiled tests with node:test. Node 20 knows no glob patterns and Node 22 no directories, so the
// files are listed here. Arguments choose files by a part of their path: `npm test -- tcp samples`; those
// that begin with a dash go to node.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);
const options = given.filter((argument) => argument.startsWith('-'));
const parts = given.filter((argument) => !argument.startsWith('-'));

// A compiled test whose source was removed or renamed is not a test any more.
const hasSource = (path) => existsSync(join(root, path.replace(/\.js$/, '.ts')));
const tests = readdirSync(join(root, 'build', 'test'), { recursive: true, encoding: 'utf8' })
  .map((path) => join('test', path))
  .filter((path) => path.endsWith('.test.js') && hasSource(path))
  .filter((path) => parts.length === 0 || parts.some((part) => path.includes(part)))
  .sort();

/** Runs some of them, so many at a time; returns the exit status. */
function run(chosen, concurrency) {
  if (chosen.length === 0) return 0;
  const files = chosen.map((path) => join('build', path));
  const parameters = [`--test-concurrency=${concurrency}`, ...options, '--test', ...files];
  return spawnSync(process.execPath, parameters, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

if (tests.length === 0) {
  process.stderr.write(`no test has ${parts.join(' or ')} in its path\n`);
  process.exitCode = 1;
} else {
  // What watches a program while that runs wants the machine for itself; the others leave no processor idle.
  const watches = (path) => readFileSync(join(root, 'build', path), 'latin1').includes('/running-program.js');
  const statuses = [
    run(
      tests.filter((path) => !watches(path)),
      availableParallelism(),
    ),
    run(tests.filter(watches), 1),
  ];
  process.exitCode = statuses.find((status) => status !== 0) ?? 0;
}
