import type { Arrival } from '../../protocol.ts';
import type { SessionMemory } from '../../session-memory.ts';
import { LineBuffer } from '../line-buffer.ts';

/** The start of a line whose end has not come yet. */
export class LineStart extends LineBuffer {
  /** Offset in the stream of its first byte, and the packet that brought it. */
  readonly from: number;
  readonly arrival: Arrival;

  constructor(memory: SessionMemory, from: number, { timeUs, packet, acknowledged }: Arrival, giveUp: () => void) {
    super(memory, giveUp);
    this.from = from;
    this.arrival = { timeUs, packet, acknowledged };
  }
}
