import { addressOf } from '../../protocols/address.ts';
import type { Arrival, ConnectionInfo } from '../../protocols/protocol.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { pairName } from './finding.ts';
import type { OpenConnection } from './open-connection.ts';
import { RecentMap } from './recent-map.ts';
import { countText, timeText } from './words.ts';

const mostPairs = 10_000;
const withinUs = 10e6;
const mostCommands = 3;

/** A connection that was opened and closed in the capture. */
interface Short {
  readonly openedUs: number;
  readonly packet: number;
  readonly commands: number;
}

/** Clients that open a connection for a few commands, close it, and open the next. */
export class Churn implements Detector {
  readonly facts: readonly [] = [];
  readonly #context: DetectorContext;
  readonly #least: number;
  /** The last ones of each client and server, as many as make a finding. */
  readonly #pairs = new RecentMap<Short[]>(mostPairs);

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#least = Math.max(1, Math.ceil(context.number('churn')));
  }

  /** Heard so that `connection.tcp` is kept. */
  segment(): void {}

  connectionClose(connection: ConnectionInfo, _reason: unknown, { timeUs }: Arrival, open: OpenConnection): void {
    const { tcp, openedUs, startedMidStream } = connection;
    // One that is still open is none of those that are opened and closed, and one that was refused never was open.
    if (startedMidStream || tcp?.closedBy === undefined || tcp.server.segments === 0 || tcp.syns === 0) return;
    if (tcp.synAckUs < 0 && tcp.client.dataUs < 0) return;
    const shorts = this.#pairs.ensure(pairName(connection), () => []);
    shorts.push({ openedUs, packet: open.packet, commands: open.commands });
    if (shorts.length > this.#least) shorts.shift();
    if (shorts.length < this.#least) return;
    const times = shorts.map((short) => short.openedUs);
    const spanUs = Math.max(...times) - Math.min(...times);
    const median = medianOf(shorts.map((short) => short.commands));
    if (spanUs > withinUs || median > mostCommands) return;
    this.#context.found({
      finding: 'churn',
      timeUs,
      about: pairName(connection),
      connection,
      scope: 'pair',
      packets: shorts.map((short) => short.packet),
      text: `The client at ${addressOf(connection.client)} opened ${countText(shorts.length, 'connection')} within ${timeText(spanUs)}, with ${countText(median, 'command')} each (median).`,
    });
    shorts.length = 0;
  }
}

/** The lower one of two in the middle. */
function medianOf(numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[(numbers.length - 1) >> 1] ?? 0;
}
