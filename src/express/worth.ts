/** Packets over which it is judged what share of them is taken. */
const usualWindow = 4096;

/** Windows that it rests for at most. */
const mostWindows = 16;

/**
 * Whether it is worth while to offer packets to the express way: where it takes less than half of them, looking at the
 * others costs more than it saves. Then it rests, longer each time.
 */
export class Worth {
  readonly #window: number;
  #windowStart = 0;
  #declined = 0;
  #windows = 0;

  constructor(window = usualWindow) {
    this.#window = window;
  }

  /** `packet` counts all that were offered, or would have been. */
  isResting(packet: number): boolean {
    return packet < this.#windowStart;
  }

  /** This packet was not taken. */
  decline(packet: number): void {
    if (this.isResting(packet)) return;
    this.#declined++;
    const seen = packet + 1 - this.#windowStart;
    if (seen < this.#window) return;
    const isWorth = 2 * this.#declined <= seen;
    this.#windows = isWorth ? 0 : Math.min(mostWindows, Math.max(1, 2 * this.#windows));
    this.#windowStart = packet + 1 + this.#windows * this.#window;
    this.#declined = 0;
  }
}
