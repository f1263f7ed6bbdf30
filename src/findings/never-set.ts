import type { CommandFacts, HeldKeys } from '../../protocols/plain-command.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import { textHash } from '../../protocols/text-hash.ts';
import { keysMissed, mayHaveStored } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { mostPackets } from './finding.ts';
import { KeyFilter } from './key-filter.ts';
import { hashWithin } from './key-hashes.ts';
import type { OpenConnection } from './open-connection.ts';
import { RecentMap } from './recent-map.ts';
import { countText, wireText } from './words.ts';

/** Keys that are remembered, and those that are told, the ones missed most. */
const mostKeys = 100_000;
const mostTold = 1000;

interface Misses {
  readonly key: string;
  readonly server: string;
  count: number;
  lastUs: number;
  readonly packets: number[];
}

/** Keys that are asked for and never stored. Only the end of the capture can tell. */
export class NeverSet implements Detector {
  readonly statuses = ['miss', 'partial', 'stored', 'ok', 'no_reply', 'unknown', 'unanswered'] as const;
  readonly #context: DetectorContext;
  readonly #least: number;
  /** Those that missed twice, by hash. */
  readonly #missed = new RecentMap<Misses, number>(mostKeys);
  /** Keys that were stored: what may have been is not said to be never stored. */
  readonly #stored = new KeyFilter();

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#least = Math.max(1, Math.ceil(context.number('never-set')));
  }

  command(connection: ConnectionInfo, command: CommandFacts, open: OpenConnection): void {
    const { keyHashes, missedKeys: known } = this.#context;
    if (mayHaveStored(command)) {
      for (let place = 0; place < command.keysHeld; place++) {
        const hash = hashWithin(open.serverHash, keyHashes.at(place));
        this.#stored.add(hash);
        const slot = known.find(hash);
        if (slot >= 0 && known.lonePacket(slot) < 0) this.#missed.delete(hash);
      }
      return;
    }
    const missed = keysMissed(command);
    for (let place = 0; place < missed.keysHeld; place++) {
      const hash = missed === command ? keyHashes.at(place) : textHash(missed.keyAt(place));
      this.#miss(connection, command, missed, place, hashWithin(open.serverHash, hash));
    }
  }

  end(): void {
    const most = this.#missed.values().filter(({ count }) => count >= this.#least);
    most.sort((one, other) => other.count - one.count);
    for (const { key, server, count, lastUs, packets } of most.slice(0, mostTold)) {
      this.#context.found({
        finding: 'never-set',
        timeUs: lastUs,
        about: `${server} ${key}`,
        server,
        key,
        packets,
        text: `The key ${wireText(key)} was missed ${countText(count, 'time')} and never stored, as far as was captured: clients that store it may lie outside the capture.`,
      });
    }
  }

  #miss(
    connection: ConnectionInfo,
    { requestUs, packet }: CommandFacts,
    keys: HeldKeys,
    place: number,
    hash: number,
  ): void {
    if (this.#stored.mayHave(hash)) return;
    const { missedKeys: known } = this.#context;
    const slot = known.ensure(hash);
    const lonePacket = known.lonePacket(slot);
    if (lonePacket === 0 && this.#least > 1) {
      known.setLonePacket(slot, packet);
      return;
    }
    known.setLonePacket(slot, -1);
    const { server } = connection;
    let misses = this.#missed.get(hash);
    if (misses === undefined || !keys.hasKey(place, misses.key) || misses.server !== server) {
      const packets = lonePacket > 0 ? [lonePacket] : [];
      misses = { key: keys.keyAt(place), server, count: packets.length, lastUs: requestUs, packets };
      this.#missed.set(hash, misses);
    }
    misses.count++;
    misses.lastUs = requestUs;
    if (misses.packets.length < mostPackets) misses.packets.push(packet);
  }
}
