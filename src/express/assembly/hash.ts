// Hashes: as protocols/hash.ts has it.

@inline
export function mix(hash: u32, word: u32): u32 {
  let mixed = hash ^ word;
  mixed = (mixed ^ (mixed >> 16)) * 0x85ebca6b;
  mixed = (mixed ^ (mixed >> 13)) * 0xc2b2ae35;
  return mixed ^ (mixed >> 16);
}
