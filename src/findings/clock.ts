/** Packet time, for those that wait until some of it has passed: nobody is asked at each packet. */
export class Clock {
  /** Of the last packet, µs since 1970. */
  nowUs = 0;
  /** The earliest time at which somebody wants to look. */
  #wakeUs = Number.POSITIVE_INFINITY;

  /** Everybody who waits is called at the first packet of this time, or before. */
  wakeAt(timeUs: number): void {
    if (timeUs < this.#wakeUs) this.#wakeUs = timeUs;
  }

  /** Time goes on; returns whether those who wait are to be called. Who waits on has to say so again. */
  passes(timeUs: number): boolean {
    this.nowUs = timeUs;
    if (timeUs < this.#wakeUs) return false;
    this.#wakeUs = Number.POSITIVE_INFINITY;
    return true;
  }
}
