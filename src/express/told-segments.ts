import type { Listener } from '../../protocols/events.ts';
import type { Arrival } from '../../protocols/protocol.ts';
import type { Connection } from '../../protocols/tcp/connection.ts';
import type { KeptFactsState } from './kept-facts.ts';
import { eventField, Shown } from './layout.ts';
import type { MemoryView } from './memory-view.ts';

/** Tells what segments show beside their bytes, of connections that began with the module, as `SegmentObserver` does. */
export class ToldSegments {
  readonly #memory: MemoryView;
  readonly #facts: KeptFactsState;
  readonly #tell: Listener['segment'];
  readonly #arrival: Arrival = { timeUs: 0, packet: 0, acknowledged: -1 };

  constructor(memory: MemoryView, facts: KeptFactsState, tell: Listener['segment']) {
    this.#memory = memory;
    this.#facts = facts;
    this.#tell = tell;
  }

  /** `at`: where its row lies. */
  tell(at: number, connection: Connection): void {
    const { bytes, words, doubles } = this.#memory;
    const shown = words[(at >> 2) + eventField.shown] as Shown;
    const fromClient = bytes[at + eventField.fromClient] === 1;
    const arrival = this.#arrival;
    arrival.timeUs = doubles[(at >> 3) + eventField.segmentUs] as number;
    arrival.packet = words[(at >> 2) + eventField.segmentPacket] as number;
    const tell = this.#tell;
    if (shown === Shown.handshake) {
      const handshake = connection.tcp?.handshakeUs;
      if (handshake === undefined) return;
      tell?.(connection, { kind: 'handshake', serverUs: handshake.server, clientUs: handshake.client }, arrival);
    } else if (shown === Shown.fin) {
      this.#facts.seeEnd(connection.place, fromClient);
      tell?.(connection, { kind: 'fin', fromClient, at: doubles[(at >> 3) + eventField.shownAt] as number }, arrival);
    } else {
      this.#facts.seeLate(connection.place, arrival.timeUs);
      if (shown === Shown.lastAck) tell?.(connection, { kind: 'last_ack', fromClient }, arrival);
    }
  }
}
