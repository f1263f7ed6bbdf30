import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/**
 * Size up to which a heap of long-lived objects is not collected, since what fills it is connections that stay: with
 * 100,000 of them, collections on the way took an eighth of all CPU time. Ordinary traffic leaves nothing there that
 * waits to be collected.
 */
const floorBytes = 256 * 1024 * 1024;

/**
 * The same of a run that keeps lists: these stay much smaller, and ten million commands are to be summed up in 250 MB,
 * buffers and the program itself included.
 */
export const listsFloorBytes = 128 * 1024 * 1024;

let floor = floorBytes;

/**
 * From the floor on it may grow to twice of what lives. V8 would let it grow to four times: then a million connections
 * that never close peaked at 919 MB, where they take 526 MB (`npm run bounds`).
 */
const leastPercent = 100;

/** Between two looks the heap grows by some ten megabytes at most. */
const lookEveryMs = 20;

/**
 * Keeps V8, which decides at the end of each collection how far the heap may grow until the next, to these sizes. What
 * it is told counts for the heaps of all threads: another thread may not keep much in a heap of its own.
 */
export function boundHeapGrowth(): void {
  let percent = 0;
  const look = (): void => {
    const wanted = growthPercent(getHeapStatistics().used_heap_size, floor);
    if (wanted === percent) return;
    percent = wanted;
    setFlagsFromString(`--heap-growing-percent=${percent}`);
  };
  look();
  setInterval(look, lookEveryMs).unref();
}

/** From now on the heap is collected from another size on. */
export function setHeapFloor(bytes: number): void {
  floor = bytes;
}

/** How far a heap of this size, bytes, may grow, in percent of what lives of it after a collection. */
export function growthPercent(usedBytes: number, fromBytes = floorBytes): number {
  return Math.max(leastPercent, Math.floor((fromBytes / usedBytes - 1) * 100));
}
