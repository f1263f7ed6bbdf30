import { closeSync, readdirSync, readFileSync } from 'node:fs';
import { parentsSignals } from './child-protocol.ts';

/** The first descriptor that is not a standard stream. */
const firstOther = 3;

/** O_CLOEXEC of open(2) on Linux, as proc(5) shows the flags of a descriptor. */
const closeOnExec = 0o2_000_000;

/** What every capture child does first: only its parent decides when it ends, and it holds nothing of others. */
export function startChild(): void {
  for (const signal of parentsSignals) process.on(signal, () => undefined);
  closeInherited();
}

/**
 * Closes what the process was started with besides its standard streams: files of whoever started mcsniff, open to a
 * process that may read whatever comes by. Node.js opens its own so that no program that it starts inherits them, by
 * which they are known. Only Linux tells.
 */
function closeInherited(): void {
  for (const name of entriesOf('/proc/self/fd')) {
    const descriptor = Number(name);
    if (descriptor < firstOther) continue;
    try {
      const [, flags] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'latin1')) ?? [];
      if (flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0) closeSync(descriptor);
    } catch {
      // The one by which the directory was read: it is closed already.
    }
  }
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
