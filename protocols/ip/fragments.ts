import type { AnomalyCounters } from '../anomaly.ts';
import type { Datagram } from '../datagram.ts';
import type { Limits } from '../limits.ts';

/** What a held fragment costs beside its bytes, as far as the budget is concerned. */
const fragmentOverhead = 448;

/** No IP payload is longer. */
const maximumPayload = 65535;

interface Fragment {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** A datagram of which fragments are still to come. */
interface Pending {
  /** Seconds of packet time when its first fragment came. */
  readonly begun: number;
  /** Without overlap, ordered by offset. */
  readonly fragments: Fragment[];
  /** Bytes in `fragments`. */
  received: number;
  /** Length of the whole payload, known from the last fragment; -1 before. */
  length: number;
  /** True after a conflict: what comes later of this datagram is thrown away too (RFC 5722 §4). */
  refused: boolean;
}

/**
 * Puts fragmented datagrams together, so that a TCP segment or UDP datagram in them can be read. Fragments
 * are rare, so each is copied. Sources: RFC 791 §3.2, RFC 8200 §4.5, RFC 5722 (overlap).
 *
 * A fragment that the snapshot length cut counts as one that never came.
 */
export class FragmentTable {
  readonly #limits: Limits;
  readonly #anomalies: AnomalyCounters;
  /** In the order of their beginning. */
  readonly #pending = new Map<string, Pending>();
  #bytes = 0;
  #count = 0;

  constructor(limits: Limits, anomalies: AnomalyCounters) {
    this.#limits = limits;
    this.#anomalies = anomalies;
  }

  /** Bytes held for datagrams that are not complete. */
  get heldBytes(): number {
    return this.#bytes;
  }

  /** Datagrams that are not complete. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Takes the fragment that `datagram` describes in `bytes`, captured at `seconds`. Returns the whole payload,
   * transport header first, when this fragment completes it; the caller owns that.
   */
  add(bytes: Uint8Array, datagram: Datagram, seconds: number): Buffer | null {
    this.#expire(seconds);
    const length = datagram.payloadEnd - datagram.payloadStart;
    if (length < datagram.payloadLength) return null;
    const key = keyOf(datagram);
    const pending = this.#pending.get(key) ?? this.#begin(key, seconds);
    if (pending.refused) return null;
    switch (place(pending, bytes, datagram, length)) {
      case 'conflict':
        this.#anomalies.count('fragmentConflict');
        this.#refuse(pending);
        return null;
      case 'duplicate':
        return null;
    }
    this.#bytes += length;
    this.#count++;
    if (pending.received === pending.length) {
      this.#forget(key, pending);
      return Buffer.concat(pending.fragments.map((fragment) => fragment.bytes));
    }
    this.#makeRoom();
    return null;
  }

  /** Counts what is still incomplete when the capture has ended. */
  end(): void {
    this.#expire(Number.POSITIVE_INFINITY);
  }

  #begin(key: string, seconds: number): Pending {
    if (this.#pending.size >= this.#limits.fragmentedDatagrams) this.#dropOldest();
    const pending = { begun: seconds, fragments: [], received: 0, length: -1, refused: false };
    this.#pending.set(key, pending);
    return pending;
  }

  #refuse(pending: Pending): void {
    this.#bytes -= pending.received;
    this.#count -= pending.fragments.length;
    pending.received = 0;
    pending.fragments.length = 0;
    pending.refused = true;
  }

  #forget(key: string, pending: Pending): void {
    this.#pending.delete(key);
    this.#bytes -= pending.received;
    this.#count -= pending.fragments.length;
  }

  #makeRoom(): void {
    while (this.#bytes + this.#count * fragmentOverhead > this.#limits.fragmentBytes) this.#dropOldest();
  }

  #dropOldest(): void {
    for (const [key, pending] of this.#pending) {
      this.#forget(key, pending);
      if (!pending.refused) this.#anomalies.count('fragmentLimit');
      return;
    }
  }

  #expire(seconds: number): void {
    for (const [key, pending] of this.#pending) {
      if (seconds - pending.begun < this.#limits.fragmentSeconds) return;
      this.#forget(key, pending);
      if (!pending.refused) this.#anomalies.count('fragmentExpired');
    }
  }
}

function keyOf(datagram: Datagram): string {
  const { source0, source1, source2, source3, destination0, destination1, destination2, destination3 } = datagram;
  const source = `${source0},${source1},${source2},${source3}`;
  const destination = `${destination0},${destination1},${destination2},${destination3}`;
  return `${datagram.family},${source},${destination},${datagram.protocol},${datagram.identification}`;
}

/** Puts a fragment among the others. */
function place(
  pending: Pending,
  bytes: Uint8Array,
  datagram: Datagram,
  length: number,
): 'placed' | 'duplicate' | 'conflict' {
  const { fragments } = pending;
  const offset = datagram.fragmentOffset;
  const end = offset + length;
  if (end > maximumPayload || length === 0 || (datagram.moreFragments && length % 8 !== 0)) return 'conflict';
  let index = fragments.length;
  while (index > 0 && (fragments[index - 1] as Fragment).offset >= offset) index--;
  const before = fragments[index - 1];
  const after = fragments[index];
  // Memory of its own: a slice of a pooled buffer would keep the whole pool alive.
  const payload = Buffer.allocUnsafeSlow(length);
  payload.set(bytes.subarray(datagram.payloadStart, datagram.payloadEnd));
  // A capture on all interfaces sees a forwarded fragment twice: a copy is no attack.
  if (after !== undefined && after.offset === offset && after.bytes.equals(payload)) return 'duplicate';
  if (before !== undefined && before.offset + before.bytes.length > offset) return 'conflict';
  if (after !== undefined && end > after.offset) return 'conflict';
  if (!datagram.moreFragments) {
    const last = fragments.at(-1);
    if (pending.length >= 0 || (last !== undefined && last.offset + last.bytes.length > end)) return 'conflict';
    pending.length = end;
  } else if (pending.length >= 0 && end > pending.length) {
    return 'conflict';
  }
  fragments.splice(index, 0, { offset, bytes: payload });
  pending.received += length;
  return 'placed';
}
