import { mix } from '../../protocols/hash.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';

export const sampleDimensions = ['key', 'connection'] as const;

/** One in how many records of commands is written (`--sample`). */
export interface SampleSettings {
  /** The N of 1/N. */
  readonly of: number;
  /** What is in the sample as a whole, or not at all. */
  readonly by: (typeof sampleDimensions)[number];
}

/**
 * Chooses by a hash of the text alone, so that every run on every host chooses the same keys, both ends of a connection
 * the same connections, and a sample of 1/100 lies within one of 1/10.
 */
export class RecordSample {
  readonly settings: SampleSettings;
  readonly #below: number;
  /** Commands that were chosen, and those that always are: which have no key where keys are what is chosen. */
  taken = 0;

  constructor(settings: SampleSettings) {
    this.settings = settings;
    this.#below = 2 ** 32 / settings.of;
  }

  /** For how many commands this one stands: N, or 1 where all such commands are written; 0 where it is not written. */
  weightOf(connection: ConnectionInfo, { keys }: Transaction): number {
    const weight = this.settings.by === 'key' ? this.#weightOfKey(keys[0]) : this.weightIn(connection);
    if (weight > 0) this.taken++;
    return weight;
  }

  /** The same of what else is told of a connection. */
  weightIn({ client, server }: ConnectionInfo): number {
    const { of, by } = this.settings;
    if (by === 'key') return 1;
    return this.#takes(`${client} ${server}`) ? of : 0;
  }

  #weightOfKey(key: string | undefined): number {
    if (key === undefined) return 1;
    return this.#takes(key) ? this.settings.of : 0;
  }

  #takes(text: string): boolean {
    return hashOf(text) < this.#below;
  }
}

/** FNV-1a of the characters, mixed, since it leaves the high bits of short texts much alike; 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix(mix(hash, 0), 0) >>> 0;
}
