import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/**
 * Size up to which a heap of long-lived objects is not collected, since what fills it is connections that stay: with
 * 100,000 of them, collections on the way took an eighth of all CPU time. Ordinary traffic leaves nothing there that
 * waits to be collected.
 */
const floorBytes = 256 * 1024 * 1024;

/**
 * From the floor on it may grow to twice of what lives. V8 would let it grow to four times: then a million connections
 * that never close peaked at 919 MB, where they take 526 MB (`npm run bounds`).
 */
const leastPercent = 100;

/** A heap that grows faster than this is looked at grows by little until the next look. */
const lookEveryMs = 20;

/** Keeps V8, which looks at the end of each collection how far the heap may grow until the next, to these sizes. */
export function boundHeapGrowth(): void {
  let percent = 0;
  const look = (): void => {
    const wanted = growthPercent(getHeapStatistics().used_heap_size);
    if (wanted === percent) return;
    percent = wanted;
    setFlagsFromString(`--heap-growing-percent=${percent}`);
  };
  look();
  setInterval(look, lookEveryMs).unref();
}

/** How far a heap of this size, bytes, may grow. More of it lives after no collection, so this is never too much. */
export function growthPercent(usedBytes: number): number {
  return Math.max(leastPercent, Math.floor((floorBytes / usedBytes - 1) * 100));
}
