import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** IFF_UP in Linux's if.h. */
const interfaceUp = 1;

/** Whether a device goes down. One that has just come up may get its address only a second later. */
export class DeviceWatch {
  readonly #device: string;
  #wasUp = false;

  constructor(device: string) {
    this.#device = device;
  }

  /** Whether it is down by now, and was up when this was asked before. */
  hasGoneDown(): boolean {
    const isUp = networkInterfaces()[this.#device] !== undefined || (flagsOf(this.#device) & interfaceUp) !== 0;
    this.#wasUp ||= isUp;
    return this.#wasUp && !isUp;
  }
}

/** All where they are not known. (In /sys they may be those of another network namespace.) */
function flagsOf(device: string): number {
  try {
    return Number(readFileSync(`/sys/class/net/${device}/flags`, 'latin1'));
  } catch {
    return -1;
  }
}
