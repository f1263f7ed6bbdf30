import type { CommandFacts } from '../../protocols/plain-command.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import { isRetrieval } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import type { OpenConnection } from './open-connection.ts';
import { countText, timeText } from './words.ts';

/** Who asks for the next key so soon after an answer knew before which ones he wants, µs. */
const soonUs = 1000;

/** So many packets of a row are remembered, the first ones. */
const mostFirst = 7;

/** Of a connection, in one piece of memory: when its last answer ended, and of the row that this ends ... */
const endUsAt = 0;
/** ... how many retrievals it has, when the first one left, and the first packets. */
const countAt = 1;
const fromUsAt = 2;
const packetsAt = 3;
const width = packetsAt + mostFirst;

/** Connections that there is room for at first. */
const fewConnections = 64;

/** Single keys that are retrieved one after the other, where one multi-get would do. Said when the row is long enough. */
export class SerialGets implements Detector {
  readonly #context: DetectorContext;
  readonly #least: number;
  #rows = new Float64Array(fewConnections * width);

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#least = Math.max(2, Math.ceil(context.number('serial-gets')));
  }

  command(connection: ConnectionInfo, command: CommandFacts, open: OpenConnection): void {
    const { startUs, endUs, answerUs, keysHeld, packet } = command;
    const at = open.place * width;
    if (at >= this.#rows.length) this.#makeRoom(at);
    const rows = this.#rows;
    if (open.isNew) rows[at + countAt] = 0;
    if (!isRetrieval(command) || keysHeld !== 1 || answerUs < 0 || endUs < 0) {
      rows[at + countAt] = 0;
      return;
    }
    const sinceUs = startUs - (rows[at + endUsAt] as number);
    const before = sinceUs >= 0 && sinceUs <= soonUs ? (rows[at + countAt] as number) : 0;
    const count = before + 1;
    if (before === 0) rows[at + fromUsAt] = startUs;
    rows[at + countAt] = count;
    rows[at + endUsAt] = endUs;
    if (before < mostFirst) rows[at + packetsAt + before] = packet;
    if (count === this.#least) this.#tell(connection, command, at);
  }

  #makeRoom(at: number): void {
    const rows = new Float64Array(2 * Math.max(at, this.#rows.length));
    rows.set(this.#rows);
    this.#rows = rows;
  }

  #tell(connection: ConnectionInfo, command: CommandFacts, at: number): void {
    const { endUs, packet } = command;
    const firstPackets = this.#rows.subarray(at + packetsAt, at + packetsAt + Math.min(this.#least, mostFirst));
    const tookUs = endUs - (this.#rows[at + fromUsAt] as number);
    this.#context.found({
      finding: 'serial-gets',
      timeUs: endUs,
      connection,
      request: command.whole,
      packets: [...firstPackets, packet],
      text: `${countText(this.#least, 'retrieval')} of single keys in a row took ${timeText(tookUs)}, each sent when the one before had been answered.`,
    });
  }
}
