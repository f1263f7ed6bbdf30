/** Packets over which it is judged what share of them is taken. */
const usualWindow = 4096;

/** Packets of each connection that the window has room for: the first ones go the general way. */
const packetsOfEach = 4;

/** Windows that it rests for at most. */
const mostWindows = 16;

/** The module counts packets with 32 bits. */
const mostPackets = 2 ** 31 - 2 ** 20;

/**
 * Whether it is worth while to offer packets to the express way: where it takes less than half of them, looking at the
 * others costs more than it saves. Then it rests, longer each time; and for good where it can't count any further.
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
    return packet < this.#windowStart || packet >= mostPackets;
  }

  /** This packet was not taken, while so many connections were open. */
  decline(packet: number, connections: number): void {
    if (this.isResting(packet)) return;
    this.#declined++;
    const seen = packet + 1 - this.#windowStart;
    const window = Math.max(this.#window, packetsOfEach * connections);
    if (seen < window) return;
    const isWorth = 2 * this.#declined <= seen;
    this.#windows = isWorth ? 0 : Math.min(mostWindows, Math.max(1, 2 * this.#windows));
    this.#windowStart = packet + 1 + this.#windows * window;
    this.#declined = 0;
  }
}
