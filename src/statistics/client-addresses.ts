import { addressOf } from '../../protocols/address.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';

const slots = 8192;

/**
 * Addresses of clients, without their ports. Those that spoke lately are kept: the same text each time is found in lists
 * sooner than an equal one.
 */
export class ClientAddresses {
  readonly #ids = new Int32Array(slots);
  readonly #addresses = new Array<string | undefined>(slots).fill(undefined);

  of({ id, client }: ConnectionInfo): string {
    const slot = id % slots;
    const known = this.#addresses[slot];
    if (known !== undefined && this.#ids[slot] === id) return known;
    const address = addressOf(client);
    this.#ids[slot] = id;
    this.#addresses[slot] = address;
    return address;
  }
}
