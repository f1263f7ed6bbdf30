import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CaptureError } from './capture-error.ts';
import { isInstalled } from './program-path.ts';

/** Something that an engine needs is not there. The message is `reason: remedy`. */
export class MissingPart extends CaptureError {
  /** `the package koffi is not installed`. */
  readonly reason: string;

  constructor(reason: string, remedy: string) {
    super(`${reason}: ${remedy}`);
    this.reason = reason;
  }
}

/** Package managers, and how each installs something. */
const managers = [
  ['apt-get', 'apt-get install'],
  ['dnf', 'dnf install'],
  ['yum', 'yum install'],
  ['zypper', 'zypper install'],
  ['pacman', 'pacman -S'],
  ['apk', 'apk add'],
  ['brew', 'brew install'],
] as const;

type Manager = (typeof managers)[number][0];

/** What building a package that calls libpcap takes: a compiler, what node-gyp runs, and libpcap's headers. */
const buildTools: Readonly<Record<Manager, string>> = {
  'apt-get': 'g++ make python3 libpcap-dev',
  dnf: 'gcc-c++ make python3 libpcap-devel',
  yum: 'gcc-c++ make python3 libpcap-devel',
  zypper: 'gcc-c++ make python3 libpcap-devel',
  pacman: 'base-devel python libpcap',
  apk: 'g++ make python3 libpcap-dev linux-headers',
  brew: 'python3 libpcap',
};

/**
 * The command that gets tcpdump on this system, and with it libpcap, which it is made of: `sudo apt-get install
 * tcpdump`. It has the same name everywhere.
 */
export function installTcpdump(path?: string): string {
  return installed(() => 'tcpdump', path) ?? 'install tcpdump';
}

/** The command that gets what `cap` is built with: `sudo apt-get install g++ make python3 libpcap-dev`. */
export function installBuildTools(path?: string): string {
  return (
    installed((manager) => buildTools[manager], path) ?? "install a C++ compiler, make, Python 3 and libpcap's headers"
  );
}

function installed(what: (manager: Manager) => string, path: string | undefined): string | undefined {
  const [manager, command] = managers.find(([name]) => isInstalled(name, path)) ?? [];
  if (manager === undefined) return undefined;
  const sudo = process.getuid?.() === 0 || manager === 'brew' ? '' : 'sudo ';
  return `${sudo}${command} ${what(manager)}`;
}

/**
 * The npm command that installs, or builds, a package where mcsniff finds it: `sudo npm install -g cap` of a global
 * installation, `npm install cap` of one in a project. `module`: path of a file of mcsniff's.
 */
export function npmCommand(action: 'install' | 'rebuild', name: string, module = ownModule()): string {
  const marker = '/node_modules/mcsniff/';
  const end = module.lastIndexOf(marker);
  if (end < 0) return `npm ${action} ${name}`;
  const packages = join(module.slice(0, end), 'node_modules');
  // A project says what it depends on.
  if (existsSync(join(dirname(packages), 'package.json'))) return `npm ${action} ${name}`;
  return `${isWritable(packages) ? '' : 'sudo '}npm ${action} -g ${name}`;
}

function ownModule(): string {
  return fileURLToPath(import.meta.url);
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
