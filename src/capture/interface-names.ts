import { readdirSync, readFileSync } from 'node:fs';

const directory = '/sys/class/net';

/** Names of this machine's interfaces by index, as Linux numbers them; empty on other systems. */
export function interfaceNames(): Map<number, string> {
  const names = new Map<number, string>();
  try {
    for (const name of readdirSync(directory)) names.set(Number(readFileSync(`${directory}/${name}/ifindex`, 'utf8')), name);
  } catch {
    // Without the directory, or while an interface goes away, numbers have to do.
  }
  return names;
}
