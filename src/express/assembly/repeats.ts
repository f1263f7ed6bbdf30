// Which keys were missed is known from the order of the values, unless a key that was missed is also among those found: the
// same key was asked for twice.

import { hits } from './answer';
import { seed } from './connections';
import { FOUND, MARKS, MARKS_LENGTH } from './memory';
import { areSame } from './numbers';
import { KEY_COUNT, KEYS_FROM, lineOf, placeOf } from './request';

/** Whether the keys that the answer leaves out are those that were missed; `FOUND` says which were found. */
export function missesAreKnown(request: usize): bool {
  const keys = <i32>load<u16>(request, KEY_COUNT);
  if (hits == 0 || hits >= keys) return true;
  const line = lineOf(request);
  const first = <i32>load<u8>(request, KEYS_FROM);
  memory.fill(MARKS, 0, MARKS_LENGTH);
  for (let hit = 0; hit < hits; hit++) {
    const mark = markOf(line, first + foundAt(hit));
    store<u8>(MARKS + (mark >> 3), load<u8>(MARKS + (mark >> 3)) | (1 << (<u8>mark & 7)));
  }
  let hit = 0;
  for (let key = 0; key < keys; key++) {
    if (hit < hits && foundAt(hit) == key) {
      hit++;
      continue;
    }
    const mark = markOf(line, first + key);
    if ((load<u8>(MARKS + (mark >> 3)) & (1 << (<u8>mark & 7))) != 0 && isFound(line, first, key)) return false;
  }
  return true;
}

@inline
function foundAt(hit: i32): i32 {
  return <i32>load<u16>(FOUND + ((<usize>hit) << 1));
}

/** Whether a key that has the mark of one that was found is the same. */
function isFound(line: usize, first: i32, key: i32): bool {
  const place = placeOf(line, first + key);
  const start = <usize>load<u16>(place);
  const length = <usize>load<u16>(place, 2) - start;
  for (let hit = 0; hit < hits; hit++) {
    const other = placeOf(line, first + foundAt(hit));
    const otherStart = <usize>load<u16>(other);
    if (<usize>load<u16>(other, 2) - otherStart != length) continue;
    if (areSame(line + start, line + otherStart, length)) return true;
  }
  return false;
}

/** Number of a bit of `MARKS`. */
function markOf(line: usize, word: i32): usize {
  const place = placeOf(line, word);
  const end = line + load<u16>(place, 2);
  let at = line + load<u16>(place);
  let hash: u64 = seed;
  for (; at + 8 <= end; at += 8) hash = mix(hash ^ load<u64>(at));
  if (at < end) hash = mix(hash ^ (load<u64>(at) << ((8 - <u64>(end - at)) << 3)));
  return <usize>(hash >> 32) & (MARKS_LENGTH * 8 - 1);
}

@inline
function mix(hash: u64): u64 {
  const mixed = hash * 0x9e3779b97f4a7c15;
  return mixed ^ (mixed >> 29);
}
