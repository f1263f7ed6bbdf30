import { sequenceAfter, sequenceDistance } from '../../../protocols/tcp/sequence.ts';
import type { DecodedOption } from './tcp-options.ts';
import type { Party } from './texts.ts';

/** A larger shift counts as this one. Source: RFC 7323 §2.3. */
export const mostShift = 14;

/** Window scale of a side: a shift; `none`: its SYN had none; `unknown`: its SYN was not captured. */
export type Scale = number | 'none' | 'unknown';

/** What one side has sent so far. Bytes have numbers, from 1 for the first one behind the SYN, which has 0. */
export class Side {
  /** Sequence number of the SYN, signed; undefined where it was not captured. */
  initial: number | undefined = undefined;
  /** A sequence number, and the number of its byte. */
  #anchor: { sequence: number; number: number } | undefined = undefined;
  scale: Scale = 'unknown';
  /** Number behind the last byte, SYN or FIN that was seen. */
  next = 0;
  /** All numbers before this one were seen. */
  seenTo = 0;
  /** Number of its FIN, and whether the other side has acknowledged that. */
  fin: number | undefined = undefined;
  isFinAcknowledged = false;
  /** What the other side has acknowledged: the number that it expects next. */
  acknowledged = 0;
  /** What it has last acknowledged itself, and how large its window was; -1 where it has not. */
  lastAcknowledgment = -1;
  window = -1;
  /** What was last said of its window. */
  toldWindow = '';

  get isKnown(): boolean {
    return this.#anchor !== undefined;
  }

  begin(sequence: number, number: number): void {
    this.#anchor = { sequence, number };
    this.next = Math.max(this.next, number);
    this.acknowledged = number;
    this.seenTo = number;
  }

  numberOf(sequence: number): number {
    const anchor = this.#anchor ?? { sequence, number: 0 };
    return anchor.number + sequenceDistance(sequence, anchor.sequence);
  }

  /** Bytes from `first` up to but not `end` have come. */
  see(first: number, end: number): void {
    if (first <= this.seenTo) this.seenTo = Math.max(this.seenTo, end);
    this.advance(end);
  }

  /** Numbers go on beyond 2^32, where sequence numbers begin anew. */
  advance(number: number): void {
    if (number <= this.next) return;
    const anchor = this.#anchor;
    this.next = number;
    if (anchor !== undefined) {
      this.#anchor = { sequence: sequenceAfter(anchor.sequence, number - anchor.number), number };
    }
  }
}

/** One connection, as far as its packets are explained. */
export class WatchedConnection {
  readonly client = new Side();
  readonly server = new Side();
  readonly id: number;
  /** The endpoint that is the client. */
  readonly clientEnd: string;
  isOpen = false;
  isToldMidStream = false;
  isToldOtherCount = false;
  firstClosed: Party | undefined = undefined;
  /** Who has asked by a keep-alive or a probe, and not been answered yet. */
  asked: { readonly by: Party; readonly kind: 'keepAlive' | 'zeroWindowProbe' } | undefined = undefined;

  constructor(id: number, clientEnd: string) {
    this.id = id;
    this.clientEnd = clientEnd;
  }

  side(party: Party): Side {
    return this[party];
  }
}

/** Its SYN has come. */
export function beginSide(side: Side, sequence: number, options: readonly DecodedOption[]): void {
  side.initial = sequence;
  if (!side.isKnown || side.numberOf(sequence) !== 0) side.begin(sequence, 0);
  side.seenTo = Math.max(side.seenTo, 1);
  const scale = options.find((option) => option.kind === 'windowScale');
  side.scale = scale?.kind === 'windowScale' ? Math.min(scale.shift, mostShift) : 'none';
}

/** Windows are scaled where both sides have said so. Source: RFC 7323 §2.2. */
export function scaleOf(own: Scale, other: Scale): Scale {
  if (own === 'none' || other === 'none') return 'none';
  return other === 'unknown' ? 'unknown' : own;
}
