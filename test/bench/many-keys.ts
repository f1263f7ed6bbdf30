import { Random } from '../support/random.ts';
import { CaptureWriter } from './capture-writer.ts';
import { type Flow, newFlow, Wire } from './wire.ts';

const keyCount = 1_000_000;
const clientCount = 100_000;
const openAtOnce = 5000;

/** Keys are `KIND:NUMBER:PART`: each pair of words is a pattern. */
const kinds = ['user', 'session', 'cart', 'item', 'price', 'page', 'token', 'feed'];
const parts = ['profile', 'rights', 'seen', 'html', 'json'];

/** How often something was asked for. */
export type Ranked = readonly (readonly [name: string, count: number])[];

/** What a capture holds, and the truth about it. */
export interface ManyKeys {
  readonly packets: number;
  readonly commands: number;
  /** All patterns and the first `top` keys, the most frequent first; equal ones by their names. */
  readonly patterns: Ranked;
  readonly keys: Ranked;
}

/**
 * Writes a capture of so many commands over a million keys, of 100,000 clients one after the other, of which 5,000 are
 * connected at a time. Half of the commands ask for any key, the other half by Zipf's law, as caches are asked.
 */
export function generateManyKeys(path: string, commands: number, top: number): ManyKeys {
  const random = new Random(1);
  const counts = new Uint32Array(keyCount);
  const writer = new CaptureWriter(path, Number.POSITIVE_INFINITY);
  const wire = new Wire(writer, (frame, length) => writer.frame(frame, length));
  let clients = 0;
  const connect = (): Flow => {
    const client = clients % clientCount;
    // One that connects again does so from another port, with other sequence numbers.
    return newFlow(clients++, `10.${2 + (client >> 16)}.${(client >> 8) & 255}.${client & 255}`);
  };
  const perClient = Math.max(1, Math.floor(commands / clientCount));
  const flows = Array.from({ length: openAtOnce }, () => ({ flow: connect(), sent: 0 }));
  for (let command = 0; command < commands; command++) {
    const slot = flows[random.below(openAtOnce)] as { flow: Flow; sent: number };
    if (slot.sent === perClient) {
      wire.close(slot.flow);
      Object.assign(slot, { flow: connect(), sent: 0 });
    }
    slot.sent++;
    const number = random.chance(0.5) ? random.below(keyCount) : Math.floor(keyCount ** (random.word() / 2 ** 32)) - 1;
    counts[number] = (counts[number] as number) + 1;
    exchange(wire, slot.flow, keyOf(number), random);
  }
  for (const { flow } of flows) if (flow.isOpen) wire.close(flow);
  writer.close();
  return { packets: writer.packets, commands, ...truthOf(counts, top) };
}

/** Of ten commands seven hit, one misses, two store. */
function exchange(wire: Wire, flow: Flow, key: string, random: Random): void {
  const kind = random.below(10);
  const value = 'v'.repeat(random.between(1, 60));
  const block = `${value.length}\r\n${value}\r\n`;
  wire.send(flow, true, Buffer.from(kind < 2 ? `set ${key} 0 0 ${block}` : `get ${key}\r\n`));
  const answer = kind < 2 ? 'STORED\r\n' : kind < 3 ? 'END\r\n' : `VALUE ${key} 0 ${block}END\r\n`;
  wire.send(flow, false, Buffer.from(answer));
}

function keyOf(number: number): string {
  return `${kinds[number % kinds.length]}:${number}:${parts[number % parts.length]}`;
}

function truthOf(counts: Uint32Array, top: number): Pick<ManyKeys, 'patterns' | 'keys'> {
  const patterns = new Map<string, number>();
  const keys: [string, number][] = [];
  for (const [number, count] of counts.entries()) {
    if (count === 0) continue;
    const key = keyOf(number);
    const pattern = key.replace(/\d+/, '{n}');
    patterns.set(pattern, (patterns.get(pattern) ?? 0) + count);
    keys.push([key, count]);
  }
  return { patterns: ranked([...patterns]), keys: ranked(keys).slice(0, top) };
}

function ranked(all: [string, number][]): Ranked {
  return all.sort(([name, count], [other, more]) => more - count || (name < other ? -1 : 1));
}
