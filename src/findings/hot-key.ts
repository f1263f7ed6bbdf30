import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { isRetrieval } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { countText, wireText } from './words.ts';

const leastKeys = 1000;
/** Keys that are kept where there are twice as many: a hot one is among them. */
const keptKeys = 4096;

interface Counts {
  count: number;
  bytes: number;
  lastUs: number;
  readonly packets: number[];
  /** Undefined where several servers have it. */
  server: string | undefined;
}

/** Keys that make a large part of all retrievals, or of their bytes. */
export class HotKey implements Detector {
  readonly #context: DetectorContext;
  readonly #share: number;
  #keys = new Map<string, Counts>();
  #count = 0;
  #bytes = 0;

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#share = context.number('hot-key') / 100;
  }

  transaction(connection: ConnectionInfo, transaction: Transaction): void {
    if (!isRetrieval(transaction)) return;
    const { keys, found, foundBytes, bytes } = transaction;
    if (keys.length === 1) {
      this.#add(connection, transaction, keys[0] as string, Math.max(0, bytes));
      return;
    }
    for (const key of keys) this.#add(connection, transaction, key, 0);
    found?.forEach((key, place) => void this.#addBytes(key, foundBytes?.[place] ?? 0));
  }

  end(): void {
    if (this.#count < leastKeys) return;
    for (const [key, counts] of this.#keys) {
      const ofCount = counts.count / this.#count;
      const ofBytes = this.#bytes === 0 ? 0 : counts.bytes / this.#bytes;
      if (ofCount < this.#share && ofBytes < this.#share) continue;
      const what =
        ofCount >= this.#share
          ? `${counts.count} of ${countText(this.#count, 'key')} retrieved (${percent(ofCount)})`
          : `${counts.bytes} of ${countText(this.#bytes, 'byte')} of values retrieved (${percent(ofBytes)})`;
      this.#context.found({
        finding: 'hot-key',
        timeUs: counts.lastUs,
        about: key,
        key,
        ...(counts.server === undefined ? {} : { server: counts.server }),
        packets: counts.packets,
        text: `${wireText(key)} makes ${what}, as far as was captured: other clients or servers may lie outside the capture.`,
      });
    }
  }

  #add({ server }: ConnectionInfo, { requestUs, packet }: Transaction, key: string, bytes: number): void {
    this.#count++;
    this.#bytes += bytes;
    const counts = this.#keys.get(key);
    if (counts === undefined) {
      if (this.#keys.size >= 2 * keptKeys) this.#letGo();
      this.#keys.set(key, { count: 1, bytes, lastUs: requestUs, packets: [packet], server });
      return;
    }
    counts.count++;
    counts.bytes += bytes;
    counts.lastUs = requestUs;
    if (counts.count <= 8) counts.packets.push(packet);
    if (counts.server !== server) counts.server = undefined;
  }

  #addBytes(key: string, bytes: number): void {
    this.#bytes += bytes;
    const counts = this.#keys.get(key);
    if (counts !== undefined) counts.bytes += bytes;
  }

  /** Those with most of either stay; what is let go of begins anew, so that no key is said to be hotter than it is. */
  #letGo(): void {
    const all = [...this.#keys];
    const byBytes = [...all].sort(([, one], [, other]) => other.bytes - one.bytes).slice(0, keptKeys / 2);
    const byCount = all.sort(([, one], [, other]) => other.count - one.count).slice(0, keptKeys / 2);
    this.#keys = new Map([...byCount, ...byBytes]);
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
