/** Packets over which it is judged. */
const usualWindow = 4096;

/** Windows that it rests for at most. */
const mostWindows = 16;

/** Packets that have to be taken for each connection that goes back: coming and going costs as much as these save. */
const packetsForReturn = 16;

/** The module counts packets with 32 bits. */
const mostPackets = 2 ** 31 - 2 ** 20;

/**
 * Whether it is worth while to offer packets to the express way: where its connections go back all the time, that costs
 * more than it saves. Then it rests, longer each time; and for good where it can't count any further.
 */
export class Worth {
  readonly #window: number;
  #windowStart = 0;
  #declined = 0;
  #returned = 0;
  #windows = 0;

  constructor(window = usualWindow) {
    this.#window = window;
  }

  /** `packet` counts all that were offered, or would have been. */
  isResting(packet: number): boolean {
    return packet < this.#windowStart || packet >= mostPackets;
  }

  /** This packet was not taken; so many connections have gone back since the beginning. */
  decline(packet: number, returned: number): void {
    if (this.isResting(packet)) {
      this.#returned = returned;
      return;
    }
    this.#declined++;
    const seen = packet + 1 - this.#windowStart;
    if (seen < this.#window) return;
    const isWorth = packetsForReturn * (returned - this.#returned) <= seen - this.#declined;
    this.#windows = isWorth ? 0 : Math.min(mostWindows, Math.max(1, 2 * this.#windows));
    this.#windowStart = packet + 1 + this.#windows * this.#window;
    this.#declined = 0;
    this.#returned = returned;
  }
}
