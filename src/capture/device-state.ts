import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

/** IFF_UP in Linux's if.h. */
const interfaceUp = 1;

/** Whether a device is known to be up: it runs, and has an address. */
export function hasAddress(device: string): boolean {
  return networkInterfaces()[device] !== undefined;
}

/** Whether a device is there and down, of one that had an address when it was up. */
export function isDown(device: string): boolean {
  return !hasAddress(device) && (flagsOf(device) & interfaceUp) === 0;
}

/** All where they are not known. (In /sys they may be those of another network namespace.) */
function flagsOf(device: string): number {
  try {
    return Number(readFileSync(`/sys/class/net/${device}/flags`, 'latin1'));
  } catch {
    return -1;
  }
}
