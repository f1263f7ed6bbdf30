import type { Scrambler } from './scrambler.ts';

/** Bytes in a row that were captured of a message, `[from, to)`. */
export interface Captured {
  readonly from: number;
  readonly to: number;
}

/** A message, and what is saved in its place: zeros where nothing is written. */
export class Rewriting {
  readonly bytes: Buffer;
  readonly saved: Buffer;
  readonly #runs: readonly Captured[];
  readonly #scrambler: Scrambler;

  constructor(bytes: Buffer, runs: readonly Captured[], scrambler: Scrambler) {
    this.bytes = bytes;
    this.saved = Buffer.alloc(bytes.length);
    this.#runs = runs;
    this.#scrambler = scrambler;
  }

  /** Whether all of `[from, to)` was captured. */
  has(from: number, to: number): boolean {
    return from >= to || this.#runs.some((run) => run.from <= from && run.to >= to);
  }

  text(from: number, to: number): string {
    return this.bytes.toString('latin1', from, to);
  }

  keep(from: number, to: number): void {
    this.bytes.copy(this.saved, from, from, to);
  }

  erase(from: number, to: number): void {
    this.saved.fill(0, from, to);
  }

  key(from: number, to: number): void {
    this.saved.set(this.#scrambler.key(this.bytes.subarray(from, to)), from);
  }

  base64Key(from: number, to: number): void {
    this.saved.set(this.#scrambler.base64Key(this.bytes.subarray(from, to)), from);
  }

  /** A value, piece by piece where some of it was never captured. */
  value(from: number, to: number): void {
    for (const run of this.#runs) {
      const first = Math.max(from, run.from);
      const last = Math.min(to, run.to);
      if (first < last) this.saved.set(this.#scrambler.value(this.bytes.subarray(first, last)), first);
    }
  }
}
