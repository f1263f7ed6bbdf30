import { type KindName, randomOf } from './kinds.ts';
import type { Recording } from './recording.ts';

/** What of a recording was captured: positions of its packets, ascending. */
export type Captured = readonly number[];

/** All but a share of the packets that carry bytes. The connection itself went on: only the capture lacks them. */
export function withLoss({ packets, hasData }: Recording, share: number, kind: KindName, seed: number): Captured {
  const random = randomOf(kind, seed, 'loses', share);
  return [...packets.keys()].filter((packet) => !(hasData[packet] && random.chance(share)));
}

/** A capture that begins at packet `first`. */
export function cutAt({ packets }: Recording, first: number): Captured {
  return [...packets.keys()].slice(first);
}
