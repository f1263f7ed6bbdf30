import { type Listener, Listeners } from '../../protocols/events.ts';
import type { SnifferListener } from './options.ts';

const members = [
  'connectionOpen',
  'connectionClose',
  'commandLine',
  'dataBlock',
  'transaction',
  'unasked',
  'bytes',
  'segment',
] as const satisfies readonly (keyof Listener)[];

/**
 * Tells listeners, and knows an exception of theirs from a bug of this package: the one is thrown on to the caller, the
 * other costs no more than a connection.
 */
export class ListenerGuard {
  readonly listener: Listener;
  readonly #heedPackets: readonly SnifferListener[];
  #thrown: { readonly error: unknown } | undefined;

  constructor(listeners: readonly SnifferListener[]) {
    this.listener = new Listeners(listeners.map((listener) => this.#guarded(listener)));
    this.#heedPackets = listeners.filter(({ packet }) => packet !== undefined);
  }

  packet(timeUs: number, bytes: number): void {
    for (const listener of this.#heedPackets) listener.packet?.(timeUs, bytes);
  }

  /** Throws the error where it is a listener's. */
  rethrow(error: unknown): void {
    const thrown = this.#thrown;
    this.#thrown = undefined;
    if (thrown !== undefined && thrown.error === error) throw error;
  }

  #guarded(listener: SnifferListener): Listener {
    const guarded: Record<string, (...args: unknown[]) => void> = {};
    for (const member of members) {
      const call = listener[member] as ((...args: unknown[]) => void) | undefined;
      if (call === undefined) continue;
      guarded[member] = (...args): void => {
        try {
          call.apply(listener, args);
        } catch (error) {
          this.#thrown = { error };
          throw error;
        }
      };
    }
    return guarded;
  }
}
