import { readFileSync } from 'node:fs';
import { readChunk } from '../../src/capture/capture-reader.ts';
import { readerFor } from '../../src/capture/detect.ts';

/** Bytes by which a packet is known again: sequence number and TCP's own time stamp are among them. */
export const known = 128;

/**
 * Microseconds by which the times in one saved capture are behind those of another one of the same traffic, sorted.
 * Packets are compared by their bytes.
 */
export function lags(saved: string, reference: string): number[] {
  const referenceTimes = timesOf(reference);
  const differences: number[] = [];
  for (const [bytes, time] of timesOf(saved)) {
    const referenceTime = referenceTimes.get(bytes);
    if (referenceTime !== undefined) differences.push(time - referenceTime);
  }
  return differences.sort((a, b) => a - b);
}

/** Median, 99 % and most of sorted microseconds. */
export function lagFigures(sorted: readonly number[]): string[] {
  return [0.5, 0.99, 1].map((share) => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
    return Math.abs(value) < 10 ? value.toFixed(1) : value.toFixed(0);
  });
}

/** Times in microseconds of the packets in a saved capture, by their bytes. */
function timesOf(path: string): Map<string, number> {
  const times = new Map<string, number>();
  const reader = readerFor(readFileSync(path), {
    begin: () => undefined,
    packet({ bytes, start, end, seconds, nanoseconds }) {
      times.set(bytes.toString('latin1', start, Math.min(end, start + known)), seconds * 1e6 + nanoseconds / 1000);
    },
  });
  readChunk(reader, readFileSync(path));
  return times;
}
