import type { BuiltPacket } from '../../support/capture-file.ts';
import { judge, type Verdict } from './judge.ts';
import { generate, type KindName } from './kinds.ts';
import { type Captured, cutAt, withLoss } from './losses.ts';
import type { Recording } from './recording.ts';

/** What a capture lacks: a share of the packets with bytes, or all before a packet. */
export type Loss = number | 'cut';

/** From nothing to much. */
export const losses = [0, 0.002, 0.01, 0.05, 'cut'] as const satisfies readonly Loss[];

/** How much traffic there is. */
export interface Extent {
  /** Connections of each kind, by their seeds: 1, 2, … */
  readonly seeds: number;
  /** Requests of a connection that loses packets. */
  readonly requests: number;
  /** Of a connection with twice as many requests a capture begins at packet 1, 2, … up to this one. */
  readonly cuts: number;
}

/** One capture, and what was told of it. */
export interface Run {
  readonly kind: KindName;
  readonly seed: number;
  readonly loss: Loss;
  /** Packet of the connection at which the capture begins, from 0. */
  readonly first: number;
  readonly packets: readonly BuiltPacket[];
  readonly verdict: Verdict;
}

/** Every capture of a kind, in the order of seeds and losses. */
export function* runsOf(kind: KindName, { seeds, requests, cuts }: Extent): Generator<Run> {
  for (let seed = 1; seed <= seeds; seed++) {
    const recording = generate(kind, seed, requests);
    for (const loss of losses) {
      if (loss === 'cut') continue;
      const captured = withLoss(recording, loss, kind, seed);
      yield { kind, seed, loss, first: 0, ...outcomeOf(recording, captured) };
    }
    const toCut = generate(kind, seed, cuts * 2);
    for (let first = 1; first <= Math.min(cuts, toCut.packets.length - 1); first++) {
      yield { kind, seed, loss: 'cut', first, ...outcomeOf(toCut, cutAt(toCut, first)) };
    }
  }
}

function outcomeOf(recording: Recording, captured: Captured): Pick<Run, 'packets' | 'verdict'> {
  const packets = captured.flatMap((index) => recording.packets[index] ?? []);
  return { packets, verdict: judge(recording, captured) };
}
