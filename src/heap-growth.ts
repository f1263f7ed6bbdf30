import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/**
 * Size up to which a heap of long-lived objects is not collected, since what fills it is connections that stay: with
 * 100,000 of them, collections on the way took an eighth of all CPU time. Ordinary traffic leaves nothing there that
 * waits to be collected.
 */
const floorBytes = 256 * 1024 * 1024;

/**
 * From there on it may grow to twice of what lives. V8 would let it grow to four times: then a million connections that
 * never close peaked at 919 MB, where they take 526 MB (`npm run bounds`).
 */
const leastPercent = 100;

/** How large a heap may become. */
export interface HeapBounds {
  readonly floorBytes: number;
  readonly leastPercent: number;
}

const usualBounds: HeapBounds = { floorBytes, leastPercent };

/**
 * Of a run that keeps lists: these stay much smaller, and ten million commands are to be summed up in 250 MB, buffers and
 * the program itself included.
 */
export const listBounds: HeapBounds = { floorBytes: 64 * 1024 * 1024, leastPercent: 30 };

let bounds = usualBounds;

/** Between two looks the heap grows by some ten megabytes at most. */
const lookEveryMs = 20;

/**
 * Keeps V8, which decides at the end of each collection how far the heap may grow until the next, to these sizes. What
 * it is told counts for the heaps of all threads: another thread may not keep much in a heap of its own.
 */
export function boundHeapGrowth(): void {
  let percent = 0;
  const look = (): void => {
    const wanted = growthPercent(getHeapStatistics().used_heap_size, bounds);
    if (wanted === percent) return;
    percent = wanted;
    setFlagsFromString(`--heap-growing-percent=${percent}`);
  };
  look();
  setInterval(look, lookEveryMs).unref();
}

/** From now on these hold. */
export function setHeapBounds(wanted: HeapBounds): void {
  bounds = wanted;
}

/** How far a heap of this size, bytes, may grow, in percent of what lives of it after a collection. */
export function growthPercent(usedBytes: number, { floorBytes, leastPercent } = usualBounds): number {
  return Math.max(leastPercent, Math.floor((floorBytes / usedBytes - 1) * 100));
}
