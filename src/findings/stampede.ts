import type { CommandFacts, HeldKeys } from '../../protocols/plain-command.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import { textHash } from '../../protocols/text-hash.ts';
import { isStorage, keysMissed, mayHaveStored } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { hashWithin } from './key-hashes.ts';
import type { OpenConnection } from './open-connection.ts';
import { RecentMap } from './recent-map.ts';
import { countText, timeText, wireText } from './words.ts';

const mostKeys = 20_000;
const neededConnections = 3;
const mostConnections = 1000;

/** Misses of a key within a short time, by connection, and who has stored it since. */
interface Rush {
  readonly key: string;
  readonly server: string;
  readonly firstUs: number;
  /** Connections that missed it, and the packet in which each did. */
  readonly missedBy: number[];
  readonly missedIn: number[];
  readonly storedBy: number[];
  readonly storedIn: number[];
  isTold: boolean;
}

/** Keys that several connections miss at the same time, and all make anew. */
export class Stampede implements Detector {
  readonly statuses = ['miss', 'partial', 'stored', 'ok', 'no_reply', 'unknown', 'unanswered'] as const;
  readonly #context: DetectorContext;
  readonly #withinUs: number;
  /** By hash of the key and its server. */
  readonly #rushes = new RecentMap<Rush, number>(mostKeys);

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#withinUs = context.number('stampede') * 1e6;
  }

  command(connection: ConnectionInfo, command: CommandFacts, open: OpenConnection): void {
    const { keyHashes, missedKeys: known } = this.#context;
    if (isStorage(command)) {
      if (!mayHaveStored(command)) return;
      for (let place = 0; place < command.keysHeld; place++) {
        const hash = hashWithin(open.serverHash, keyHashes.at(place));
        const slot = known.find(hash);
        if (slot >= 0 && known.rushUs(slot) > 0) this.#store(connection, command, command.keyAt(place), hash);
      }
      return;
    }
    const missed = keysMissed(command);
    for (let place = 0; place < missed.keysHeld; place++) {
      const hash = missed === command ? keyHashes.at(place) : textHash(missed.keyAt(place));
      this.#miss(connection, command, missed, place, hashWithin(open.serverHash, hash));
    }
  }

  #miss(
    connection: ConnectionInfo,
    { requestUs, packet }: CommandFacts,
    keys: HeldKeys,
    place: number,
    hash: number,
  ): void {
    const { id } = connection;
    const { missedKeys: known } = this.#context;
    const slot = known.ensure(hash);
    const firstUs = known.rushUs(slot);
    if (firstUs === 0 || requestUs - firstUs > this.#withinUs) {
      known.beginRush(slot, requestUs, packet, id);
      return;
    }
    const first = known.rushConnection(slot);
    if (first === id) return;
    const { server } = connection;
    const rush = this.#rushes.get(hash);
    if (rush === undefined || rush.firstUs !== firstUs || !keys.hasKey(place, rush.key) || rush.server !== server) {
      const missed = { missedBy: [first, id], missedIn: [known.rushPacket(slot), packet] };
      this.#rushes.set(hash, {
        key: keys.keyAt(place),
        server,
        firstUs,
        ...missed,
        storedBy: [],
        storedIn: [],
        isTold: false,
      });
    } else if (rush.missedBy.length < mostConnections && !rush.missedBy.includes(id)) {
      rush.missedBy.push(id);
      rush.missedIn.push(packet);
    }
  }

  #store(connection: ConnectionInfo, { requestUs, packet }: CommandFacts, key: string, hash: number): void {
    const { server, id } = connection;
    const rush = this.#rushes.get(hash);
    if (rush === undefined || rush.key !== key || rush.server !== server) return;
    if (!rush.missedBy.includes(id) || rush.storedBy.includes(id)) return;
    rush.storedBy.push(id);
    rush.storedIn.push(packet);
    if (rush.isTold || rush.storedBy.length < neededConnections) return;
    rush.isTold = true;
    const { missedBy, missedIn, storedBy, storedIn } = rush;
    const packets = storedBy.flatMap((by, place) => [missedIn[missedBy.indexOf(by)] ?? 0, storedIn[place] ?? 0]);
    this.#context.found({
      finding: 'stampede',
      timeUs: requestUs,
      about: `${server} ${key}`,
      connection,
      scope: 'server',
      key,
      packets,
      text: `${countText(missedBy.length, 'connection')} missed ${wireText(key)} within ${timeText(this.#withinUs)}, and ${storedBy.length} of them have stored it, ${timeText(requestUs - rush.firstUs)} after the first miss.`,
    });
  }
}
