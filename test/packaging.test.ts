import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ProgramResult, runProgram } from './support/run-program.ts';

interface PackedPackage {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
}

/** Besides the bundled program. */
const otherFiles = [
  'CHANGELOG.md',
  'LICENSE',
  'dist/LICENSES.txt',
  'dist/mcsniff.1',
  'README.md',
  'package.json',
  'share/mcsniff.alerts.yml',
  'share/mcsniff.dashboard.json',
  'share/mcsniff.lnav.json',
  'share/mcsniff.logrotate',
  'share/mcsniff.service',
  'share/record.schema.json',
  'samples/telnet-session.pcap',
];

async function npm(args: readonly string[]): Promise<ProgramResult> {
  const { npm_execpath: script } = process.env;
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const result = script?.endsWith('js')
    ? await runProgram(process.execPath, [script, ...args, ...quiet])
    : await runProgram('npm', [...args, ...quiet]);
  assert.equal(result.exitCode, 0, result.stderr);
  return result;
}

function documents(): string[] {
  return readdirSync('docs').map((name) => `docs/${name}`);
}

function bundledFiles(): string[] {
  return readdirSync('dist/src').map((name) => `dist/src/${name}`);
}

/**
 * A project that locks what the package depends on to what is installed here, so that npm takes it from the
 * cache that `npm ci` has filled, and asks the registry only for what is not there.
 */
function makeProject(target: string): void {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, LockedPackage> };
  const packages: Record<string, LockedPackage> = {};
  const dependencies: Record<string, string> = {};
  const optionalDependencies: Record<string, string> = {};
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '' || entry.dev) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    // A lock file may leave the address out (omit-lockfile-registry-resolved); without it npm asks the registry.
    const resolved = `https://registry.npmjs.org/${name}/-/${basename(name)}-${entry.version}.tgz`;
    packages[path] = { resolved, ...entry };
    if (path === `node_modules/${name}`) (entry.optional ? optionalDependencies : dependencies)[name] = entry.version;
  }
  const project = { name: 'project', version: '1.0.0', dependencies, optionalDependencies };
  const projectLock = { ...project, lockfileVersion: 3, requires: true, packages: { '': project, ...packages } };
  mkdirSync(target);
  writeFileSync(join(target, 'package.json'), JSON.stringify(project));
  writeFileSync(join(target, 'package-lock.json'), JSON.stringify(projectLock));
}

test('what is installed is pinned, counted in the documentation, and runs no script but that of cap', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, LockedPackage> };
  const locked = Object.entries(lock.packages).filter(([path, entry]) => path !== '' && !entry.dev);
  assert.ok(locked.every(([, { integrity }]) => integrity?.startsWith('sha512-')));
  assert.deepEqual(
    locked.flatMap(([path, entry]) => (entry.hasInstallScript ? [path] : [])),
    ['node_modules/cap', 'node_modules/koffi'],
  );
  const { allowScripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    allowScripts: Record<string, boolean>;
  };
  assert.deepEqual(allowScripts, { cap: true, koffi: false, protobufjs: false });
  assert.ok(readFileSync('docs/development.md', 'utf8').includes(`the ${locked.length} installed entries`));
});

describe('the npm package', () => {
  let directory = '';
  let packed: PackedPackage | undefined;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mcsniff-package-'));
    const { stdout } = await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', directory]);
    const report = JSON.parse(stdout.toString('utf8')) as Record<string, PackedPackage>;
    packed = Object.values(report)[0];
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  test('contains what is needed and nothing else', () => {
    const paths = (packed?.files ?? []).map((file) => file.path);
    assert.deepEqual(paths.sort(), [...bundledFiles(), ...documents(), ...otherFiles].sort());
  });

  test('comes with the licenses of what is bundled', () => {
    const licenses = readFileSync('dist/LICENSES.txt', 'utf8');
    for (const name of ['yargs', 'cliui', 'pino', 'sonic-boom'])
      assert.match(licenses, new RegExp(`^${name} \\d`, 'm'));
    assert.doesNotMatch(licenses, /^string-width /m);
    assert.ok((licenses.match(/Permission/g) ?? []).length >= 10);
  });

  test('installs without its optional and development packages, and runs', async () => {
    const target = join(directory, 'installed');
    makeProject(target);
    const tarball = join(directory, packed?.filename ?? '');
    const options = ['--prefix', target, '--prefer-offline', '--ignore-scripts', '--omit=dev', '--omit=optional'];
    await npm(['install', ...options, tarball]);

    const modules = join(target, 'node_modules');
    for (const native of ['cap', 'koffi'])
      assert.ok(!existsSync(join(modules, native)), 'reading captures needs no native package');
    const sample = join(modules, 'mcsniff', 'samples', 'telnet-session.pcap');
    const { stdout, stderr, exitCode } = await runProgram(join(modules, '.bin', 'mcsniff'), ['-r', sample]);
    assert.equal(exitCode, 0, stderr);
    const [first] = readFileSync('samples/telnet-session.txt', 'utf8').split('\n');
    assert.equal(stdout.toString('latin1').split('\n')[0], first);
  });
});
