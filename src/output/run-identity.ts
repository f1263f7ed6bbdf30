import { hostname } from 'node:os';
import { mix } from '../../protocols/hash.ts';
import type { CapturedPacket } from '../../protocols/packet.ts';

/** What tells the records of one run from those of others, where logs of many are kept together. */
export interface RunIdentity {
  /** Twelve hexadecimal digits. */
  readonly run: string;
  /** Of a live capture: where it ran. */
  readonly host?: string;
}

const digits = 12;

/** Of a live capture. */
export function liveIdentity(): RunIdentity {
  const run = Math.floor(Math.random() * 16 ** digits).toString(16);
  return { run: run.padStart(digits, '0'), host: hostname() };
}

/** Of a capture file, made from its first packet: the same in each run over it. Undefined where it has none. */
export function identityOfCapture(first: CapturedPacket | undefined): RunIdentity {
  return { run: hexadecimal(hashOf(first, 1)) + hexadecimal(hashOf(first, 2)).slice(0, digits - 8) };
}

/** Another hash for each `seed`. */
function hashOf(packet: CapturedPacket | undefined, seed: number): number {
  if (packet === undefined) return mix(seed, 0);
  const { bytes, start, end, seconds, nanoseconds, originalLength } = packet;
  let hash = mix(mix(mix(seed, seconds), nanoseconds), originalLength);
  for (let at = start; at < end; at++) hash = mix(hash, bytes[at] as number);
  return hash;
}

function hexadecimal(hash: number): string {
  return (hash >>> 0).toString(16).padStart(8, '0');
}
