import { readFileSync } from 'node:fs';
import type { Settings } from './settings.ts';

/** Milliseconds of a live capture after which silence is strange where other packets pass. */
const patience = 3000;

/** Fewer packets than these are no sign of other traffic: a name was looked up, a router has said hello. */
const fewestPackets = 10;

/** What was captured until now. */
interface Seen {
  /** Connections to memcached's ports. */
  readonly connections: number;
  /** TCP segments of other ports. */
  readonly otherSegments: number;
}

/** What may help where a capture has TCP segments and none of memcached's ports; undefined where all is well. */
export function portHint({ recognizes, ports }: Settings, seen: Seen): string | undefined {
  if (recognizes || seen.connections > 0 || seen.otherSegments === 0) return undefined;
  const packets = seen.otherSegments === 1 ? '1 TCP packet has' : `${seen.otherSegments} TCP packets have`;
  return `no packet came from or went to ${portsText(ports)}, and ${packets} other ports: ${advice}`;
}

const advice = '--port LIST names those of memcached, --port auto finds them';

/**
 * Says, 3 s after a live capture has begun, that it may listen on the wrong port. What the kernel's filter hides is seen
 * in the counters of the device.
 */
export function watchForSilence(settings: Settings, connections: () => number, say: (message: string) => void): void {
  if (settings.recognizes || settings.filter !== '') return;
  const before = devicePackets(settings.interface);
  const timer = setTimeout(() => {
    const others = devicePackets(settings.interface) - before;
    if (connections() === 0 && others >= fewestPackets)
      say(
        `nothing has come from or gone to ${portsText(settings.ports)} in 3 s, while ${others} other packets passed: ${advice}`,
      );
  }, patience);
  timer.unref();
}

function portsText(ports: ReadonlySet<number>): string {
  const all = [...ports];
  const shown = all.slice(0, 5).join(', ');
  return `port${all.length === 1 ? '' : 's'} ${shown}${all.length > 5 ? ', …' : ''}`;
}

/**
 * How many packets Linux has counted on a device of this process's network namespace, or on all; 0 on other systems.
 * What is in /sys may be that of another namespace (`nsenter --net`).
 */
function devicePackets(device: string | undefined): number {
  let counters: string;
  try {
    counters = readFileSync('/proc/self/net/dev', 'latin1');
  } catch {
    return 0;
  }
  let sum = 0;
  // `  name: ` and 16 numbers, the second of which is that of packets received, the tenth that of packets sent.
  for (const [, name, numbers = ''] of counters.matchAll(/^ *(\S+):((?: +\d+){16})$/gm)) {
    if (device !== undefined && device !== 'any' && device !== name) continue;
    const columns = numbers.trim().split(/ +/).map(Number);
    sum += (columns[1] ?? 0) + (columns[9] ?? 0);
  }
  return sum;
}
