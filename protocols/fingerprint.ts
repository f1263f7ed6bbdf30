import { u8 } from './bytes.ts';
import { hashSeed } from './hash.ts';

/** Bytes from which a message is known again. */
const fingerprintBytes = 320;

/**
 * A number that in one run is the same for equal bytes, and for others very likely is not (FNV-1a); at most `limit`
 * bytes count.
 */
export function fingerprint(bytes: Uint8Array, start: number, end: number, limit = fingerprintBytes): number {
  const last = Math.min(end, start + limit);
  let hash = hashSeed ^ (end - start);
  for (let at = start; at < last; at++) hash = Math.imul(hash ^ u8(bytes, at), 0x01000193);
  return hash;
}
