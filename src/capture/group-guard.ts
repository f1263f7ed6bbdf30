import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { inheritedDescriptors } from './inherited-descriptors.ts';

/** `$1` is a process group. At the end of the input, which the parent's death brings, too, the group is ended. */
const script = 'read -r _; kill -s KILL -- "-$1" 2>/dev/null';

/**
 * Ends a process group of root's for a process that has given up the rights of root. A child that was killed leaves its
 * own children behind (tcpdump, which would see the end of its reader only at its next packet), and one that hangs does
 * not end by itself. A shell, kept from before the rights were given up, has the right to end them.
 */
export class GroupGuard {
  readonly #shell: ChildProcess | undefined;
  readonly #ended: Promise<unknown> | undefined;

  /** Throws nothing: where there is no shell, there is no guard. */
  constructor(group: number) {
    this.#shell = shellFor(group);
    this.#ended = this.#shell && once(this.#shell, 'close').catch(() => undefined);
    this.#shell?.stdin?.on('error', () => undefined);
  }

  /** Settles when the group has ended. */
  async end(): Promise<void> {
    this.#shell?.stdin?.end();
    await this.#ended;
  }
}

/** Undefined where descriptors run out, or are limited to less than what is inherited. */
function shellFor(group: number): ChildProcess | undefined {
  let nothing = -1;
  try {
    nothing = openSync(devNull, 'r+');
    return spawn('/bin/sh', ['-c', script, 'mcsniff-guard', String(group)], {
      stdio: ['pipe', 'ignore', 'ignore', ...inPlaceOfInherited(nothing)],
      detached: true,
    });
  } catch {
    return undefined;
  } finally {
    if (nothing >= 0) closeSync(nothing);
  }
}

/** What a shell that stays root has from descriptor 3 on: `nothing`, a descriptor, where it would inherit a file. */
function inPlaceOfInherited(nothing: number): (number | 'ignore')[] {
  const inherited = new Set(inheritedDescriptors());
  const count = Math.max(2, ...inherited) - 2;
  return Array.from({ length: count }, (_, index) => (inherited.has(index + 3) ? nothing : 'ignore'));
}
