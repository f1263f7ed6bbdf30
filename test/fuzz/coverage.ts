import { Session } from 'node:inspector';

/** What V8 has run of the program so far, in the blocks that it counts by. */
export class Coverage {
  readonly #session = new Session();
  readonly #blocks = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  get size(): number {
    return this.#blocks.size;
  }

  /** Whether anything ran since the last call that never ran before. */
  grows(): boolean {
    const before = this.#blocks.size;
    this.#session.post('Profiler.takePreciseCoverage', (_error, taken) => {
      for (const { url, functions } of taken.result) {
        if (!/\/build\/(?:src|protocols)\//.test(url)) continue;
        for (const { ranges } of functions) {
          for (const { count, startOffset, endOffset } of ranges) {
            if (count > 0) this.#blocks.add(`${url}:${startOffset}:${endOffset}`);
          }
        }
      }
    });
    return this.#blocks.size > before;
  }

  stop(): void {
    this.#session.disconnect();
  }
}
