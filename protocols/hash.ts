/**
 * Senders choose addresses, ports, opaques and bytes. This number, another one in each run, keeps them from choosing
 * such that all fall into one place of a table.
 */
export const hashSeed = (Math.random() * 2 ** 32) | 0;

/** One round of MurmurHash3's finalizer over both words. */
export function mix(hash: number, word: number): number {
  let mixed = (hash ^ word) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
