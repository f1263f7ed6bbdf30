import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pcapFile } from '../../support/capture-file.ts';
import type { Loss, Run } from './measure.ts';

/** Wrong ones that are shown of one capture. */
const shown = 20;

/** `1 %`, `cut`. */
export function lossName(loss: Loss): string {
  return loss === 'cut' ? 'cut' : `${loss * 100} %`;
}

/** `pipeline-8, seed 2, 1 %: packet 7: get user:3 => miss, latency 100 us (status hit)`: each wrong one of a run. */
export function wrongOnes({ kind, seed, loss, first, verdict }: Run): string[] {
  const where = `${kind}, seed ${seed}, ${lossName(loss)}${loss === 'cut' ? ` at packet ${first}` : ''}`;
  return verdict.wrong.map(({ packet, told, truth }) => `${where}: packet ${packet}: ${told} (${truth})`);
}

/** Writes the capture of a run into the temporary directory; the text says where it is and what is wrong with it. */
export function explain(run: Run): string {
  const { kind, seed, loss, first, packets } = run;
  const directory = join(tmpdir(), 'mcsniff-yield');
  mkdirSync(directory, { recursive: true });
  const name = loss === 'cut' ? `cut-${first}` : `loss-${loss * 100}`;
  const path = join(directory, `${kind}-${seed}-${name}.pcap`);
  writeFileSync(path, pcapFile(packets));
  const wrong = wrongOnes(run);
  const more = wrong.length > shown ? [`and ${wrong.length - shown} more`] : [];
  return `${[path, ...wrong.slice(0, shown), ...more].join('\n  ')}\n`;
}
