import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Counts, generate, type TrafficName } from './traffic.ts';

/** A capture to measure with. */
export interface BenchCapture extends Partial<Counts> {
  readonly path: string;
  readonly description: string;
}

/** What makes a capture: changed sources make another one. */
const sources = ['capture-writer.js', 'traffic.js', 'wire.js', '../support/random.js', '../support/headers.js'];

/** The capture of that kind and size in `directory`; it is made once and kept. */
export function keptCapture(directory: string, name: TrafficName, packets: number): Counts & { path: string } {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${name}-${packets}-${sourceHash()}.pcap`);
  const countsPath = `${path}.json`;
  try {
    return { path, ...(JSON.parse(readFileSync(countsPath, 'utf8')) as Counts) };
  } catch {
    process.stderr.write(`making ${path}\n`);
    const unfinished = `${path}.${process.pid}`;
    const counts = generate(name, unfinished, packets);
    renameSync(unfinished, path);
    writeFileSync(countsPath, JSON.stringify(counts));
    return { path, ...counts };
  }
}

function sourceHash(): string {
  const hash = createHash('sha256');
  for (const source of sources) hash.update(readFileSync(fileURLToPath(new URL(source, import.meta.url))));
  return hash.digest('hex').slice(0, 8);
}
