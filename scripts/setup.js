// Makes a fresh checkout ready: system packages, npm packages, the native addon, the build. It runs before
// anything is installed, so it is plain JavaScript on Node's own modules. When nothing is missing it
// changes nothing and takes about a second.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const pcapHeaders = ['/usr/include', '/usr/local/include', '/opt/homebrew/include', '/opt/local/include'].map((path) =>
  join(path, 'pcap', 'pcap.h'),
);

/**
 * What the program and its tests use from the system: how to see that it is there, what it is for, and the
 * package that has it for each package manager (absent where the system brings it along).
 */
const requirements = [
  {
    name: "libpcap's headers",
    use: 'building the cap package, and bring libpcap',
    found: () => process.platform === 'darwin' || pcapHeaders.some((path) => existsSync(path)),
    packages: {
      'apt-get': 'libpcap-dev',
      dnf: 'libpcap-devel',
      zypper: 'libpcap-devel',
      pacman: 'libpcap',
      apk: 'libpcap-dev',
    },
  },
  {
    name: 'python3',
    use: 'building the cap package',
    found: () => onPath('python3'),
    packages: {
      'apt-get': 'python3',
      dnf: 'python3',
      zypper: 'python3',
      pacman: 'python',
      apk: 'python3',
      brew: 'python',
    },
  },
  {
    name: 'make',
    use: 'building the cap package',
    found: () => onPath('make'),
    packages: { 'apt-get': 'make', dnf: 'make', zypper: 'make', pacman: 'make', apk: 'make' },
  },
  {
    name: 'a C++ compiler',
    use: 'building the cap package',
    found: () => ['c++', 'g++', 'clang++'].some(onPath),
    packages: { 'apt-get': 'g++', dnf: 'gcc-c++', zypper: 'gcc-c++', pacman: 'gcc', apk: 'g++' },
  },
  {
    name: 'tcpdump',
    use: 'the tests, live capture',
    found: () => onPath('tcpdump'),
    packages: {
      'apt-get': 'tcpdump',
      dnf: 'tcpdump',
      zypper: 'tcpdump',
      pacman: 'tcpdump',
      apk: 'tcpdump',
      brew: 'tcpdump',
    },
  },
  {
    name: 'memcached',
    use: 'the tests',
    found: () => onPath('memcached'),
    packages: {
      'apt-get': 'memcached',
      dnf: 'memcached',
      zypper: 'memcached',
      pacman: 'memcached',
      apk: 'memcached',
      brew: 'memcached',
    },
  },
  {
    name: 'memcslap',
    use: 'the tests',
    found: () => onPath('memcslap'),
    packages: {
      'apt-get': 'libmemcached-tools',
      dnf: 'libmemcached-awesome-tools',
      zypper: 'libmemcached',
      pacman: 'libmemcached',
      apk: 'libmemcached',
    },
  },
  {
    name: 'tshark',
    use: 'the tests',
    found: () => onPath('tshark'),
    packages: {
      'apt-get': 'tshark',
      dnf: 'wireshark-cli',
      zypper: 'wireshark',
      pacman: 'wireshark-cli',
      apk: 'tshark',
      brew: 'wireshark',
    },
  },
  {
    name: 'setcap',
    use: 'the tests',
    found: () => process.platform !== 'linux' || onPath('setcap'),
    packages: {
      'apt-get': 'libcap2-bin',
      dnf: 'libcap',
      zypper: 'libcap-progs',
      pacman: 'libcap',
      apk: 'libcap-setcap',
    },
  },
  {
    name: 'pymemcache',
    use: 'the tests',
    found: () => pythonHas('pymemcache'),
    packages: { 'apt-get': 'python3-pymemcache' },
  },
  {
    name: 'pylibmc',
    use: 'the tests',
    found: () => pythonHas('pylibmc'),
    packages: { 'apt-get': 'python3-pylibmc' },
  },
  {
    name: 'Cache::Memcached',
    use: 'the tests',
    found: () => perlHas('Cache::Memcached'),
    packages: { 'apt-get': 'libcache-memcached-perl' },
  },
  {
    name: 'Cache::Memcached::Fast',
    use: 'the tests',
    found: () => perlHas('Cache::Memcached::Fast'),
    packages: { 'apt-get': 'libcache-memcached-fast-perl' },
  },
  {
    name: 'saslpasswd2',
    use: 'the tests',
    found: () => onPath('saslpasswd2'),
    packages: { 'apt-get': 'sasl2-bin' },
  },
  {
    name: "SASL's mechanisms",
    use: 'the tests',
    found: () => saslDirectories().some((path) => existsSync(join(path, 'libcrammd5.so'))),
    packages: { 'apt-get': 'libsasl2-modules' },
  },
];

const byHand = {
  dnf: 'sudo dnf install',
  zypper: 'sudo zypper install',
  pacman: 'sudo pacman -S',
  apk: 'sudo apk add',
  brew: 'brew install',
};

/** tcpdump and memcached live in directories that an ordinary user's PATH leaves out on Debian. */
const searchPath = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

function onPath(command) {
  return searchPath.some((directory) => {
    try {
      accessSync(join(directory, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Packages of the system are seen by its own Python only, which need not be the first on the path. */
function pythonHas(module) {
  return run('/usr/bin/python3', ['-c', `import ${module}`], { mayFail: true });
}

function perlHas(module) {
  return run('perl', [`-M${module}`, '-e', '1'], { mayFail: true });
}

/** Debian has a directory for each architecture. */
function saslDirectories() {
  const libraries = ['/usr/lib', '/usr/lib64'].filter((path) => existsSync(path));
  const names = libraries.flatMap((path) => readdirSync(path).map((name) => join(path, name)));
  return [...libraries, ...names].map((path) => join(path, 'sasl2'));
}

function say(text) {
  process.stdout.write(`setup: ${text}\n`);
}

/** Runs a command quietly; what it printed is shown only when it fails. */
function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (result.status === 0) return true;
  if (!options.mayFail) {
    const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`.trimEnd();
    process.stderr.write(`${output.split('\n').slice(-40).join('\n')}\n`);
  }
  return false;
}

/** npm as it was started, so that its version is the one that the user chose. */
function npm(args, options) {
  const script = process.env.npm_execpath;
  if (script?.endsWith('js')) return run(process.execPath, [script, ...args], options);
  return run('npm', args, { shell: process.platform === 'win32', ...options });
}

/** The command that makes a process root, or undefined where the user is not allowed to. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  if (!onPath('sudo')) return undefined;
  // A password can only be asked for where somebody can type it.
  if (process.stdin.isTTY) return ['sudo'];
  return run('sudo', ['-n', 'true'], { mayFail: true }) ? ['sudo', '-n'] : undefined;
}

function aptGet(prefix, args) {
  const environment = ['DEBIAN_FRONTEND=noninteractive', 'NEEDRESTART_SUSPEND=1'];
  const command = [...prefix, 'env', ...environment, 'apt-get', '-qq', '-o', 'Dpkg::Use-Pty=0', ...args];
  const [program = 'env', ...rest] = command;
  return run(program, rest, { stdio: ['inherit', 'pipe', 'pipe'] });
}

function installSystemPackages() {
  const missing = requirements.filter((requirement) => !requirement.found());
  if (missing.length === 0) return;
  const manager = ['apt-get', ...Object.keys(byHand)].find(onPath);
  const packages = missing.flatMap(({ packages }) => (manager && packages[manager]) ?? []);
  if (manager === 'apt-get') {
    const prefix = rootPrefix();
    const list = packages.join(' ');
    if (prefix === undefined) {
      say(`please run: sudo apt-get update && sudo apt-get install ${list}`);
    } else {
      say(`installing Debian packages: ${list}`);
      if (!aptGet(prefix, ['update'])) say('apt-get update failed; trying with the package lists that are there');
      if (!aptGet(prefix, ['install', '-y', '--no-install-recommends', ...packages])) say('apt-get install failed');
    }
  } else if (manager !== undefined && packages.length > 0) {
    say(`please run: ${byHand[manager]} ${packages.join(' ')}`);
  }
  for (const { name, use, found } of missing) {
    if (!found()) say(`missing: ${name}, needed for ${use}`);
  }
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages ?? {};
  } catch {
    return {};
  }
}

/** An optional package may be missing (another platform's, or one that could not be built), but not another version. */
function packagesAreCurrent() {
  const wanted = readPackages('package-lock.json');
  const installed = readPackages('node_modules/.package-lock.json');
  const isCurrent = ([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found === undefined) return entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity && existsSync(join(root, path));
  };
  const forThisMachine = ({ os, cpu }) =>
    (os === undefined || os.includes(process.platform)) && (cpu === undefined || cpu.includes(process.arch));
  return (
    Object.entries(wanted).every(isCurrent) &&
    Object.entries(installed).every(([path, entry]) => path in wanted && forThisMachine(entry))
  );
}

const npmQuiet = ['--no-audit', '--no-fund', '--loglevel=error'];

function installNpmPackages() {
  if (packagesAreCurrent()) return true;
  say('installing npm packages');
  if (npm(['ci', '--include=dev', '--include=optional', ...npmQuiet])) return true;
  say('npm ci failed');
  return false;
}

function addonLoads() {
  const load = "require('cap')";
  return run(process.execPath, ['-e', load], { mayFail: true, timeout: 10_000 });
}

/** An optional package whose build fails is taken out again by npm without a word, so it is checked here. */
function buildAddon() {
  if (addonLoads()) return;
  const addon = requirements.slice(0, 4).find((requirement) => !requirement.found());
  if (addon !== undefined) {
    say(`--engine cap is not available without ${addon.name}; the others need no compiler`);
    return;
  }
  say('building the cap package');
  const built = existsSync(join(root, 'node_modules/cap'))
    ? npm(['rebuild', 'cap', '--ignore-scripts=false', '--foreground-scripts', ...npmQuiet])
    : npm(['ci', '--include=dev', '--include=optional', '--ignore-scripts=false', '--foreground-scripts', ...npmQuiet]);
  if (!built || !addonLoads())
    say('the cap package cannot be built: --engine cap is not available; the others need no compiler');
}

function build() {
  if (npm(['run', '--silent', 'build'])) return true;
  say('the build failed');
  return false;
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  say(`Node ${process.versions.node} is too old: mcsniff needs 20.19 or newer`);
  process.exitCode = 1;
} else {
  installSystemPackages();
  if (installNpmPackages()) {
    buildAddon();
    if (!build()) process.exitCode = 1;
  } else {
    process.exitCode = 1;
  }
}
