import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { containerIn } from './container-name.ts';
import type { LocalProcess } from './local-process.ts';

/** Processes that are looked at first: those that held sockets lately. */
const mostRemembered = 64;

/** Whose processes sockets are. Reads `/proc`: of other users' processes it takes rights to. */
export class SocketOwners {
  readonly #lately = new Set<string>();

  /** The processes that hold each of these sockets, by inode. Those that are not found are absent. */
  find(inodes: ReadonlySet<string>): ReadonlyMap<string, LocalProcess> {
    const holders = new Map<string, string[]>();
    if (inodes.size > 0) this.#search([...this.#lately], inodes, holders);
    if (holders.size < inodes.size) {
      const missing = new Set([...inodes].filter((inode) => !holders.has(inode)));
      this.#search(processIds(), missing, holders);
    }
    return new Map([...holders].map(([inode, pids]) => [inode, common(pids.map(processOf))]));
  }

  #search(pids: readonly string[], inodes: ReadonlySet<string>, holders: Map<string, string[]>): void {
    for (const pid of pids) {
      const held = new Set(socketsOf(pid).filter((inode) => inodes.has(inode)));
      if (held.size > 0) this.#remember(pid);
      for (const inode of held) holders.set(inode, [...(holders.get(inode) ?? []), pid]);
    }
  }

  #remember(pid: string): void {
    this.#lately.delete(pid);
    this.#lately.add(pid);
    if (this.#lately.size <= mostRemembered) return;
    for (const oldest of this.#lately) {
      this.#lately.delete(oldest);
      break;
    }
  }
}

/** The processes that there are. */
export function processIds(): string[] {
  return entriesOf('/proc').filter((name) => /^\d+$/.test(name));
}

/** Inodes of the sockets that a process holds; none where it has gone, or is not to be looked at. */
function socketsOf(pid: string): string[] {
  const directory = `/proc/${pid}/fd`;
  return entriesOf(directory).flatMap((name) => /^socket:\[(\d+)\]$/.exec(linkAt(`${directory}/${name}`))?.[1] ?? []);
}

function processOf(pid: string): LocalProcess {
  const name = textIn(`/proc/${pid}/comm`).replace(/\n$/, '');
  const container = containerIn(textIn(`/proc/${pid}/cgroup`));
  return {
    ...(name === '' ? {} : { process: name }),
    pid: Number(pid),
    ...(container === undefined ? {} : { container }),
  };
}

/** What holds for all of them. */
function common(processes: readonly LocalProcess[]): LocalProcess {
  return processes.reduce((one, other) => ({
    ...(one.process === other.process && one.process !== undefined ? { process: one.process } : {}),
    ...(one.pid === other.pid && one.pid !== undefined ? { pid: one.pid } : {}),
    ...(one.container === other.container && one.container !== undefined ? { container: one.container } : {}),
  }));
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Empty where there is none. */
export function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** Latin-1; empty where it can't be read. */
export function textIn(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
