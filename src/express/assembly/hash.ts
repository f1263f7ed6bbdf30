// Hashes: as protocols/hash.ts has it.

@inline
export function mix(hash: u32, word: u32): u32 {
  let mixed = hash ^ word;
  mixed = (mixed ^ (mixed >> 16)) * 0x85ebca6b;
  mixed = (mixed ^ (mixed >> 13)) * 0xc2b2ae35;
  return mixed ^ (mixed >> 16);
}

/** As protocols/text-hash.ts has it. */
export function textHash(at: usize, length: usize): u32 {
  let hash: u32 = 0x811c9dc5;
  for (const end = at + length; at < end; at++) hash = (hash ^ load<u8>(at)) * 0x01000193;
  return hash ^ (hash >> 15);
}
