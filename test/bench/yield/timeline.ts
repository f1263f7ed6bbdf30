interface Planned {
  readonly timeUs: number;
  readonly action: () => void;
}

/** What will happen, in order of time; at the same time, in the order in which it was planned. */
export class Timeline {
  /** µs since the beginning. */
  now = 0;
  /** Latest first. */
  readonly #planned: Planned[] = [];

  after(delayUs: number, action: () => void): void {
    const timeUs = this.now + delayUs;
    let place = this.#planned.length;
    while (place > 0 && (this.#planned[place - 1] as Planned).timeUs <= timeUs) place--;
    this.#planned.splice(place, 0, { timeUs, action });
  }

  /** Until nothing more is planned. */
  run(): void {
    for (let next = this.#planned.pop(); next !== undefined; next = this.#planned.pop()) {
      this.now = next.timeUs;
      next.action();
    }
  }
}
