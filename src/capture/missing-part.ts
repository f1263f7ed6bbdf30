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

/** Package managers, and how each installs tcpdump; under the same name everywhere. */
const managers = [
  ['apt-get', 'apt-get install tcpdump'],
  ['dnf', 'dnf install tcpdump'],
  ['yum', 'yum install tcpdump'],
  ['zypper', 'zypper install tcpdump'],
  ['pacman', 'pacman -S tcpdump'],
  ['apk', 'apk add tcpdump'],
  ['brew', 'brew install tcpdump'],
] as const;

/**
 * The command that gets tcpdump on this system, and with it libpcap, which it is made of: `sudo apt-get install
 * tcpdump`.
 */
export function installTcpdump(path?: string): string {
  const command = managers.find(([manager]) => isInstalled(manager, path))?.[1];
  if (command === undefined) return 'install tcpdump';
  return process.getuid?.() === 0 || command.startsWith('brew') ? command : `sudo ${command}`;
}
