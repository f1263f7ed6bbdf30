import { readdirSync, readFileSync } from 'node:fs';
import { terminalText } from '../terminal-text.ts';

/**
 * What Linux says of the interfaces of this process's network namespace: the index, in the base that the file has it in,
 * and the name. Together they have all interfaces that are up.
 */
const tables: readonly { readonly file: string; readonly entry: RegExp; readonly base: 10 | 16 }[] = [
  { file: 'igmp', entry: /^(?<index>\d+)\t(?<name>\S+)/, base: 10 },
  { file: 'if_inet6', entry: /^[0-9a-f]{32} (?<index>[0-9a-f]+) \S+ \S+ \S+ +(?<name>\S+)/, base: 16 },
  { file: 'dev_mcast', entry: /^(?<index>\d+) +(?<name>\S+)/, base: 10 },
];

/** That of the namespace in which it was mounted, which `nsenter --net` leaves as it is. */
const directory = '/sys/class/net';

/**
 * Names of this machine's network interfaces by index, which the lines of Linux cooked v2 captures begin with.
 * Empty on systems other than Linux.
 */
export function interfaceNames(): ReadonlyMap<number, string> {
  const indices = new Map<string, number>();
  for (const { file, entry, base } of tables) {
    for (const line of linesOf(`/proc/self/net/${file}`)) {
      const { index = '', name = '' } = entry.exec(line)?.groups ?? {};
      if (name !== '') indices.set(name, Number.parseInt(index, base));
    }
  }
  const taken = new Set(indices.values());
  for (const name of entries()) {
    if (indices.has(name)) continue;
    const index = readIndex(name);
    if (index > 0 && !taken.has(index)) indices.set(name, index);
  }
  return new Map([...indices].map(([name, index]) => [index, terminalText(name)]));
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\n');
  } catch {
    return [];
  }
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
