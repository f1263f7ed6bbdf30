import { Durations } from './durations.ts';
import type { Sample } from './sample.ts';

/** What happened within one step of time. */
export class Step {
  count = 0;
  hits = 0;
  misses = 0;
  errors = 0;
  bytes = 0;
  readonly server = new Durations();

  add(sample: Sample): void {
    this.count++;
    this.hits += sample.hits;
    this.misses += sample.misses;
    this.errors += sample.errors + sample.unanswered;
    this.bytes += sample.requestBytes + sample.responseBytes;
    if (sample.serverUs >= 0) this.server.add(sample.serverUs);
  }

  merge(other: Step): void {
    this.count += other.count;
    this.hits += other.hits;
    this.misses += other.misses;
    this.errors += other.errors;
    this.bytes += other.bytes;
    this.server.merge(other.server);
  }
}

/** Steps are at least so long, µs, and at most so many: then each two become one. */
const shortestUs = 1000;
const mostSteps = 240;

/** Commands over time, in steps that are as long as they have to be to stay few. */
export class TimeSeries {
  #stepUs = shortestUs;
  #startUs: number | undefined;
  #steps: (Step | undefined)[] = [];

  /** Length of a step, µs. */
  get stepUs(): number {
    return this.#stepUs;
  }

  /** Time of the first step, µs since 1970. */
  get startUs(): number {
    return this.#startUs ?? 0;
  }

  /** The steps from the first on; undefined where nothing happened. */
  get steps(): readonly (Step | undefined)[] {
    return this.#steps;
  }

  /** Time that goes back to before the first command counts as its time. */
  add(timeUs: number, sample: Sample): void {
    this.#startUs ??= timeUs;
    const since = Math.max(0, timeUs - this.#startUs);
    while (since >= this.#stepUs * mostSteps) this.#widen();
    const at = Math.floor(since / this.#stepUs);
    while (this.#steps.length <= at) this.#steps.push(undefined);
    const step = this.#steps[at] ?? new Step();
    this.#steps[at] = step;
    step.add(sample);
  }

  #widen(): void {
    const wide: (Step | undefined)[] = [];
    for (let at = 0; at < this.#steps.length; at += 2) {
      const one = this.#steps[at];
      const other = this.#steps[at + 1];
      if (one !== undefined && other !== undefined) one.merge(other);
      wide.push(one ?? other);
    }
    this.#steps = wide;
    this.#stepUs *= 2;
  }
}
