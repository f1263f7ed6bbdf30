import type { CommandFacts } from '../../protocols/plain-command.ts';
import type { ConnectionInfo } from '../../protocols/protocol.ts';
import { textHash } from '../../protocols/text-hash.ts';
import { isRetrieval } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { type FrequentKey, FrequentKeys } from './frequent-keys.ts';
import { countText, wireText } from './words.ts';

const leastKeys = 1000;

/** Keys that make a large part of all retrievals, or of their bytes. */
export class HotKey implements Detector {
  readonly statuses = ['hit', 'miss', 'partial'] as const;
  readonly #context: DetectorContext;
  readonly #share: number;
  readonly #keys = new FrequentKeys();

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#share = context.number('hot-key') / 100;
  }

  command(connection: ConnectionInfo, command: CommandFacts): void {
    if (!isRetrieval(command)) return;
    const { keysHeld, bytes, requestUs, packet } = command;
    const { keyHashes } = this.#context;
    if (keysHeld === 1) {
      this.#keys.add(keyHashes.at(0), command, 0, Math.max(0, bytes), connection, requestUs, packet);
      return;
    }
    for (let place = 0; place < keysHeld; place++) {
      this.#keys.add(keyHashes.at(place), command, place, 0, connection, requestUs, packet);
    }
    const { found, foundBytes } = command.whole;
    found?.forEach((key, place) => void this.#keys.addBytes(textHash(key), key, foundBytes?.[place] ?? 0));
  }

  end(): void {
    const { count: allCount, bytes: allBytes } = this.#keys;
    if (allCount < leastKeys) return;
    for (const { key, count, bytes, lastUs, server, packets } of mostFirst(this.#keys.counted())) {
      const ofCount = count / allCount;
      const ofBytes = allBytes === 0 ? 0 : bytes / allBytes;
      if (ofCount < this.#share && ofBytes < this.#share) continue;
      const what =
        ofCount >= this.#share
          ? `${count} of ${countText(allCount, 'key')} retrieved (${percent(ofCount)})`
          : `${bytes} of ${countText(allBytes, 'byte')} of values retrieved (${percent(ofBytes)})`;
      this.#context.found({
        finding: 'hot-key',
        timeUs: lastUs,
        about: key,
        key,
        ...(server === undefined ? {} : { server }),
        packets,
        text: `The key ${wireText(key)} makes ${what}, as far as was captured: other clients or servers may lie outside the capture.`,
      });
    }
  }
}

function mostFirst(keys: readonly FrequentKey[]): FrequentKey[] {
  return [...keys].sort((one, other) => other.count - one.count || (one.key < other.key ? -1 : 1));
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
