import { readdirSync, readFileSync } from 'node:fs';

/** The first descriptor that is not a standard stream. */
const firstOther = 3;

/** O_CLOEXEC of open(2) on Linux, as proc(5) shows the flags of a descriptor. */
const closeOnExec = 0o2_000_000;

/**
 * What the process was started with besides its standard streams: files of whoever started mcsniff. Node.js opens its
 * own so that no program that it starts inherits them, by which they are known. Only Linux tells.
 */
export function inheritedDescriptors(): number[] {
  return entriesOf('/proc/self/fd').map(Number).filter(isInherited);
}

function isInherited(descriptor: number): boolean {
  if (descriptor < firstOther) return false;
  try {
    const [, flags] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1')) ?? [];
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0;
  } catch {
    // The one by which the directory was read: it is closed already.
    return false;
  }
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
