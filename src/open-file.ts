/** Opens a file, as `openSync` does: `flags` are those of open(2). Throws the system's error. */
export type OpenFile = (path: string, flags: number, mode: number) => number;

/** Of files that a run writes: they hold what clients say, which is not everybody's. */
export const privateMode = 0o640;
