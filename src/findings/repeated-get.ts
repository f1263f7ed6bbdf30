import { addressOf } from '../../protocols/address.ts';
import type { CommandFacts } from '../../protocols/plain-command.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import { ChangeTimes } from './change-times.ts';
import { isRetrieval, isStorage } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { mostPackets, pairName } from './finding.ts';
import { HitLog } from './hit-log.ts';
import { hashWithin } from './key-hashes.ts';
import type { OpenConnection } from './open-connection.ts';
import { RecentMap } from './recent-map.ts';
import { countText, timeText, wireText } from './words.ts';

/** Servers of which it is remembered when they were flushed. */
const mostServers = 1000;
const withinUs = 1e6;

/** Commands that change an item without a value of their own. */
const changing: ReadonlySet<string> = new Set([
  ...['delete', 'incr', 'decr', 'md', 'ma', 'flush_all'],
  ...['deleteq', 'increment', 'incrementq', 'decrement', 'decrementq', 'flush', 'flushq'],
]);

/** Keys that one client retrieves again and again, although they do not change. */
export class RepeatedGet implements Detector {
  readonly #context: DetectorContext;
  readonly #least: number;
  readonly #hits: HitLog;
  /** By key and server. */
  readonly #changes = new ChangeTimes();
  readonly #flushed = new RecentMap<number>(mostServers);

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#least = Math.max(2, Math.ceil(context.number('repeated-get')));
    this.#hits = new HitLog(withinUs, this.#least);
  }

  command(connection: ConnectionInfo, command: CommandFacts, open: OpenConnection): void {
    const { keysHeld, status, requestUs } = command;
    const { keyHashes } = this.#context;
    if (isRetrieval(command)) {
      const found = status === 'partial' ? new Set(command.whole.found) : undefined;
      for (let place = 0; place < keysHeld; place++) {
        const hash = hashWithin(open.pairHash, keyHashes.at(place));
        // Those that were counted begin anew behind a miss.
        if (status === 'miss' || found?.has(command.keyAt(place)) === false) this.#hits.forget(hash);
        else if (this.#hits.add(hash, requestUs, command.packet) >= this.#least) {
          const changedUs = this.#changedUs(connection, hashWithin(open.serverHash, keyHashes.at(place)));
          this.#judge(connection, command, command.keyAt(place), hash, changedUs);
        }
      }
    } else if (isStorage(command) || changing.has(command.command)) {
      if (keysHeld === 0) this.#flushed.set(connection.server, requestUs);
      for (let place = 0; place < keysHeld; place++) {
        this.#changes.set(hashWithin(open.serverHash, keyHashes.at(place)), requestUs);
      }
    }
  }

  /** Whether the hits of the row were soon enough, and nothing changed the key since the first. `hash`: that of the row. */
  #judge(connection: ConnectionInfo, command: CommandFacts, key: string, hash: number, changedUs: number): void {
    const { requestUs } = command;
    const firstUs = this.#hits.firstUs(hash);
    const spanUs = requestUs - firstUs;
    if (spanUs > withinUs || changedUs >= firstUs) return;
    const packets = this.#hits.packets(hash, mostPackets);
    this.#hits.forget(hash);
    this.#context.found({
      finding: 'repeated-get',
      timeUs: requestUs,
      about: `${pairName(connection)} ${key}`,
      connection,
      scope: 'pair',
      request: command.whole,
      key,
      packets,
      text: `The client at ${addressOf(connection.client)} retrieved ${wireText(key)} ${countText(this.#least, 'time')} within ${timeText(spanUs)}, all hits, and nothing changed it meanwhile.`,
    });
  }

  /** When the key was changed last. */
  #changedUs({ server }: ConnectionInfo, hash: number): number {
    return Math.max(this.#changes.get(hash), this.#flushed.get(server) ?? Number.NEGATIVE_INFINITY);
  }
}
