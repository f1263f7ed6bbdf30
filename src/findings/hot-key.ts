import type { ConnectionInfo } from '../../protocols/protocol.ts';
import type { Transaction } from '../../protocols/transaction.ts';
import { isRetrieval } from './commands.ts';
import type { Detector, DetectorContext } from './detector.ts';
import { FirstSeen, hashOf } from './first-seen.ts';
import { countText, wireText } from './words.ts';

const leastKeys = 1000;
/** With so many keys those are let go of that have made a smaller part of all so far: at most a fourth of them stays. */
const mostKeys = 16_384;
const keptShare = 0.0005;
/** One value that makes so much of all bytes so far is counted at once. */
const largeShare = 0.01;

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
  readonly statuses = ['hit', 'miss', 'partial'] as const;
  readonly #context: DetectorContext;
  readonly #share: number;
  /** Keys that came once; the numbers are the bytes of their values, NaN where they were counted. */
  readonly #once = new FirstSeen();
  readonly #keys = new Map<string, Counts>();
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
        text: `The key ${wireText(key)} makes ${what}, as far as was captured: other clients or servers may lie outside the capture.`,
      });
    }
  }

  #add({ server }: ConnectionInfo, { requestUs, packet }: Transaction, key: string, bytes: number): void {
    this.#count++;
    this.#bytes += bytes;
    const hash = hashOf(key);
    const slot = this.#once.find(hash);
    const isLarge = bytes > this.#bytes * largeShare;
    if (slot < 0 && !isLarge) {
      this.#once.put(hash, requestUs, packet, bytes);
      return;
    }
    const counts = this.#keys.get(key);
    if (counts === undefined) {
      if (this.#keys.size >= mostKeys) this.#letGo();
      const isSecond = slot >= 0 && !Number.isNaN(this.#once.number(slot));
      const before = isSecond ? this.#once.number(slot) : 0;
      const packets = isSecond ? [this.#once.packet(slot), packet] : [packet];
      this.#keys.set(key, { count: isSecond ? 2 : 1, bytes: before + bytes, lastUs: requestUs, packets, server });
      // What it had once is counted.
      this.#once.put(hash, requestUs, packet, Number.NaN);
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

  /**
   * What has made next to nothing so far is let go of, and begins anew where it comes again: no key is said to be hotter
   * than it is.
   */
  #letGo(): void {
    for (const [key, { count, bytes }] of this.#keys) {
      if (count < this.#count * keptShare && bytes <= this.#bytes * keptShare) this.#keys.delete(key);
    }
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
