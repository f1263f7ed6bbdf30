import { readdirSync, readFileSync } from 'node:fs';
import { terminalText } from '../terminal-text.ts';

const directory = '/sys/class/net';

/**
 * Names of this machine's network interfaces by index, which the lines of Linux cooked v2 captures begin with.
 * Empty on systems other than Linux.
 */
export function interfaceNames(): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const name of entries()) {
    const index = readIndex(name);
    if (index > 0) names.set(index, terminalText(name));
  }
  return names;
}

function entries(): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** The interface's index; 0 where it is no interface, or is gone by now. */
function readIndex(name: string): number {
  try {
    return Number(readFileSync(`${directory}/${name}/ifindex`, 'latin1'));
  } catch {
    return 0;
  }
}
